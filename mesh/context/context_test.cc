// Goal: a context serves commands, queries, events and calls to others, ends in order, starts again
// with all that was durable, and knows nothing of another one in the same process. Method: real
// servers and RocksDB on this machine, a bus in memory, two small services over datecourse's
// contracts.
#include "mesh/context/context.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/async/signal.h"
#include "common/events/memory_bus.h"
#include "common/rpc/error.h"
#include "common/rpc/grpc/channel.h"
#include "common/rpc/identity/key_files.h"
#include "common/rpc/position.h"
#include "common/saga/testing/example.h"
#include "common/service/config.h"
#include "common/service/testing/http_get.h"
#include "common/store/memory_backend.h"
#include "common/store/store_testing.h"
#include "common/store/table.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.pb.h"
#include "gtest/gtest.h"
#include "maru/datecourse/review/v1/review.maru.h"
#include "maru/datecourse/schedule/v1/events.maru.h"
#include "maru/datecourse/schedule/v1/schedule.maru.h"
#include "mesh/context/context_config.h"
#include "mesh/context/grpc_host.h"

namespace maru::mesh {
namespace {

namespace review = datecourse::review::v1;
namespace schedule = datecourse::schedule::v1;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr store::Table<schedule::Schedule, std::string> kSchedules(32, "schedules");

// --- Two small services
// -----------------------------------------------------------------------------------------------

class Schedules final : public schedule::ScheduleServiceHandler {
 public:
  Schedules(store::Store& store, async::Executor& executor) : store_(store), executor_(executor) {}

  async::Task<absl::StatusOr<schedule::Schedule>> RegisterSchedule(
      const rpc::CallContext& call, const schedule::RegisterScheduleRequest& request) override {
    auto result =
        co_await store_.Transact(call, [&](store::Txn& txn) -> absl::StatusOr<schedule::Schedule> {
          schedule::Schedule row;
          row.set_id(txn.NewId());
          row.set_title(request.title());
          kSchedules.Put(txn, row.id(), row);
          schedule::ScheduleRegistered event;
          event.set_schedule_id(row.id());
          txn.Emit(event);
          return row;
        });
    // Long enough for a test to begin its shutdown meanwhile.
    if (request.uploader() == "slow") co_await executor_.Sleep(absl::Milliseconds(200));
    co_return result;
  }
  async::Task<absl::StatusOr<schedule::Schedule>> GetSchedule(
      const rpc::CallContext&, const schedule::GetScheduleRequest& request) override {
    auto row = co_await store_.Read(
        [&](store::Reader& reader) { return kSchedules.Get(reader, request.id()); });
    if (!row.ok()) co_return row.status();
    if (!row->has_value()) co_return absl::NotFoundError("no such schedule");
    co_return **row;
  }
  async::Task<absl::StatusOr<schedule::CheckReviewEligibilityResponse>> CheckReviewEligibility(
      const rpc::CallContext& call, const schedule::CheckReviewEligibilityRequest&) override {
    schedule::CheckReviewEligibilityResponse response;
    response.set_eligible(true);
    response.set_uploader_id(call.identity->subject);
    co_return response;
  }
  async::Task<absl::StatusOr<schedule::Schedule>> ModifySchedule(
      const rpc::CallContext&, const schedule::ModifyScheduleRequest&) override {
    co_return absl::UnimplementedError("");
  }
  async::Task<absl::StatusOr<google::protobuf::Empty>> DeleteSchedule(
      const rpc::CallContext&, const schedule::DeleteScheduleRequest&) override {
    co_return absl::UnimplementedError("");
  }
  async::Task<absl::StatusOr<schedule::ListSchedulesResponse>> ListSchedules(
      const rpc::CallContext&, const schedule::ListSchedulesRequest&) override {
    co_return absl::UnimplementedError("");
  }

 private:
  store::Store& store_;
  async::Executor& executor_;
};

// Counts in a schedule how often it heard of it.
void AddPolicies(events::Policies& on) {
  on.Event<schedule::ScheduleRegistered>(
      "schedule",
      [](store::Txn& txn, const event::v1::Event&,
         const schedule::ScheduleRegistered& event) -> absl::Status {
        ASSIGN_OR_RETURN(std::optional<schedule::Schedule> row,
                         kSchedules.Get(txn, event.schedule_id()));
        if (!row.has_value()) return absl::OkStatus();
        row->set_comment_count(row->comment_count() + 1);
        kSchedules.Put(txn, row->id(), *row);
        return absl::OkStatus();
      });
}

class Reviews final : public review::ReviewServiceHandler {
 public:
  explicit Reviews(rpc::Caller& schedules) : schedules_(schedules) {}

