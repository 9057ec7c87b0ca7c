// Goal: no call reaches a handler that should not, every refusal names its reason, and what the
// handler sees and the caller gets back is complete. Method: the dispatcher without a transport,
// under virtual time; contracts are real ones, handlers and tokens the test's.
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
namespace {

using datecourse::review::v1::GetReviewRequest;
using datecourse::review::v1::Review;
using datecourse::review::v1::WriteReviewRequest;
using datecourse::viewpage::v1::GetScheduleViewRequest;
using ::testing::ElementsAre;
using namespace options::v1;  // ROLE_…, IDEMPOTENCY_…

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
      return errors::Unauthenticated("wrong signature");
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
 protected:
  DispatcherTest()
      : authenticator_(executor_),
        log_file_(std::tmpfile()),
        logger_(fileno(log_file_), LogLevel::kDebug, "datecourse-schedule", executor_) {
    options_.system = "datecourse";
    options_.domain = "datecourse.schedule";
  }
  ~DispatcherTest() override {
    scope_.CancelAll();
    std::fclose(log_file_);
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

void ExpectRefused(const absl::Status& status, absl::StatusCode code, std::string_view reason) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_EQ(ReasonOf(status), reason) << status;
  ASSERT_TRUE(ErrorInfoOf(status).has_value());
  EXPECT_EQ(ErrorInfoOf(status)->domain(), "datecourse.schedule");
}

TEST_F(DispatcherTest, RunsTheHandlerAndEncodesItsReply) {
  const Reply reply = Finish(kWrite, Write("정말 좋았어요"), "customer:kim");
  ASSERT_TRUE(reply.status.ok()) << reply.status;
  Review review;
  ASSERT_TRUE(review.ParseFromString(reply.message));
  EXPECT_EQ(review.comment_text(), "정말 좋았어요");
  EXPECT_TRUE(reply.metadata.entries().empty());
}

// Steps 1 to 7: each refusal, and nothing happened.
TEST_F(DispatcherTest, UnknownMethod) {
  const Call& call = BeginRaw("test.v1.Test/Nothing", "", "customer:kim");
  ExpectRefused(call.reply->status, absl::StatusCode::kUnimplemented, "UNKNOWN_METHOD");
  EXPECT_EQ(ErrorInfoOf(call.reply->status)->metadata().at("method"), "test.v1.Test/Nothing");
  EXPECT_TRUE(Scraped(R"(maru_rpc_server_calls_total{code="UNIMPLEMENTED",method="unknown"} 1)"));
}

TEST_F(DispatcherTest, TooManyInFlight) {
  options_.max_unary = 2;
  service_.executor = &executor_;
  Call& first = Begin(kGet, Get(), "customer:kim");
  Call& second = Begin(kGet, Get(), "customer:kim");
  const Call& third = Begin(kGet, Get(), "customer:kim");
  ExpectRefused(third.reply->status, absl::StatusCode::kResourceExhausted, "OVERLOADED");
  EXPECT_EQ(RetryDelayOf(third.reply->status), absl::Milliseconds(200));
  EXPECT_EQ(service_.called, 2);
  EXPECT_TRUE(Scraped(R"(maru_rpc_server_in_flight{method="test.v1.Test/Get"} 2)"));
  // Health is not refused: a busy server is not a sick one.
  EXPECT_FALSE(Begin(kOpen, Get(), "").reply.has_value());
  EXPECT_EQ(service_.called, 3);
  executor_.Advance(absl::Seconds(1));
  EXPECT_TRUE(first.reply->status.ok());
  EXPECT_TRUE(second.reply->status.ok());
  const Call& later = Begin(kGet, Get(), "customer:kim");
  executor_.Advance(absl::Seconds(1));
  EXPECT_TRUE(later.reply->status.ok());
}

TEST_F(DispatcherTest, NoTokenOrOneThatProvesNothing) {
  const struct {
    std::string header;
    std::string cause;
  } cases[] = {{"", "no token"},
               {"Basic a2ltOnB3", "not a bearer token"},
               {"Bearer forged", "wrong signature"}};
  for (const auto& bad : cases) {
    Metadata metadata;
    if (!bad.header.empty()) metadata.Add("authorization", bad.header);
    const Reply reply = Finish(kGet, Get(), "", std::move(metadata));
    ExpectRefused(reply.status, absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED");
    EXPECT_EQ(ErrorInfoOf(reply.status)->metadata().at("cause"), bad.cause);
  }
  EXPECT_EQ(service_.called, 0);
  Metadata metadata;
  metadata.Add("authorization", "bearer customer:kim");
  EXPECT_TRUE(Finish(kGet, Get(), "", std::move(metadata)).status.ok());
}

TEST_F(DispatcherTest, OpenMethodsNeedNoTokenAndLookAtNone) {
  EXPECT_TRUE(Finish(kOpen, Get(), "").status.ok());
  EXPECT_TRUE(Finish(kOpen, Get(), "forged").status.ok());
  EXPECT_EQ(authenticator_.asked, 0);
  EXPECT_EQ(service_.seen->identity->subject, "");
}

TEST_F(DispatcherTest, RolesAndCallersThatMayCall) {
  const struct {
    const MethodInfo& method;
    std::string token;
    bool may;
  } cases[] = {
      {kOwn, "host:han", true},
      {kOwn, "customer:kim", false},
      {kOwn, "admin:root", true},     // admin reads all
      {kWrite, "admin:root", false},  // but commands only what names admin
      {kWrite, "customer:kim", true},
      {kGet, "customer:kim", true},
      {kGet, "host:han", true},
      {kGet, "service:datecourse-review", false},  // any actor means any person
      {kCheck, "service:datecourse-review", true},
      {kCheck, "service:datecourse-viewpage", true},
      {kCheck, "service:datecourse-message", false},  // not named
      {kCheck, "service:books-review", false},        // of another system
      {kCheck, "customer:datecourse-review", false},
      {kCheck, "admin:root", false},
  };
  for (const auto& check : cases) {
    const int before = service_.called;
    const WriteReviewRequest write = Write();
    const GetReviewRequest get = Get();
    const google::protobuf::Message& request =
        &check.method == &kWrite ? static_cast<const google::protobuf::Message&>(write) : get;
    const Reply reply = Finish(check.method, request, check.token);
    EXPECT_EQ(reply.status.ok(), check.may)
        << check.method.full_name << " " << check.token << " " << reply.status;
    EXPECT_EQ(service_.called - before, check.may ? 1 : 0);
    if (!check.may)
      ExpectRefused(reply.status, absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED");
  }
  EXPECT_EQ(ErrorInfoOf(Finish(kWrite, Write(), "host:han").status)->metadata().at("roles"),
            "customer");
}

TEST_F(DispatcherTest, RequestsThatAreNoMessage) {
  // Not protobuf; a field of the wrong type; text that is no UTF-8.
  for (const std::string& bytes :
       {std::string("\xff\xff\xff"), std::string("\x0a\x05kim"), std::string("\x0a\x02\xc3\x28")}) {
    const Call& call = BeginRaw(kGet.full_name, bytes, "customer:kim");
    ExpectRefused(call.reply->status, absl::StatusCode::kInvalidArgument, "MALFORMED");
  }
  EXPECT_EQ(service_.called, 0);
}

TEST_F(DispatcherTest, RequestsThatBreakRulesNameEachField) {
  WriteReviewRequest request = Write(std::string(5001, 'x'), "no uuid");
  request.clear_schedule_id();
  request.set_rating(6);
  const Reply reply = Finish(kWrite, request, "customer:kim");
  ExpectRefused(reply.status, absl::StatusCode::kInvalidArgument, "INVALID_FIELD");
  std::vector<std::string> fields;
  const std::optional<google::rpc::BadRequest> bad = BadRequestOf(reply.status);
  ASSERT_TRUE(bad.has_value());
  for (const auto& violation : bad->field_violations()) fields.push_back(violation.field());
  EXPECT_THAT(fields, ElementsAre("schedule_id", "comment_text", "rating", "request_id"));
  EXPECT_EQ(service_.called, 0);
  EXPECT_TRUE(replay_.asked.empty());
}

TEST_F(DispatcherTest, PositionsThatCannotBeRead) {
  GetScheduleViewRequest request;
  request.set_schedule_id("s1");
  for (const std::string& bad : {std::string("!!!"), std::string("AAAA"), EncodePosition([] {
                                   event::v1::Position position;
                                   position.add_entries()->set_partition(8);
                                   position.mutable_entries(0)->set_topic("datecourse.review");
                                   return position;
                                 }())}) {
    request.set_position(bad);
    ExpectRefused(Finish(kView, request, "customer:kim").status, absl::StatusCode::kInvalidArgument,
                  "INVALID_POSITION");
    Metadata metadata;
    metadata.Add("maru-position", bad);
    request.clear_position();
    ExpectRefused(Finish(kView, request, "customer:kim", std::move(metadata)).status,
                  absl::StatusCode::kInvalidArgument, "INVALID_POSITION");
  }
  EXPECT_EQ(service_.called, 0);
}

// What the handler sees.
TEST_F(DispatcherTest, TheHandlerSeesWhoActsAndUnderWhichTrace) {
  Metadata metadata;
  metadata.Add("traceparent", std::string(kTraceparent));
  metadata.Add("maru-actor-bin", "somebody-else");
  Finish(kWrite, Write("글", absl::AsciiStrToUpper(ToAbsl(kRequestId))), "customer:kim",
         std::move(metadata));
  const CallContext& call = *service_.seen;
  EXPECT_EQ(call.identity->subject, "kim");
  // Only contexts may act for others.
  EXPECT_EQ(call.actor, "kim");
  EXPECT_EQ(call.method, "test.v1.Test/Write");
  EXPECT_EQ(call.trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(call.trace.parent_span_id, "b7ad6b7169203331");
  EXPECT_NE(call.trace.span_id, "b7ad6b7169203331");
  EXPECT_TRUE(call.trace.sampled);
  EXPECT_EQ(call.request_id, kRequestId);
}

TEST_F(DispatcherTest, AContextActsForAUserWithinTheUsersCommand) {
  Metadata metadata;
  metadata.Add("maru-actor-bin", "kim");
  metadata.Add("maru-request-id", std::string(kRequestId));
  Finish(kCheck, Get(), "service:datecourse-review", std::move(metadata));
  EXPECT_EQ(service_.seen->identity->subject, "datecourse-review");
  EXPECT_EQ(service_.seen->actor, "kim");
  EXPECT_EQ(service_.seen->request_id, kRequestId);
  EXPECT_EQ(service_.seen->idempotency, std::nullopt);
  Finish(kCheck, Get(), "service:datecourse-review");
  EXPECT_EQ(service_.seen->actor, "datecourse-review");
}

TEST_F(DispatcherTest, AContextThatActsForWhatIsNoTextIsRefused) {
  const std::pair<const char*, std::string> kBad[] = {{"maru-actor-bin", "\xff\xfe"},
                                                      {"maru-actor-bin", std::string(257, 'a')},
                                                      {"maru-request-id", "두 줄"},
                                                      {"maru-request-id", std::string(65, 'a')}};
  for (const auto& [key, value] : kBad) {
    Metadata metadata;
    metadata.Add(key, value);
    const Reply reply = Finish(kCheck, Get(), "service:datecourse-review", std::move(metadata));
    EXPECT_EQ(reply.status.code(), absl::StatusCode::kInvalidArgument) << key;
  }
  EXPECT_EQ(service_.called, 0);
}

TEST_F(DispatcherTest, TheShorterDeadlineWins) {
  Finish(kGet, Get(), "customer:kim");
  EXPECT_EQ(service_.seen->deadline, executor_.Now() + absl::Seconds(2));
  deadline = executor_.Now() + absl::Seconds(1);
  Finish(kGet, Get(), "customer:kim");
  EXPECT_EQ(service_.seen->deadline, deadline);
  deadline = executor_.Now() + absl::Seconds(3);
  Finish(kGet, Get(), "customer:kim");
  EXPECT_EQ(service_.seen->deadline, executor_.Now() + absl::Seconds(2));
}

TEST_F(DispatcherTest, ATraceparentThatIsNoneStartsATrace) {
  for (const char* bad : {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"}) {
    Metadata metadata;
    metadata.Add("traceparent", bad);
    Finish(kGet, Get(), "customer:kim", std::move(metadata));
    EXPECT_EQ(service_.seen->trace.trace_id.size(), 32u) << bad;
    EXPECT_NE(service_.seen->trace.trace_id, "0af7651916cd43dd8448eb211c80319c") << bad;
    EXPECT_EQ(service_.seen->trace.parent_span_id, "") << bad;
  }
  Metadata later;
  later.Add("traceparent",
            absl::StrCat("cc", absl::string_view(kTraceparent.data() + 2, kTraceparent.size() - 2),
                         "-what-comes"));
  Finish(kGet, Get(), "customer:kim", std::move(later));
  EXPECT_EQ(service_.seen->trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
}

event::v1::PositionEntry Entry(std::string topic, uint32_t partition, uint64_t sequence) {
  event::v1::PositionEntry entry;
  entry.set_topic(std::move(topic));
  entry.set_partition(partition);
  entry.set_sequence(sequence);
  return entry;
}

TEST_F(DispatcherTest, PositionsGoOutWithTheReplyAndComeBackByFieldOrMetadata) {
  service_.result = [](const CallContext& call, const Review& review) {
    call.Published(Entry("datecourse.review", 3, 17));
    return review;
  };
  const Reply reply = Finish(kWrite, Write(), "customer:kim");
  const std::string position(*reply.metadata.Find("maru-position"));
  service_.result = nullptr;

  GetScheduleViewRequest request;
  request.set_schedule_id("s1");
  request.set_position(position);
  EXPECT_TRUE(Finish(kView, request, "customer:kim").status.ok());
  ASSERT_EQ(service_.seen->wanted.entries_size(), 1);
  EXPECT_EQ(service_.seen->wanted.entries(0).sequence(), 17u);

  request.clear_position();
  Metadata metadata;
  metadata.Add("maru-position", position);
  EXPECT_TRUE(Finish(kView, request, "customer:kim", metadata).status.ok());
  EXPECT_EQ(service_.seen->wanted.entries(0).topic(), "datecourse.review");
}

// Step 8.
TEST_F(DispatcherTest, ACommandWithARequestIdIsLookedUpFirst) {
  Recorded recorded;
  Review first;
  first.set_id("first");
  recorded.reply = first.SerializeAsString();
  *recorded.position.add_entries() = Entry("datecourse.review", 1, 5);
  replay_.answer = recorded;
  const Reply reply = Finish(kWrite, Write("글", kRequestId), "customer:kim");
  EXPECT_TRUE(reply.status.ok());
  EXPECT_EQ(reply.message, recorded.reply);
  EXPECT_EQ(DecodePosition(*reply.metadata.Find("maru-position"))->entries(0).sequence(), 5u);
  EXPECT_EQ(reply.metadata.Find("maru-request-id"), kRequestId);
  EXPECT_EQ(service_.called, 0);
  ASSERT_EQ(replay_.asked.size(), 1u);
  EXPECT_EQ(replay_.asked[0].principal, "kim");
  EXPECT_EQ(replay_.asked[0].method, "test.v1.Test/Write");
  EXPECT_EQ(replay_.asked[0].request_id, kRequestId);
}

TEST_F(DispatcherTest, ARecordedRefusalIsGivenAgain) {
  Recorded recorded;
  recorded.status = datecourse::review::v1::errors::ReviewClosed("s1");
  replay_.answer = recorded;
  const Reply reply = Finish(kWrite, Write("글", kRequestId), "customer:kim");
  ExpectRefused(reply.status, absl::StatusCode::kFailedPrecondition, "REVIEW_CLOSED");
  EXPECT_EQ(service_.called, 0);
}

TEST_F(DispatcherTest, AReusedRequestIdIsRefused) {
  replay_.answer = errors::RequestIdReused(kRequestId);
  const Reply reply = Finish(kWrite, Write("글", kRequestId), "customer:kim");
  ExpectRefused(reply.status, absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED");
  EXPECT_EQ(service_.called, 0);
}

TEST_F(DispatcherTest, TheDigestIsOfTheContentWithoutTheRequestId) {
  EXPECT_TRUE(Finish(kWrite, Write("글", kRequestId), "customer:kim").status.ok());
  EXPECT_EQ(service_.called, 1);
  EXPECT_EQ(service_.seen->request_id, kRequestId);
  EXPECT_TRUE(Finish(kWrite, Write("글", "0190c3f4-2222-7abc-8def-0123456789ab"), "customer:kim")
                  .status.ok());
  EXPECT_TRUE(Finish(kWrite, Write("다른 글", kRequestId), "customer:kim").status.ok());
  ASSERT_EQ(replay_.asked.size(), 3u);
  EXPECT_EQ(replay_.asked[0].sha256.size(), 32u);
  EXPECT_EQ(replay_.asked[0].sha256, replay_.asked[1].sha256);
  EXPECT_NE(replay_.asked[0].sha256, replay_.asked[2].sha256);
  EXPECT_EQ(service_.seen->idempotency->sha256, replay_.asked[2].sha256);
}

TEST_F(DispatcherTest, WithoutARequestIdNothingIsLookedUp) {
  EXPECT_TRUE(Finish(kWrite, Write(), "customer:kim").status.ok());
  EXPECT_TRUE(replay_.asked.empty());
  EXPECT_EQ(service_.seen->idempotency, std::nullopt);
}

// Step 10.
TEST_F(DispatcherTest, ErrorsCarryDomainTraceAndPosition) {
  service_.result = [](const CallContext& call, const Review&) -> absl::StatusOr<Review> {
    call.Published(Entry("datecourse.review", 3, 17));
    return datecourse::review::v1::errors::ReviewClosed("s1");
  };
  Metadata metadata;
  metadata.Add("traceparent", std::string(kTraceparent));
  const Reply reply = Finish(kWrite, Write(), "customer:kim", std::move(metadata));
  ExpectRefused(reply.status, absl::StatusCode::kFailedPrecondition, "REVIEW_CLOSED");
  EXPECT_EQ(reply.metadata.Find("maru-trace-id"), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_TRUE(reply.metadata.Find("maru-position").has_value());
}

TEST_F(DispatcherTest, ACalleesErrorKeepsItsDomain) {
  service_.result = [](const CallContext&, const Review&) -> absl::StatusOr<Review> {
    absl::Status status = errors::ViewBehind();
    google::rpc::ErrorInfo info = *ErrorInfoOf(status);
    info.set_domain("datecourse.viewpage");
    SetDetail(status, info);
    return status;
  };
  EXPECT_EQ(ErrorInfoOf(Finish(kGet, Get(), "customer:kim").status)->domain(),
            "datecourse.viewpage");
}

TEST_F(DispatcherTest, UnexpectedErrorsAreLoggedAndNotShown) {
  for (const absl::StatusCode code : {absl::StatusCode::kUnknown, absl::StatusCode::kInternal}) {
    service_.result = [code](const CallContext&, const Review&) -> absl::StatusOr<Review> {
      return absl::Status(code, "row 김's secret");
    };
    const Reply reply = Finish(kGet, Get(), "customer:kim");
    ExpectRefused(reply.status, absl::StatusCode::kInternal, "INTERNAL");
    EXPECT_EQ(reply.status.message(), "internal error");
    const nlohmann::json line = LogLines().back();
    EXPECT_EQ(line["level"], "error");
    EXPECT_EQ(line["error"], "row 김's secret");
    EXPECT_EQ(line["trace_id"].get<std::string>(),
              std::string(*reply.metadata.Find("maru-trace-id")));
  }
}

TEST_F(DispatcherTest, LogsErrorsAlwaysAndOthersOnRequest) {
  Finish(kGet, Get(), "customer:kim");
  EXPECT_TRUE(LogLines().empty());
  Finish(kOwn, Get(), "customer:kim");
  ASSERT_EQ(LogLines().size(), 1u);
  const nlohmann::json line = LogLines()[0];
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["deployment"], "datecourse-schedule");
  EXPECT_EQ(line["method"], "test.v1.Test/Own");
  EXPECT_EQ(line["caller"], "kim");
  EXPECT_EQ(line["code"], "PERMISSION_DENIED");
  EXPECT_EQ(line["reason"], "ROLE_REQUIRED");
  dispatcher_.reset();
  options_.log_ok = true;
  Finish(kGet, Get(), "customer:kim");
  EXPECT_EQ(LogLines().back()["code"], "OK");
}

TEST_F(DispatcherTest, CountsAndTimesCallsByMethodAndCode) {
  service_.executor = &executor_;
  Begin(kGet, Get(), "customer:kim");
  executor_.Advance(absl::Seconds(1));
  Finish(kGet, Get(""), "customer:kim");
  EXPECT_TRUE(Scraped(R"(maru_rpc_server_calls_total{code="OK",method="test.v1.Test/Get"} 1)"));
  EXPECT_TRUE(Scraped(
      R"(maru_rpc_server_calls_total{code="INVALID_ARGUMENT",method="test.v1.Test/Get"} 1)"));
  EXPECT_TRUE(
      Scraped(R"(maru_rpc_server_duration_seconds_bucket{method="test.v1.Test/Get",le="0.5"} 1)"));
  EXPECT_TRUE(
      Scraped(R"(maru_rpc_server_duration_seconds_bucket{method="test.v1.Test/Get",le="1"} 2)"));
  EXPECT_TRUE(Scraped(R"(maru_rpc_server_in_flight{method="test.v1.Test/Get"} 0)"));
}

TEST_F(DispatcherTest, ADestroyedFrameIsCountedAsCancelled) {
  service_.executor = &executor_;
  Begin(kGet, Get(), "customer:kim");
  scope_.CancelAll();
  EXPECT_TRUE(
      Scraped(R"(maru_rpc_server_calls_total{code="CANCELLED",method="test.v1.Test/Get"} 1)"));
  EXPECT_TRUE(Scraped(R"(maru_rpc_server_in_flight{method="test.v1.Test/Get"} 0)"));
}

// Streams go through the same steps.
TEST_F(DispatcherTest, AServerStreamIsServed) {
  const Call& call = Begin(kWatch, Get("r7"), "customer:kim");
  ASSERT_TRUE(call.status.has_value());
  EXPECT_TRUE(call.status->ok()) << *call.status;
  ASSERT_EQ(call.stream.written.size(), 1u);
  Review review;
  EXPECT_TRUE(review.ParseFromString(call.stream.written[0]));
  EXPECT_EQ(review.id(), "r7");
  EXPECT_EQ(service_.seen->deadline, Instant::InfiniteFuture());
}

TEST_F(DispatcherTest, ABidiStreamIsServed) {
  const Call& call = Begin(kTalk, Get("r8"), "service:food-order");
  EXPECT_TRUE(call.status->ok()) << *call.status;
  EXPECT_EQ(call.stream.written.size(), 1u);
}

TEST_F(DispatcherTest, StreamsAreRefusedLikeUnaryCalls) {
  ExpectRefused(*Begin(kWatch, Get(), "").status, absl::StatusCode::kUnauthenticated,
                "UNAUTHENTICATED");
  ExpectRefused(*Begin(kWatch, Get(), "host:han").status, absl::StatusCode::kPermissionDenied,
                "ROLE_REQUIRED");
  ExpectRefused(*Begin(kTalk, Get(), "customer:kim").status, absl::StatusCode::kPermissionDenied,
                "ROLE_REQUIRED");
  ExpectRefused(*BeginRaw(kWatch.full_name, "\xff", "customer:kim").status,
                absl::StatusCode::kInvalidArgument, "MALFORMED");
  const Call& invalid = Begin(kWatch, Get(""), "customer:kim");
  ExpectRefused(*invalid.status, absl::StatusCode::kInvalidArgument, "INVALID_FIELD");
  EXPECT_TRUE(invalid.stream.trailing.Find("maru-trace-id").has_value());
  EXPECT_EQ(service_.called, 0);
}

TEST_F(DispatcherTest, StreamsAreLimitedOnTheirOwn) {
  options_.max_streams = 1;
  service_.executor = &executor_;
  Begin(kWatch, Get(), "customer:kim");
  ExpectRefused(*Begin(kWatch, Get(), "customer:kim").status, absl::StatusCode::kResourceExhausted,
                "OVERLOADED");
  service_.executor = nullptr;
  EXPECT_TRUE(Finish(kGet, Get(), "customer:kim").status.ok());
}

TEST_F(DispatcherTest, AStreamEndsWithItsToken) {
  service_.executor = &executor_;
  authenticator_.ttl = absl::Minutes(5);
  const Call& call = Begin(kWatch, Get(), "customer:kim");
  executor_.Advance(absl::Minutes(5) - absl::Seconds(1));
  EXPECT_FALSE(call.status.has_value());
  executor_.Advance(absl::Seconds(2));
  ASSERT_TRUE(call.status.has_value());
  ExpectRefused(*call.status, absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED");
  EXPECT_EQ(ErrorInfoOf(*call.status)->metadata().at("cause"), "expired");
}

TEST_F(DispatcherTest, AStreamEndsAtItsDeadline) {
  service_.executor = &executor_;
  const Call& call = Begin(kShort, Get(), "customer:kim");
  executor_.Advance(absl::Minutes(1));
  ASSERT_TRUE(call.status.has_value());
  EXPECT_EQ(call.status->code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(DispatcherTest, OnlyStreamsThatWouldNeverEndAreEndedWhenTheServerStops) {
  service_.executor = &executor_;
  const Call& watch = Begin(kWatch, Get(), "customer:kim");
  const Call& bounded = Begin(kShort, Get(), "customer:kim");
  dispatcher().EndWatches();
  executor_.RunUntilIdle();
  ASSERT_TRUE(watch.status.has_value());
  ExpectRefused(*watch.status, absl::StatusCode::kUnavailable, "NOT_SERVING");
  EXPECT_FALSE(bounded.status.has_value());
  ExpectRefused(*Begin(kWatch, Get(), "customer:kim").status, absl::StatusCode::kUnavailable,
                "NOT_SERVING");
}

TEST_F(DispatcherTest, AStreamThatEndsByItselfKeepsItsStatus) {
  service_.result = [](const CallContext&, const Review&) -> absl::StatusOr<Review> {
    return errors::ViewBehind();
  };
  ExpectRefused(*Begin(kWatch, Get(), "customer:kim").status, absl::StatusCode::kUnavailable,
                "VIEW_BEHIND");
}

TEST_F(DispatcherTest, NamesTheServicesInOrder) {
  EXPECT_THAT(dispatcher().service_names(), ElementsAre("test.v1.Test"));
}

}  // namespace
}  // namespace maru::rpc
