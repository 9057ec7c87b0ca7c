// Definition: how a context declares a saga.
//
//   saga::Definition<disk::Order, v1::Order> PlaceOrder(rpc::Caller& product,
//                                                       rpc::Caller& payment) {
//     const product::v1::ProductServiceClient products(product);
//     const payment::v1::PaymentServiceClient payments(payment);
//     using Products = product::v1::ProductServiceClient;
//     using Payments = payment::v1::PaymentServiceClient;
//     using Step = saga::Step<disk::Order>;
//     return {
//         .name = "place-order",
//         .table = kOrders,
//         .pending = disk::Order::PENDING,
//         .done = disk::Order::PAID,
//         .rejected = disk::Order::REJECTED,
//         .show = ToApi,
//         .steps = {Step("product.Reserve", products, &Products::Reserve, ReserveOf, OnReserved)
//                       .UndoneBy("product.Release", products, &Products::Release, ReleaseOf),
//                   Step("payment.Pay", payments, &Payments::Pay, PayOf, OnPaid)
//                       .UndoneBy("payment.Cancel", payments, &Payments::Cancel, CancelOf)},
//     };
//   }
//
// What the functions may do: `ReserveOf(const Row&) -> Request` is pure and gives equal requests
// for equal rows (the row's id is the business key, so that a repeat is recognised);
// `OnReserved(Txn&, Row&, const Answer&)` changes the row, emits events, keeps index rows. It may
// return absl::Status: an error with the code of a refusal is one, and the step is undone too.
#ifndef MARU_COMMON_SAGA_DEFINITION_H_
#define MARU_COMMON_SAGA_DEFINITION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/saga/declaration.h"
#include "common/store/table.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace maru::saga {

// A method of a generated client.
template <class Client, class Request, class Answer>
using ClientMethod = async::Task<absl::StatusOr<Answer>> (Client::*)(const rpc::CallContext&,
                                                                     const Request&);

namespace internal {

template <class Row, class OnDone, class Answer>
Effect EffectOf(OnDone on_done, Answer answer) {
  return [on_done = std::move(on_done), answer = std::move(answer)](maru::store::Txn& txn,
                                                                    Message& row) -> absl::Status {
    Row& typed = static_cast<Row&>(row);
    if constexpr (std::is_void_v<std::invoke_result_t<const OnDone&, maru::store::Txn&, Row&,
                                                      const Answer&>>) {
      on_done(txn, typed, answer);
      return absl::OkStatus();
    } else {
      return on_done(txn, typed, answer);
    }
  };
}

template <class Row, class Answer, class OnDone>
async::Task<absl::StatusOr<Effect>> BindEffect(async::Task<absl::StatusOr<Answer>> task,
                                               OnDone on_done) {
  CO_ASSIGN_OR_RETURN(Answer answer, co_await std::move(task));
  co_return EffectOf<Row>(std::move(on_done), std::move(answer));
}

template <class Answer>
async::Task<absl::Status> DropAnswer(async::Task<absl::StatusOr<Answer>> task) {
  const absl::StatusOr<Answer> answer = co_await std::move(task);
  co_return answer.status();
}

template <class Row, class Answer, class Applied, class OnDone>
async::Task<absl::StatusOr<std::optional<Effect>>> BindSettlement(
    async::Task<absl::StatusOr<Answer>> task, Applied applied, OnDone on_done) {
  CO_ASSIGN_OR_RETURN(Answer answer, co_await std::move(task));
  std::optional<Effect> effect;
  if (applied(std::as_const(answer))) {
    effect = EffectOf<Row>(std::move(on_done), std::move(answer));
  }
  co_return effect;
}

// (const CallContext&, const Row&) -> the client's task. The generated client serialises the
// request before it returns.
template <class Row, class Client, class Request, class Answer, class RequestOf>
auto CallOf(Client client, ClientMethod<Client, Request, Answer> method, RequestOf request_of) {
  return [client, method, request_of](const rpc::CallContext& call, const Message& row) {
    Client copy = client;
    const Request request = request_of(static_cast<const Row&>(row));
    return (copy.*method)(call, request);
  };
}

}  // namespace internal

// One step of a saga over `Row`. `client` is a generated client; what it calls outlives the saga.
template <class Row>
class Step {
 public:
  // The call `name` ("payment.Pay"), made with `request_of(row)`; `on_done` commits its answer.
  template <class Client, class Request, class Answer, class RequestOf, class OnDone>
  Step(std::string name, Client client, ClientMethod<Client, Request, Answer> method,
       RequestOf request_of, OnDone on_done) {
    spec_.name = std::move(name);
    auto make = internal::CallOf<Row>(client, method, std::move(request_of));
    spec_.call = [make, on_done](const rpc::CallContext& call, const Message& row) {
      return internal::BindEffect<Row>(make(call, row), on_done);
    };
  }

  // How to take the step back. The callee recognises a repeat, and what arrives before or without
  // the step itself (then the step can never take effect any more).
  template <class Client, class Request, class Answer, class RequestOf>
  Step UndoneBy(std::string name, Client client, ClientMethod<Client, Request, Answer> method,
                RequestOf request_of) && {
    spec_.undo_name = std::move(name);
    auto make = internal::CallOf<Row>(client, method, std::move(request_of));
    spec_.undo = [make](const rpc::CallContext& call, const Message& row) {
      return internal::DropAnswer(make(call, row));
    };
    return std::move(*this);
  }