  async::Task<absl::StatusOr<review::Review>> WriteReview(
      const rpc::CallContext& call, const review::WriteReviewRequest& request) override {
    schedule::CheckReviewEligibilityRequest check;
    check.set_schedule_id(request.schedule_id());
    check.set_customer_id(call.identity->subject);
    CO_ASSIGN_OR_RETURN(const auto eligible,
                        co_await schedules_.CheckReviewEligibility(call, check));
    review::Review result;
    result.set_id("1");
    // Who schedule saw as its caller.
    result.set_comment_text(eligible.uploader_id());
    co_return result;
  }
  async::Task<absl::StatusOr<review::Review>> ModifyReview(
      const rpc::CallContext&, const review::ModifyReviewRequest&) override {
    co_return absl::UnimplementedError("");
  }
  async::Task<absl::StatusOr<google::protobuf::Empty>> DeleteReview(
      const rpc::CallContext&, const review::DeleteReviewRequest&) override {
    co_return absl::UnimplementedError("");
  }
  async::Task<absl::StatusOr<review::Review>> GetReview(const rpc::CallContext&,
                                                        const review::GetReviewRequest&) override {
    co_return absl::UnimplementedError("");
  }
  async::Task<absl::StatusOr<review::ListReviewsResponse>> ListReviews(
      const rpc::CallContext&, const review::ListReviewsRequest&) override {
    co_return absl::UnimplementedError("");
  }

 private:
  schedule::ScheduleServiceClient schedules_;
};

// --- A caller from outside
// --------------------------------------------------------------------------------------------

class Outside {
 public:
  explicit Outside(std::string keys) : keys_(std::move(keys)) {}
  ~Outside() {
    loop_.RunHere([this] { channels_.clear(); });
  }

  // Calls with the token of a person who has every role that the tests need.
  rpc::Reply Call(int port, std::string_view method, const google::protobuf::Message& request) {
    auto key = rpc::LoadPrivateKey(rpc::UserKeyFolder(keys_));
    MARU_CHECK(key.ok());
    auto token =
        rpc::SignUserToken(*key, {.subject = "kim", .roles = {"customer", "host"}, .store_ids = {}},
                           absl::Now(), absl::Minutes(1));
    MARU_CHECK(token.ok());
    rpc::CallOptions options;
    options.deadline = loop_.Now() + absl::Seconds(10);
    options.metadata.Add("authorization", absl::StrCat("Bearer ", *token));
    rpc::Channel* channel = nullptr;
    loop_.RunHere([&] {
      auto& slot = channels_[port];
      rpc::GrpcChannelOptions channel_options;
      channel_options.target = absl::StrCat("127.0.0.1:", port);
      if (slot == nullptr) slot = rpc::OpenGrpcChannel(loop_, channel_options);
      channel = slot.get();
    });
    return loop_.BlockOn(channel->Call(method, request.SerializeAsString(), std::move(options)));
  }

  template <class Response>
  absl::StatusOr<Response> Ask(int port, std::string_view method,
                               const google::protobuf::Message& request) {
    const rpc::Reply reply = Call(port, method, request);
    if (!reply.status.ok()) return reply.status;
    absl::StatusOr<Response> response(absl::in_place);
    MARU_CHECK(response->ParseFromString(reply.message));
    return response;
  }

  std::string Health(int port) {
    const auto response = Ask<grpc::health::v1::HealthCheckResponse>(
        port, "grpc.health.v1.Health/Check", grpc::health::v1::HealthCheckRequest());
    return response.ok()
               ? grpc::health::v1::HealthCheckResponse::ServingStatus_Name(response->status())
               : response.status().ToString();
  }

