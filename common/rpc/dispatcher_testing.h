// The dispatcher without a transport, under virtual time: real contracts, and handlers and tokens
// of the test's.
#ifndef MARU_COMMON_RPC_DISPATCHER_TESTING_H_
#define MARU_COMMON_RPC_DISPATCHER_TESTING_H_

#include "common/rpc/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/async/manual_executor.h"
#include "common/async/scope.h"
#include "common/rpc/bound_method.h"
#include "common/rpc/error.h"
#include "common/rpc/position.h"
#include "maru/datecourse/review/v1/review.maru.h"
#include "maru/datecourse/viewpage/v1/viewpage.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {

using datecourse::review::v1::GetReviewRequest;
using datecourse::review::v1::Review;
using datecourse::review::v1::WriteReviewRequest;
using datecourse::viewpage::v1::GetScheduleViewRequest;
using options::v1::Idempotency;
using options::v1::IDEMPOTENCY_NONE;
using options::v1::IDEMPOTENCY_QUERY;
using options::v1::IDEMPOTENCY_REQUEST_ID;
using options::v1::Role;
using options::v1::ROLE_ADMIN;
using options::v1::ROLE_ANY;
using options::v1::ROLE_CUSTOMER;
using options::v1::ROLE_HOST;
using options::v1::ROLE_OPEN;
using options::v1::ROLE_SERVICE;
using ::testing::ElementsAre;

constexpr std::string_view kRequestId = "0190c3f4-1111-7abc-8def-0123456789ab";
constexpr std::string_view kTraceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// A seed: ids are the same in every run.
class SeededRandom final : public Random {
 public:
  uint64_t Next() override { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }

 private:
  uint64_t state_ = 1;
};

// Tokens "<role>:<subject>".
class TestAuthenticator final : public Authenticator {
 public:
  explicit TestAuthenticator(const Clock& clock) : clock_(clock) {}
  absl::StatusOr<Authenticated> Authenticate(std::string_view token) override {
    ++asked;
    const std::vector<std::string> parts = absl::StrSplit(ToAbsl(token), ':');
    const std::map<std::string, Role> roles = {{"customer", ROLE_CUSTOMER},
                                               {"host", ROLE_HOST},
                                               {"admin", ROLE_ADMIN},
                                               {"service", ROLE_SERVICE}};
    if (parts.size() != 2 || !roles.contains(parts[0]))
      return options::v1::errors::Unauthenticated("wrong signature");
    auto identity = std::make_shared<Identity>();
    identity->subject = parts[1];
    identity->roles.Add(roles.at(parts[0]));
    return Authenticated{identity, clock_.WallNow() + ttl};
  }

  int asked = 0;
  absl::Duration ttl = absl::Hours(1);

 private:
  const Clock& clock_;
};

class TestReplay final : public ReplayLookup {
 public:
  async::Task<absl::StatusOr<std::optional<Recorded>>> Find(const IdempotencyKey& key) override {
    asked.push_back(key);
    co_return answer;
  }

  std::vector<IdempotencyKey> asked;
  absl::StatusOr<std::optional<Recorded>> answer = std::optional<Recorded>();
};

constexpr MethodInfo Info(std::string_view full_name, MethodKind kind, absl::Duration deadline,
                          Roles roles, std::string_view callers, Idempotency idempotency) {
  return {.full_name = full_name,
          .name = "",
          .kind = kind,
          .deadline = deadline,
          .roles = roles,
          .callers = callers,
          .idempotency = idempotency,
          .breaker_class = "",
          .breaker_slow = absl::ZeroDuration()};
}

constexpr MethodInfo kWrite = Info("test.v1.Test/Write", MethodKind::kUnary, absl::Seconds(2),
                                   {ROLE_CUSTOMER}, "", IDEMPOTENCY_REQUEST_ID);
constexpr MethodInfo kGet = Info("test.v1.Test/Get", MethodKind::kUnary, absl::Seconds(2),
                                 {ROLE_ANY}, "", IDEMPOTENCY_QUERY);
constexpr MethodInfo kOwn = Info("test.v1.Test/Own", MethodKind::kUnary, absl::Seconds(2),
                                 {ROLE_HOST}, "", IDEMPOTENCY_QUERY);
constexpr MethodInfo kView = Info("test.v1.Test/View", MethodKind::kUnary, absl::Seconds(2),
                                  {ROLE_ANY}, "", IDEMPOTENCY_QUERY);
