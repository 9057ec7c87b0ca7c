// Goal: probes and grpcurl get what the standard protocols promise.
// Method: the services' own methods over a stream in memory; the wire is tested with the server,
// grpcurl in tests/.
#include <deque>
#include <string>

#include "common/async/manual_executor.h"
#include "common/async/scope.h"
#include "common/rpc/error.h"
#include "common/rpc/health.h"
#include "common/rpc/reflection.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "gtest/gtest.h"

namespace maru::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

// Reads what the test queued, then the end; keeps what was written.
class ScriptedStream final : public ServerStream {
 public:
  std::deque<std::string> to_read;
  std::vector<std::string> written;

  async::Task<absl::StatusOr<std::optional<std::string>>> Read() override {
    if (to_read.empty()) co_return std::optional<std::string>();
    std::optional<std::string> next = std::move(to_read.front());
    to_read.pop_front();
    co_return next;
  }
  async::Task<absl::Status> Write(std::string message) override {
    written.push_back(std::move(message));
    co_return absl::OkStatus();
  }
  void AddTrailing(std::string_view, std::string) override {}
};

async::Task<void> RunStream(BoundMethod& method, const google::protobuf::Message* request,
                            ServerStream& stream, absl::Status& out) {
  const CallContext call;
  out = co_await method.Stream(call, request, stream);
}

async::Task<void> Check(Health& health, std::string service,
                        absl::StatusOr<HealthCheckResponse>& out) {
  const CallContext call;
  HealthCheckRequest request;
  request.set_service(service);
  out = co_await health.Check(call, request);
}

absl::StatusOr<HealthCheckResponse> CheckNow(Health& health, std::string service) {
  async::Scope scope;
  absl::StatusOr<HealthCheckResponse> out = absl::UnknownError("unfinished");
  scope.Spawn(Check(health, std::move(service), out));
  return out;
}

TEST(HealthTest, AnswersForTheProcessAndItsServicesOnly) {
  async::ManualExecutor executor;
  Health health(executor, {"maru.x.v1.X"});
  EXPECT_EQ(CheckNow(health, "")->status(), HealthCheckResponse::NOT_SERVING);
  health.SetServing(true);
  EXPECT_EQ(CheckNow(health, "")->status(), HealthCheckResponse::SERVING);
  EXPECT_EQ(CheckNow(health, "maru.x.v1.X")->status(), HealthCheckResponse::SERVING);
  const auto unknown = CheckNow(health, "maru.y.v1.Y");
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(unknown.status()), "NOT_FOUND");
}

std::vector<HealthCheckResponse::ServingStatus> States(const ScriptedStream& stream) {
  std::vector<HealthCheckResponse::ServingStatus> states;
  for (const std::string& bytes : stream.written) {
    HealthCheckResponse response;
    EXPECT_TRUE(response.ParseFromString(bytes));
    states.push_back(response.status());
  }
  return states;
}

TEST(HealthTest, WatchTellsTheStateNowAndEachChangeUntilTheCallerGoes) {
  async::ManualExecutor executor;
  Health health(executor, {"maru.x.v1.X"});
  ScriptedStream stream;
  absl::Status status;
  HealthCheckRequest request;
  async::Scope scope;
  scope.Spawn(RunStream(*health.methods()[1], &request, stream, status));
  executor.RunUntilIdle();
  health.SetServing(true);
  executor.RunUntilIdle();
  health.SetServing(true);
  executor.RunUntilIdle();
  health.SetServing(false);
  executor.RunUntilIdle();
  EXPECT_EQ(States(stream),
            (std::vector{HealthCheckResponse::NOT_SERVING, HealthCheckResponse::SERVING,
                         HealthCheckResponse::NOT_SERVING}));
  EXPECT_EQ(scope.size(), 1u);
}

TEST(HealthTest, WatchOfAnUnknownServiceSaysSoAndStays) {
  async::ManualExecutor executor;
  Health health(executor, {});
  ScriptedStream stream;
  absl::Status status;
  HealthCheckRequest request;
  request.set_service("maru.y.v1.Y");
  async::Scope scope;
  scope.Spawn(RunStream(*health.methods()[1], &request, stream, status));
  health.SetServing(true);
  executor.RunUntilIdle();
  EXPECT_EQ(States(stream), (std::vector{HealthCheckResponse::SERVICE_UNKNOWN}));
}