 private:
  const std::string keys_;
  rpc::GrpcLoop loop_;
  std::map<int, std::unique_ptr<rpc::Channel>> channels_;
};

constexpr std::string_view kRegister =
    "maru.datecourse.schedule.v1.ScheduleService/RegisterSchedule";
constexpr std::string_view kGet = "maru.datecourse.schedule.v1.ScheduleService/GetSchedule";
constexpr std::string_view kWrite = "maru.datecourse.review.v1.ReviewService/WriteReview";

class ContextTest : public testing::Test {
 protected:
  ContextTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    MARU_CHECK(rpc::EnsureKeyPair(rpc::UserKeyFolder(keys_)).ok());
    for (const char* deployment : {"datecourse-schedule", "datecourse-review"}) {
      MARU_CHECK(rpc::EnsureKeyPair(rpc::ServiceKeyFolder(keys_, deployment)).ok());
    }
    log_ = open((folder_ + "/log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  }
  ~ContextTest() override { close(log_); }

  ContextOptions Options(const std::string& context, const std::string& data,
                         std::vector<std::string> flags = {}) {
    service::ConfigSources sources;
    sources.program = "test";
    sources.flags = {"--listen=127.0.0.1:0", "--metrics=127.0.0.1:0",
                     absl::StrCat("--keys=", keys_), absl::StrCat("--data=", folder_, "/", data),
                     "--store.min_free_bytes=0"};
    sources.flags.insert(sources.flags.end(), flags.begin(), flags.end());
    ContextOptions options;
    options.context = context;
    const auto loaded =
        service::LoadConfig(sources, ContextRules("datecourse", context), options.config);
    MARU_CHECK(loaded.ok());
    options.bus = [](Context& made) {
      return std::make_unique<events::MemoryBus>(made.process().executor());
    };
    return options;
  }

  static void WireSchedule(Context& context) {
    context.Serve(std::make_unique<Schedules>(context.store(), context.process().executor()));
    AddPolicies(context.policies());
  }
  using Running = Hosted<Context>;
  absl::StatusOr<std::unique_ptr<Running>> Start(const ContextOptions& options,
                                                 const Context::Wire& wire,
                                                 std::unique_ptr<GrpcHost> host = nullptr) {
    if (host == nullptr) host = std::make_unique<GrpcHost>(log_);
    return Running::New(std::move(host),
                        [&](Host& on) { return Context::Start(on, options, wire); });
  }
  std::unique_ptr<Running> StartSchedule(const std::string& data) {
    auto context = Start(Options("schedule", data), WireSchedule);
    EXPECT_TRUE(context.ok()) << context.status();
    return context.ok() ? *std::move(context) : nullptr;
  }

  std::string Register(Running& context, const std::string& title) {
    schedule::RegisterScheduleRequest request;
    request.set_title(title);
    const auto row = outside_.Ask<schedule::Schedule>(PortOf(context), kRegister, request);
    EXPECT_TRUE(row.ok()) << row.status();
    return row.ok() ? row->id() : "";
  }
  absl::StatusOr<schedule::Schedule> Get(Running& context, const std::string& id,
                                         std::string position = "") {
    schedule::GetScheduleRequest request;
    request.set_id(id);
    request.set_position(std::move(position));
    return outside_.Ask<schedule::Schedule>(PortOf(context), kGet, request);
  }
  static bool Published(Running& context) {
    return service::HttpGet(context->process().metrics_port(), "/metrics")
               .find("maru_outbox_published_total 1") != std::string::npos;
  }
  static int PortOf(Running& context) { return context->process().port(); }

  const std::string folder_ =
      absl::StrCat(testing::TempDir(), "/context_",
                   testing::UnitTest::GetInstance()->current_test_info()->name());
  const std::string keys_ = folder_ + "/keys";
  int log_;
  Outside outside_{keys_};
};

TEST_F(ContextTest, ServesCommandsQueriesHealthAndMetrics) {
  const auto context = StartSchedule("a");
  ASSERT_NE(context, nullptr);
  EXPECT_EQ(outside_.Health(PortOf(*context)), "SERVING");
  const std::string id = Register(*context, "한강 산책");
  const auto row = Get(*context, id);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->title(), "한강 산책");
  EXPECT_THAT(service::HttpGet((*context)->process().metrics_port(), "/metrics"),
              AllOf(HasSubstr("maru_rpc_server_calls_total"), HasSubstr("maru_outbox_events"),
                    HasSubstr("process_resident_memory_bytes")));
}

TEST_F(ContextTest, AQueryWaitsForThePositionThatItComesWith) {
  const auto context = StartSchedule("a");
  ASSERT_NE(context, nullptr);
  for (int i = 0; i < 20; ++i) {
    schedule::RegisterScheduleRequest request;
    request.set_title("노을");
    const rpc::Reply reply = outside_.Call(PortOf(*context), kRegister, request);
    schedule::Schedule row;
    ASSERT_TRUE(row.ParseFromString(reply.message)) << reply.status;
    const auto position = reply.metadata.Find("maru-position");
    ASSERT_TRUE(position.has_value());
    // The policy hears of it by the bus: without waiting it would mostly not be counted yet.
    const auto read = Get(*context, row.id(), std::string(*position));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->comment_count(), 1);
  }
}

TEST_F(ContextTest, CallsAnotherContextAsItself) {
  const auto schedules = StartSchedule("schedule");
  ASSERT_NE(schedules, nullptr);
  auto reviews = Start(
      Options("review", "review",
              {absl::StrCat("--peers.schedule=127.0.0.1:", PortOf(*schedules))}),
      [](Context& context) { context.Serve(std::make_unique<Reviews>(context.Peer("schedule"))); });
  ASSERT_TRUE(reviews.ok()) << reviews.status();
  review::WriteReviewRequest request;
  request.set_schedule_id("1");
  request.set_comment_text("좋아요");
  const auto answer = outside_.Ask<review::Review>(PortOf(**reviews), kWrite, request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->comment_text(), "datecourse-review");
  EXPECT_THAT(service::HttpGet((**reviews)->process().metrics_port(), "/metrics"),
              HasSubstr("maru_rpc_client_calls_total{callee=\"schedule\""));

  schedules->Shutdown();
  const absl::Status gone =
      outside_.Ask<review::Review>(PortOf(**reviews), kWrite, request).status();
  EXPECT_EQ(gone.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(rpc::ReasonOf(gone), "CALLEE_UNAVAILABLE");
  EXPECT_EQ(rpc::ErrorInfoOf(gone)->domain(), "datecourse.review");
}

TEST_F(ContextTest, TwoInOneProcessDoNotSeeEachOther) {
  const auto one = StartSchedule("one");
  const auto two = StartSchedule("two");
  ASSERT_NE(one, nullptr);
  ASSERT_NE(two, nullptr);
  const std::string id = Register(*one, "하나");
  EXPECT_TRUE(Get(*one, id).ok());
  EXPECT_EQ(Get(*two, id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(service::HttpGet((*two)->process().metrics_port(), "/metrics"),
              AllOf(HasSubstr("maru_outbox_published_total 0"),
                    testing::Not(HasSubstr("RegisterSchedule\",code=\"OK\""))));
  one->Shutdown();
  EXPECT_EQ(outside_.Health(PortOf(*two)), "SERVING");
}

TEST_F(ContextTest, FolderInUseAndPortInUseAndMissingKeyAreClearErrors) {
  const auto context = StartSchedule("a");
  ASSERT_NE(context, nullptr);
  EXPECT_EQ(Start(Options("schedule", "a"), WireSchedule).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const std::string taken = absl::StrCat("--listen=127.0.0.1:", PortOf(*context));
  EXPECT_EQ(Start(Options("schedule", "b", {taken}), WireSchedule).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const absl::Status no_key = Start(Options("viewpage", "c"), [](Context&) {}).status();
  EXPECT_EQ(no_key.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(no_key.message()), HasSubstr("datecourse-viewpage"));
}

TEST_F(ContextTest, ShutdownLetsCallsFinishAndNothingIsLost) {
  auto context = StartSchedule("a");
  ASSERT_NE(context, nullptr);
  const int port = PortOf(*context);
  schedule::RegisterScheduleRequest request;
  request.set_title("느린 산책");
  request.set_uploader("slow");
  absl::StatusOr<schedule::Schedule> answer = absl::UnknownError("");
  std::thread caller([&] { answer = outside_.Ask<schedule::Schedule>(port, kRegister, request); });
  // In flight once its event is out.
  while (!Published(*context)) {
    std::this_thread::yield();
  }
  context->Shutdown();
  caller.join();
  ASSERT_TRUE(answer.ok()) << answer.status();
  context.reset();

  const auto again = StartSchedule("a");
  ASSERT_NE(again, nullptr);
  const auto row = Get(*again, answer->id());
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->title(), "느린 산책");
}

TEST_F(ContextTest, DroppedWithCallsInFlightItFreesEverything) {
  auto context = StartSchedule("a");
  ASSERT_NE(context, nullptr);
  const int port = PortOf(*context);
  schedule::RegisterScheduleRequest request;
  request.set_title("끊김");
  request.set_uploader("slow");
  std::thread caller([&] { EXPECT_FALSE(outside_.Call(port, kRegister, request).status.ok()); });
  while (!Published(*context)) {
    std::this_thread::yield();
  }
  context.reset();
  caller.join();
}

// A host with a disk in memory, to break.
TEST_F(ContextTest, GoesOnWithSagasAndTimersAfterARestart) {
  // Nobody answers: the library stays pending, and the timer is due after the restart.
  const auto wire = [](bool first) {
    return [first](Context& context) {
      WireSchedule(context);
      auto& warehouse = context.sagas().Add(example::Warehouse(context.Peer("review")));
      context.timers().On("알림", [](store::Txn& txn, std::string_view id) {
        kSchedules.Put(txn, id, schedule::Schedule());
        return absl::OkStatus();
      });
      if (!first) return;
      auto& scope = context.Keep(std::make_unique<async::Scope>());
      scope.Spawn([](Context& in, saga::Saga<example::v1::Library, example::v1::Library>& begins)
                      -> async::Task<void> {
        rpc::CallContext call = store::TestCall();
        call.deadline = in.process().executor().Now() + absl::Seconds(10);
        const auto accepted = co_await begins.Run(
            call, [&in](store::Txn& txn) -> absl::StatusOr<example::v1::Library> {
              RETURN_IF_ERROR(in.timers().Set(txn, "알림", "하나", txn.Now() + absl::Seconds(2)));
              example::v1::Library row;
              row.set_id(txn.NewId());
              row.set_allow_pending(true);
              return row;
            });
        EXPECT_TRUE(accepted.ok()) << accepted.status();
      }(context, warehouse));
    };
  };
  const ContextOptions options = Options("schedule", "a", {"--peers.review=127.0.0.1:1"});
  auto context = Start(options, wire(true));
  ASSERT_TRUE(context.ok()) << context.status();
  const auto shows = [&](std::string_view line) {
    return service::HttpGet((**context)->process().metrics_port(), "/metrics").find(line) !=
           std::string::npos;
  };
  while (shows(R"({call="book.Receive",outcome="unsent",saga="warehouse"} 0)")) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(shows(R"(maru_saga_pending{saga="warehouse"} 1)"));
  *context = nullptr;  // no Shutdown: like a crash
  context = Start(options, wire(false));
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_TRUE(shows(R"(maru_saga_pending{saga="warehouse"} 1)"));
  while (!Get(**context, "하나").ok()) std::this_thread::yield();
  EXPECT_TRUE(shows("maru_timers_fired_total 1"));
}

class MemoryHost final : public GrpcHost {
 public:
  MemoryHost(int log_fd, store::MemoryDisk& disk) : GrpcHost(log_fd), disk_(disk) {}
  absl::StatusOr<std::unique_ptr<store::Backend>> OpenBackend(store::RocksDbOptions) override {
    return store::MemoryBackend::Open(disk_);
  }

 private:
  store::MemoryDisk& disk_;
};

TEST_F(ContextTest, FailedStoreIsToldAndNoLongerServing) {
  store::MemoryDisk disk;
  std::atomic<bool> told = false;
  ContextOptions options = Options("schedule", "a");
  options.failed = [&told] { told = true; };
  auto context = Start(options, WireSchedule, std::make_unique<MemoryHost>(log_, disk));
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_TRUE((*context)->failure().ok());
  disk.OnSync([] { return absl::InternalError("fsync: EIO"); });
  schedule::RegisterScheduleRequest request;
  request.set_title("잃음");
  EXPECT_EQ(rpc::ReasonOf(outside_.Call(PortOf(**context), kRegister, request).status),
            "STORE_FAILED");
  const absl::Time until = absl::Now() + absl::Seconds(10);
  while (!told && absl::Now() < until) std::this_thread::yield();
  EXPECT_TRUE(told);
  EXPECT_FALSE((*context)->failure().ok());
  EXPECT_EQ(outside_.Health(PortOf(**context)), "NOT_SERVING");
}

}  // namespace
}  // namespace maru::mesh