constexpr MethodInfo kCheck =
    Info("test.v1.Test/Check", MethodKind::kUnary, absl::Milliseconds(600), {ROLE_SERVICE},
         "review, viewpage", IDEMPOTENCY_QUERY);
constexpr MethodInfo kOpen = Info("test.v1.Test/Open", MethodKind::kUnary, absl::Seconds(2),
                                  {ROLE_OPEN}, "", IDEMPOTENCY_QUERY);
constexpr MethodInfo kWatch = Info("test.v1.Test/Watch", MethodKind::kServerStream,
                                   absl::ZeroDuration(), {ROLE_CUSTOMER}, "", IDEMPOTENCY_QUERY);
constexpr MethodInfo kShort = Info("test.v1.Test/Short", MethodKind::kServerStream,
                                   absl::Minutes(1), {ROLE_CUSTOMER}, "", IDEMPOTENCY_QUERY);
constexpr MethodInfo kTalk = Info("test.v1.Test/Talk", MethodKind::kBidiStream,
                                  absl::ZeroDuration(), {ROLE_SERVICE}, "*", IDEMPOTENCY_NONE);

// Notes what it was called with; does what the test says.
class TestService final : public Service {
 public:
  TestService() {
    methods_.push_back(Bind(kWrite, *this, &TestService::Write));
    for (const MethodInfo* info : {&kGet, &kOwn, &kCheck, &kOpen})
      methods_.push_back(Bind(*info, *this, &TestService::Get));
    methods_.push_back(Bind(kView, *this, &TestService::View));
    for (const MethodInfo* info : {&kWatch, &kShort})
      methods_.push_back(Bind(*info, *this, &TestService::Watch));
    methods_.push_back(Bind(kTalk, *this, &TestService::Talk));
  }
  std::string_view full_name() const override { return "test.v1.Test"; }
  std::span<const std::unique_ptr<BoundMethod>> methods() const override { return methods_; }

  async::Task<absl::StatusOr<Review>> Write(const CallContext& call,
                                            const WriteReviewRequest& request) {
    Note(call);
    Review review;
    review.set_comment_text(request.comment_text());
    co_return Do(call, review);
  }
  async::Task<absl::StatusOr<Review>> Get(const CallContext& call,
                                          const GetReviewRequest& request) {
    Note(call);
    Review review;
    review.set_id(request.id());
    if (executor != nullptr) co_await executor->Sleep(absl::Seconds(1));
    co_return Do(call, review);
  }
  async::Task<absl::StatusOr<Review>> View(const CallContext& call, const GetScheduleViewRequest&) {
    Note(call);
    co_return Do(call, Review());
  }
  async::Task<absl::Status> Watch(const CallContext& call, const GetReviewRequest& request,
                                  StreamWriter<Review>& writer) {
    Note(call);
    Review review;
    review.set_id(request.id());
    CO_RETURN_IF_ERROR(co_await writer.Write(review));
    if (executor != nullptr) co_await executor->Sleep(absl::Hours(24));
    co_return Do(call, review).status();
  }
  async::Task<absl::Status> Talk(const CallContext& call,
                                 BidiStream<GetReviewRequest, Review>& stream) {
    Note(call);
    while (true) {
      CO_ASSIGN_OR_RETURN(const std::optional<GetReviewRequest> request, co_await stream.Read());
      if (!request.has_value()) co_return absl::OkStatus();
      Review review;
      review.set_id(request->id());
      CO_RETURN_IF_ERROR(co_await stream.Write(review));
    }
  }

  // Makes Get and Watch take their time.
  async::Executor* executor = nullptr;
  std::function<absl::StatusOr<Review>(const CallContext&, const Review&)> result;
  int called = 0;
  std::optional<CallContext> seen;

 private:
  void Note(const CallContext& call) {
    ++called;
    seen = call;
  }
  absl::StatusOr<Review> Do(const CallContext& call, const Review& review) {
    return result ? result(call, review) : absl::StatusOr<Review>(review);
  }

  std::vector<std::unique_ptr<BoundMethod>> methods_;
};

class TestStream final : public ServerStream {
 public:
  async::Task<absl::StatusOr<std::optional<std::string>>> Read() override {
    if (to_read.empty()) co_return std::optional<std::string>();
    std::optional<std::string> next = std::move(to_read.front());
    to_read.erase(to_read.begin());
    co_return next;
  }
  async::Task<absl::Status> Write(std::string message) override {
    written.push_back(std::move(message));
    co_return absl::OkStatus();
  }
  void AddTrailing(std::string_view key, std::string value) override {
    trailing.Add(key, std::move(value));
  }

