// Books: the callees of a saga under the verifier: what took effect, what was taken back.
//
//   saga::testing::Books books;
//   books.Does<ReserveRequest>(ProductServiceMethods::kReserve, "stock",
//                              [](const ReserveRequest& r) { return r.order_id(); },
//                              ReserveResponse());
//   books.Undoes<ReleaseRequest>(ProductServiceMethods::kRelease, "stock",
//                                [](const ReleaseRequest& r) { return r.order_id(); }, Empty());
//
// An account ("stock") has an entry per business key. How a method treats repeats is what its
// contract says: one with IDEMPOTENCY_BUSINESS_KEY takes effect once and remembers its refusals,
// its undo fences what has not come yet; any other takes effect each time it is called.
#ifndef MARU_COMMON_SAGA_TESTING_BOOKS_H_
#define MARU_COMMON_SAGA_TESTING_BOOKS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "common/rpc/method.h"

namespace maru::saga::testing {

class Books {
 public:
  enum class Kind { kDoes, kUndoes, kSettles, kAnswers };

  // An effect, once per key.
  template <class Request, class KeyOf, class Reply>
  void Does(const rpc::MethodInfo& method, std::string account, KeyOf key_of, const Reply& reply) {
    Add<Request>(method, Kind::kDoes, std::move(account), key_of,
                 [bytes = reply.SerializeAsString()](bool) { return bytes; });
  }
  // Takes it back.
  template <class Request, class KeyOf, class Reply>
  void Undoes(const rpc::MethodInfo& method, std::string account, KeyOf key_of,
              const Reply& reply) {
    Add<Request>(method, Kind::kUndoes, std::move(account), key_of,
                 [bytes = reply.SerializeAsString()](bool) { return bytes; });
  }
  // Tells whether it took effect, `reply_of(bool) -> Reply`; if not, it never will.
  template <class Request, class KeyOf, class ReplyOf>
  void Settles(const rpc::MethodInfo& method, std::string account, KeyOf key_of, ReplyOf reply_of) {
    Add<Request>(method, Kind::kSettles, std::move(account), key_of,
                 [reply_of](bool applied) { return reply_of(applied).SerializeAsString(); });
  }
  // Has no effect.
  template <class Reply>
  void Answers(const rpc::MethodInfo& method, const Reply& reply) {
    methods_[std::string(method.full_name)] = {
        Kind::kAnswers,
        true,
        {},
        [](const std::string&) { return std::string(); },
        [bytes = reply.SerializeAsString()](bool) { return bytes; }};
  }

  // --- For the verifier ---

  struct Entry {
    int done = 0;
    int undone = 0;
    bool fenced = false;
    bool refused = false;
  };
  using Account = std::map<std::string, Entry>;

  // Takes a request, and answers as the callee would. UNIMPLEMENTED: nobody has such a method.
  // FAILED_PRECONDITION: it was refused or fenced.
  absl::StatusOr<std::string> Handle(std::string_view method, const std::string& request);
  // Takes a request and refuses it, unless it took effect before.
  absl::StatusOr<std::string> Refuse(std::string_view method, const std::string& request);
  bool CanRefuse(std::string_view method) const;
  const std::map<std::string, Account>& accounts() const { return accounts_; }
  // Empty books for another run.
  void Clear();

 private:
  struct Method {
    Kind kind;
    bool idempotent;
    std::string account;
    std::function<std::string(const std::string&)> key_of;
    std::function<std::string(bool)> reply;
  };

  template <class Request, class KeyOf, class ReplyOf>
  void Add(const rpc::MethodInfo& method, Kind kind, std::string account, KeyOf key_of,
           ReplyOf reply) {
    accounts_[account];
    methods_[std::string(method.full_name)] = {
        kind, method.idempotency == options::v1::IDEMPOTENCY_BUSINESS_KEY, std::move(account),
        [key_of](const std::string& bytes) {
          Request request;
          MARU_CHECK(request.ParseFromString(bytes));
          return std::string(key_of(request));
        },
        std::move(reply)};
  }

  std::map<std::string, Method, std::less<>> methods_;
  std::map<std::string, Account> accounts_;
};

}  // namespace maru::saga::testing

#endif  // MARU_COMMON_SAGA_TESTING_BOOKS_H_