TEST(HealthTest, ShutdownTellsWatchersAndEndsTheirStreams) {
  async::ManualExecutor executor;
  Health health(executor, {});
  health.SetServing(true);
  ScriptedStream stream;
  absl::Status status;
  HealthCheckRequest request;
  async::Scope scope;
  scope.Spawn(RunStream(*health.methods()[1], &request, stream, status));
  executor.RunUntilIdle();
  health.Shutdown();
  health.SetServing(true);
  executor.RunUntilIdle();
  EXPECT_EQ(States(stream),
            (std::vector{HealthCheckResponse::SERVING, HealthCheckResponse::NOT_SERVING}));
  EXPECT_EQ(ReasonOf(status), "NOT_SERVING");
  EXPECT_EQ(scope.size(), 0u);
}

std::vector<ServerReflectionResponse> Ask(std::vector<ServerReflectionRequest> requests) {
  const auto services = MakeReflection({"grpc.health.v1.Health", "maru.x.v1.X"});
  EXPECT_EQ(services[0]->full_name(), "grpc.reflection.v1.ServerReflection");
  EXPECT_EQ(services[1]->full_name(), "grpc.reflection.v1alpha.ServerReflection");
  ScriptedStream stream;
  for (const ServerReflectionRequest& request : requests)
    stream.to_read.push_back(request.SerializeAsString());
  absl::Status status = absl::UnknownError("unfinished");
  async::Scope scope;
  scope.Spawn(RunStream(*services[0]->methods()[0], nullptr, stream, status));
  EXPECT_TRUE(status.ok()) << status;
  std::vector<ServerReflectionResponse> responses(stream.written.size());
  for (size_t i = 0; i < responses.size(); ++i)
    EXPECT_TRUE(responses[i].ParseFromString(stream.written[i]));
  return responses;
}

TEST(ReflectionTest, ListsTheServicesItWasGiven) {
  ServerReflectionRequest request;
  request.set_list_services("*");
  const auto responses = Ask({request});
  ASSERT_EQ(responses.size(), 1u);
  const auto& list = responses[0].list_services_response();
  ASSERT_EQ(list.service_size(), 4);
  EXPECT_EQ(list.service(0).name(), "grpc.health.v1.Health");
  EXPECT_EQ(responses[0].original_request().list_services(), "*");
}

TEST(ReflectionTest, GivesAFileWithAllItsImports) {
  options::v1::MethodPolicy::descriptor();  // links its file
  ServerReflectionRequest by_symbol;
  by_symbol.set_file_containing_symbol("maru.options.v1.MethodPolicy");
  ServerReflectionRequest by_name;
  by_name.set_file_by_filename("grpc/health/v1/health.proto");
  const auto responses = Ask({by_symbol, by_name});
  ASSERT_EQ(responses.size(), 2u);
  std::vector<std::string> names;
  for (const std::string& bytes : responses[0].file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    ASSERT_TRUE(file.ParseFromString(bytes));
    names.push_back(file.name());
  }
  EXPECT_EQ(names, (std::vector<std::string>{
                       "maru/options/v1/options.proto", "google/protobuf/descriptor.proto",
                       "google/protobuf/duration.proto", "google/rpc/code.proto"}));
  EXPECT_EQ(responses[1].file_descriptor_response().file_descriptor_proto_size(), 1);
  // Clients that print JSON take the names from here.
  google::protobuf::FileDescriptorProto options;
  ASSERT_TRUE(
      options.ParseFromString(responses[0].file_descriptor_response().file_descriptor_proto(0)));
  EXPECT_EQ(options.message_type(0).field(4).json_name(), "breaker");
}

TEST(ReflectionTest, FindsExtensions) {
  options::v1::MethodPolicy::descriptor();  // links its file
  ServerReflectionRequest numbers;
  numbers.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  ServerReflectionRequest one;
  one.mutable_file_containing_extension()->set_containing_type("google.protobuf.MethodOptions");
  one.mutable_file_containing_extension()->set_extension_number(50100);
  const auto responses = Ask({numbers, one});
  const auto& found = responses[0].all_extension_numbers_response().extension_number();
  EXPECT_NE(std::find(found.begin(), found.end(), 50100), found.end());
  EXPECT_TRUE(responses[1].has_file_descriptor_response());
}

TEST(ReflectionTest, SaysWhatItDoesNotKnow) {
  ServerReflectionRequest symbol;
  symbol.set_file_containing_symbol("maru.없음");
  const auto responses = Ask({symbol, ServerReflectionRequest()});
  EXPECT_EQ(responses[0].error_response().error_code(), 5);
  EXPECT_EQ(responses[1].error_response().error_code(), 3);
}

}  // namespace
}  // namespace maru::rpc