  std::vector<std::string> to_read;
  std::vector<std::string> written;
  Metadata trailing;
};

class DispatcherTest : public testing::Test {
 public:
  ~DispatcherTest() override {
    scope_.CancelAll();
    std::fclose(log_file_);
  }

 protected:
  DispatcherTest()
      : authenticator_(executor_),
        log_file_(std::tmpfile()),
        logger_(fileno(log_file_), LogLevel::kDebug, "datecourse-schedule", executor_) {
    options_.system = "datecourse";
    options_.domain = "datecourse.schedule";
  }

  Dispatcher& dispatcher() {
    if (dispatcher_ == nullptr) {
      dispatcher_ = std::make_unique<Dispatcher>(
          options_,
          DispatcherParts{executor_, random_, authenticator_, logger_, registry_, &replay_});
      dispatcher_->Register(service_);
    }
    return *dispatcher_;
  }

  struct Call {
    Inbound inbound;
    std::string message;
    std::optional<Reply> reply;
    TestStream stream;
    std::optional<absl::Status> status;
  };

  // A call under way; owned by the fixture.
  Call& Begin(const MethodInfo& info, const google::protobuf::Message& request, std::string token,
              Metadata metadata = {}) {
    return BeginRaw(info.full_name, request.SerializeAsString(), std::move(token),
                    std::move(metadata));
  }
  Call& BeginRaw(std::string_view method, std::string message, std::string token,
                 Metadata metadata = {}) {
    Call& call = *calls_.emplace_back(std::make_unique<Call>());
    call.inbound.method = method;
    call.inbound.metadata = std::move(metadata);
    call.inbound.deadline = deadline;
    call.inbound.peer = "ipv4:127.0.0.1:1";
    if (!token.empty()) call.inbound.metadata.Add("authorization", absl::StrCat("Bearer ", token));
    if (dispatcher().IsStream(method)) {
      call.stream.to_read.push_back(std::move(message));
      scope_.Spawn(RunStream(dispatcher(), call));
    } else {
      call.message = std::move(message);
      scope_.Spawn(RunUnary(dispatcher(), call));
    }
    executor_.RunUntilIdle();
    return call;
  }
  Reply Finish(const MethodInfo& info, const google::protobuf::Message& request, std::string token,
               Metadata metadata = {}) {
    return Begin(info, request, std::move(token), std::move(metadata)).reply.value();
  }
  static async::Task<void> RunUnary(Dispatcher& dispatcher, Call& call) {
    call.reply = co_await dispatcher.OnUnary(call.inbound, call.message);
  }
  static async::Task<void> RunStream(Dispatcher& dispatcher, Call& call) {
    call.status = co_await dispatcher.OnStream(call.inbound, call.stream);
  }

  static GetReviewRequest Get(std::string id = "r1") {
    GetReviewRequest request;
    request.set_id(std::move(id));
    return request;
  }
  static WriteReviewRequest Write(std::string text = "좋았어요", std::string_view request_id = "") {
    WriteReviewRequest request;
    request.set_schedule_id("s1");
    request.set_comment_text(std::move(text));
    request.set_request_id(std::string(request_id));
    return request;
  }
  std::vector<nlohmann::json> LogLines() {
    std::string text(static_cast<size_t>(lseek(fileno(log_file_), 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(fileno(log_file_), text.data(), text.size(), 0),
              static_cast<ssize_t>(text.size()));
    std::vector<nlohmann::json> lines;
    for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      lines.push_back(nlohmann::json::parse(std::string(line), nullptr, false));
    }
    return lines;
  }
  // Whether a scrape has this line.
  bool Scraped(std::string_view line) {
    return absl::StrContains(Scrape(), absl::StrCat(ToAbsl(line), "\n"));
  }
  std::string Scrape() { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

  async::ManualExecutor executor_;
  SeededRandom random_;
  TestAuthenticator authenticator_;
  TestReplay replay_;
  std::FILE* const log_file_;
  Logger logger_;
  prometheus::Registry registry_;
  TestService service_;
  DispatcherOptions options_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::vector<std::unique_ptr<Call>> calls_;
  async::Scope scope_;
  Instant deadline = Instant::InfiniteFuture();
};

inline void ExpectRefused(const absl::Status& status, absl::StatusCode code,
                          std::string_view reason) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_EQ(ReasonOf(status), reason) << status;
  ASSERT_TRUE(ErrorInfoOf(status).has_value());
  EXPECT_EQ(ErrorInfoOf(status)->domain(), "datecourse.schedule");
}

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_DISPATCHER_TESTING_H_