  // An unknown outcome is settled by repeating the call until it is answered.
  Step AskedAgain() && {
    spec_.on_unknown = OnUnknown::kAskAgain;
    return std::move(*this);
  }

  // An unknown outcome is settled by another call, until that is answered: `applied(answer)` tells
  // whether the step took effect, in which case `on_done(txn, row, answer)` commits it; if not, the
  // callee has seen to it that it never will.
  template <class Client, class Request, class Answer, class RequestOf, class Applied, class OnDone>
  Step SettledBy(std::string name, Client client, ClientMethod<Client, Request, Answer> method,
                 RequestOf request_of, Applied applied, OnDone on_done) && {
    spec_.on_unknown = OnUnknown::kSettle;
    spec_.settle_name = std::move(name);
    auto make = internal::CallOf<Row>(client, method, std::move(request_of));
    spec_.settle = [make, applied, on_done](const rpc::CallContext& call, const Message& row) {
      return internal::BindSettlement<Row>(make(call, row), applied, on_done);
    };
    return std::move(*this);
  }

  // The callee has no reason to refuse this call. If it does all the same, something is wrong with
  // one of the two, and nothing with the command: the log says so, and the command ends as if the
  // callee had not been reached.
  Step NeverRefused() && {
    spec_.can_refuse = false;
    return std::move(*this);
  }

  // Rows for which `accepted(row)` holds do not need the callee now: when it cannot be asked, or
  // does not answer, the command succeeds with the row still PENDING, and the call is repeated
  // until it is answered.
  template <class Accepted>
  Step AcceptedWhen(Accepted accepted) && {
    spec_.accepted = [accepted](const Message& row) {
      return accepted(static_cast<const Row&>(row));
    };
    return std::move(*this);
  }

  const StepSpec& spec() const { return spec_; }

 private:
  StepSpec spec_;
};

// A saga over the context's own rows: `Row` is a message of its store.v1 with `string id` and an
// enum `status`; `Reply` is what the command that begins it returns.
template <class Row, class Reply>
struct Definition {
  using Status = std::decay_t<decltype(std::declval<const Row&>().status())>;

  // Settled on disk: part of the keys of sagas that have not ended.
  std::string name;
  // By id.
  maru::store::Table<Row, std::string> table;
  // Set by the executor, never by the context's functions.
  Status pending;
  Status done;
  Status rejected;
  std::function<Reply(const Row&)> show;
  // In order; undone in reverse order.
  std::vector<Step<Row>> steps;
  // What else happens when a row becomes REJECTED, in the same transaction: frees a name, remembers
  // a cancel. (Txn&, Row&, Reason)
  std::function<void(maru::store::Txn&, Row&, Reason)> on_rejected = nullptr;
  // How long an unknown outcome may wait for somebody who comes back.
  std::optional<absl::Duration> pending_limit = std::nullopt;
};

// Forgets the types.
template <class Row, class Reply>
Declaration Declare(const Definition<Row, Reply>& definition) {
  using Status = typename Definition<Row, Reply>::Status;
  const auto name_of = [](Status status) {
    return google::protobuf::internal::NameOfEnum(google::protobuf::GetEnumDescriptor<Status>(),
                                                  static_cast<int>(status));
  };
  Declaration saga;
  saga.name = definition.name;
  for (const Step<Row>& step : definition.steps) saga.steps.push_back(step.spec());
  saga.pending = name_of(definition.pending);
  saga.done = name_of(definition.done);
  saga.rejected = name_of(definition.rejected);
  saga.pending_limit = definition.pending_limit;

  saga.load = [table = definition.table](
                  maru::store::Reader& reader,
                  std::string_view id) -> absl::StatusOr<std::unique_ptr<Message>> {
    ASSIGN_OR_RETURN(std::optional<Row> row, table.Get(reader, id));
    if (!row.has_value()) return std::unique_ptr<Message>();
    return std::make_unique<Row>(*std::move(row));
  };
  saga.put = [table = definition.table](maru::store::ViewTxn& txn, const Message& row) {
    const Row& typed = static_cast<const Row&>(row);
    table.Put(txn, typed.id(), typed);
  };
  saga.id_of = [](const Message& row) { return static_cast<const Row&>(row).id(); };
  saga.state_of = [pending = definition.pending, done = definition.done,
                   rejected = definition.rejected](const Message& row) {
    const Status status = static_cast<const Row&>(row).status();
    return status == pending    ? State::kPending
           : status == done     ? State::kDone
           : status == rejected ? State::kRejected
                                : State::kOther;
  };
  saga.set_state = [pending = definition.pending, done = definition.done,
                    rejected = definition.rejected](Message& row, State state) {
    MARU_CHECK(state != State::kOther);
    static_cast<Row&>(row).set_status(state == State::kPending ? pending
                                      : state == State::kDone  ? done
                                                               : rejected);
  };
  saga.show = [show = definition.show](const Message& row) {
    return show(static_cast<const Row&>(row)).SerializeAsString();
  };
  if (definition.on_rejected != nullptr) {
    saga.on_rejected = [on_rejected = definition.on_rejected](maru::store::Txn& txn, Message& row,
                                                              Reason reason) {
      on_rejected(txn, static_cast<Row&>(row), reason);
    };
  }
  return saga;
}

}  // namespace maru::saga

#endif  // MARU_COMMON_SAGA_DEFINITION_H_
