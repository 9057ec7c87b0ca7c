// Goal: a query that comes with a position, unary or stream, sees nothing older; nothing else
// waits. Method: a service without a transport whose wait the test ends.
#include "mesh/context/read_your_writes_service.h"

#include <optional>
#include <string>
#include <vector>

#include "common/async/manual_executor.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/rpc/bound_method.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::mesh {
namespace {

using google::protobuf::StringValue;
using rpc::CallContext;
using rpc::MethodInfo;
using rpc::MethodKind;

constexpr MethodInfo Info(std::string_view name, MethodKind kind,
                          options::v1::Idempotency idempotency) {
  return {.full_name = name,
          .name = name,
          .kind = kind,
          .deadline = absl::ZeroDuration(),
          .roles = {options::v1::ROLE_ANY},
          .callers = "",
          .idempotency = idempotency,
          .breaker_class = "",
          .breaker_slow = absl::ZeroDuration()};
}
constexpr MethodInfo kGet = Info("Get", MethodKind::kUnary, options::v1::IDEMPOTENCY_QUERY);
constexpr MethodInfo kWatch =
    Info("Watch", MethodKind::kServerStream, options::v1::IDEMPOTENCY_QUERY);
constexpr MethodInfo kPut = Info("Put", MethodKind::kUnary, options::v1::IDEMPOTENCY_NONE);

class Notes final : public rpc::Service {
 public:
  explicit Notes(int& served) : served_(served) {
    methods_.push_back(rpc::Bind(kGet, *this, &Notes::Get));
    methods_.push_back(rpc::Bind(kWatch, *this, &Notes::Watch));
    methods_.push_back(rpc::Bind(kPut, *this, &Notes::Get));
  }
  std::string_view full_name() const override { return "test.Notes"; }
  std::span<const std::unique_ptr<rpc::BoundMethod>> methods() const override { return methods_; }

  async::Task<absl::StatusOr<StringValue>> Get(const CallContext&, const StringValue& request) {
    ++served_;
    co_return request;
  }
  async::Task<absl::Status> Watch(const CallContext&, const StringValue&,
                                  rpc::StreamWriter<StringValue>&) {
    ++served_;
    co_return absl::OkStatus();
  }

 private:
  int& served_;
  std::vector<std::unique_ptr<rpc::BoundMethod>> methods_;
};

class NoStream final : public rpc::ServerStream {
 public:
  async::Task<absl::StatusOr<std::optional<std::string>>> Read() override {
    co_return std::optional<std::string>();
  }
  async::Task<absl::Status> Write(std::string) override { co_return absl::OkStatus(); }
  void AddTrailing(std::string_view, std::string) override {}
};

class ReadYourWritesTest : public ::testing::Test {
 protected:
  // Calls the method in this place; what it ended with, once it has.
  void Call(size_t method, bool with_position) {
    call_.wanted.Clear();
    if (with_position) call_.wanted.add_entries()->set_sequence(7);
    scope_.Spawn([](ReadYourWritesTest& test, rpc::BoundMethod& bound) -> async::Task<void> {
      if (bound.info().kind == MethodKind::kUnary) {
        const rpc::EncodedReply reply = co_await bound.Unary(test.call_, test.request_);
        test.end_ = reply.status();
      } else {
        test.end_ = co_await bound.Stream(test.call_, &test.request_, test.stream_);
      }
    }(*this, *service_->methods()[method]));
    executor_.RunUntilIdle();
  }
  void Applied(absl::Status status) {
    applied_ = std::move(status);
    changed_.NotifyAll();
    executor_.RunUntilIdle();
  }

  async::ManualExecutor executor_;
  async::Signal changed_{executor_};
  std::optional<absl::Status> applied_;
  int served_ = 0;
  const std::unique_ptr<rpc::Service> service_ = WithReadYourWrites(
      std::make_unique<Notes>(served_), [this](const CallContext&) -> async::Task<absl::Status> {
        while (!applied_.has_value()) co_await changed_.Wait();
        co_return *applied_;
      });
  CallContext call_;
  const StringValue request_;
  NoStream stream_;
  std::optional<absl::Status> end_;
  async::Scope scope_;
};

TEST_F(ReadYourWritesTest, QueriesWithAPositionWaitUnaryAndStream) {
  for (const size_t method : {0, 1}) {
    SCOPED_TRACE(method);
    served_ = 0;
    applied_.reset();
    end_.reset();
    Call(method, true);
    EXPECT_EQ(served_, 0);
    Applied(absl::OkStatus());
    EXPECT_EQ(served_, 1);
    EXPECT_EQ(end_, absl::OkStatus());
  }
}

TEST_F(ReadYourWritesTest, AWaitThatFailsIsTheAnswer) {
  for (const size_t method : {0, 1}) {
    end_.reset();
    applied_ = options::v1::errors::ViewBehind();
    Call(method, true);
    EXPECT_EQ(end_, options::v1::errors::ViewBehind());
  }
  EXPECT_EQ(served_, 0);
}

TEST_F(ReadYourWritesTest, NothingElseWaits) {
  Call(0, false);
  Call(1, false);
  Call(2, true);
  EXPECT_EQ(served_, 3);
}

}  // namespace
}  // namespace maru::mesh
