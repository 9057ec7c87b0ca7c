// Verifier: drives a declared saga through every interleaving of what can happen to it, up to a
// bound, and checks that it ends with the books of its callees right.
//
//   TEST(PlaceOrderSagaTest, EveryInterleavingEnds) {
//     Books books = …;   // books.h
//     const auto result = saga::testing::Verify(
//         books, [](rpc::Caller& callees) { return PlaceOrder(callees, callees); },
//         [](store::Txn& txn) -> absl::StatusOr<disk::Order> { …an order with txn.NewId()… });
//     EXPECT_TRUE(result.status.ok()) << result.status.message();
//   }
//
// It is the production executor over the real store (in memory, crashing as power loss does) under
// virtual time; only the callees and the customer are played. A run is a smooth course with a few
// deviations from it: at every call of the saga (refused; surely unsent; request or answer lost;
// request arrives late; request arrives twice; crash before or after its effect), after every write
// (crash), and while it waits (the request comes again; the owner cancels; a late request arrives;
// crash; time passes). Runs go in order of their number of deviations, so the first that fails is a
// shortest one.
//
// Checked: it ends; every row is done or rejected, nothing of the saga is left in the store; every
// account has exactly one effect for each row that is done and none for any other, each taken back
// at most once; no row is done whose cancel was decided; at most one row of the request is done,
// whoever was told so was told the truth, and the repeated request gets the recorded result.
#ifndef MARU_COMMON_SAGA_TESTING_VERIFIER_H_
#define MARU_COMMON_SAGA_TESTING_VERIFIER_H_

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "common/rpc/service.h"
#include "common/saga/sagas.h"
#include "common/saga/testing/books.h"

namespace maru::saga::testing {

struct VerifierOptions {
  // Most deviations in a run. Runs grow thirtyfold with each.
  int deviations = 2;
};

struct VerifierResult {
  // The first that was wrong, and how it came to it.
  absl::Status status;
  size_t runs = 0;
};

// What is verified, without types.
struct Subject {
  std::function<const Declaration&(Sagas& sagas, rpc::Caller& callees)> declare;
  Begin begin;
  std::function<std::string(const std::string& reply)> id_of_reply;
};

VerifierResult VerifySubject(Books& books, const Subject& subject, VerifierOptions options);

// `declare(rpc::Caller& callees)` -> Definition<Row, Reply>, with `callees` playing every callee;
// `begin(Txn&)` -> absl::StatusOr<Row>. Reply has an id, that of the row.
template <class DeclareFn, class BeginFn>
VerifierResult Verify(Books& books, DeclareFn declare, BeginFn begin,
                      VerifierOptions options = {}) {
  const auto subject_of = [&]<class Row, class Reply>(const Definition<Row, Reply>*) {
    return Subject{
        .declare = [declare](Sagas& sagas, rpc::Caller& callees) -> const Declaration& {
          return sagas.Add(declare(callees)).declaration();
        },
        .begin = [begin](maru::store::Txn& txn) -> absl::StatusOr<std::unique_ptr<Message>> {
          ASSIGN_OR_RETURN(Row row, begin(txn));
          return std::make_unique<Row>(std::move(row));
        },
        .id_of_reply =
            [](const std::string& bytes) {
              Reply reply;
              MARU_CHECK(reply.ParseFromString(bytes));
              return reply.id();
            },
    };
  };
  using Declared = std::invoke_result_t<DeclareFn&, rpc::Caller&>;
  return VerifySubject(books, subject_of(static_cast<const Declared*>(nullptr)), options);
}

}  // namespace maru::saga::testing

#endif  // MARU_COMMON_SAGA_TESTING_VERIFIER_H_
