// Goal: what is generated of testdata/contract.proto does what the contract says.
// Method: the real generated code, driven as the dispatcher and a client drive it.
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/task.h"
#include "common/rpc/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/protoc-gen-maru/testdata/contract.maru.h"

namespace maru::golden::v1 {
namespace {

// Runs a task that never waits for anything outside of it.
template <class T>
async::Task<void> Store(async::Task<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}
template <class T>
T Await(async::Task<T> task) {
  std::optional<T> result;
  async::Task<void> run = Store(std::move(task), result);
  auto awaiter = std::move(run).operator co_await();
  awaiter.await_suspend(std::noop_coroutine()).resume();
  MARU_CHECK(result.has_value());
  return *std::move(result);
}

class Garden : public GardenServiceHandler {
 public:
  async::Task<absl::StatusOr<Tree>> PlantTree(const rpc::CallContext& call,
                                              const PlantTreeRequest& request) override {
    if (request.name() == "돌") co_return errors::TreeExists("7", "소나무");
    Tree tree;
    tree.set_id(call.request_id);
    tree.set_name(request.name());
    co_return tree;
  }
  async::Task<absl::StatusOr<google::protobuf::Empty>> CutTree(const rpc::CallContext&,
                                                               const CutTreeRequest&) override {
    co_return google::protobuf::Empty();
  }
  async::Task<absl::StatusOr<ListTreesResponse>> ListTrees(const rpc::CallContext&,
                                                           const ListTreesRequest&) override {
    co_return ListTreesResponse();
  }
  async::Task<absl::StatusOr<shared::v1::Price>> Appraise(
      const rpc::CallContext&, const requests::v1::AppraiseRequest&) override {
    co_return shared::v1::Price();
  }
  async::Task<absl::Status> WatchTrees(const rpc::CallContext&, const WatchTreesRequest&,
                                       rpc::StreamWriter<Tree>& writer) override {
    Tree tree;
    for (const char* name : {"사과", "배"}) {
      tree.set_name(name);
      CO_RETURN_IF_ERROR(co_await writer.Write(tree));
    }
    co_return absl::OkStatus();
  }
  async::Task<absl::Status> WaterTrees(
      const rpc::CallContext&,
      rpc::BidiStream<WaterTreesRequest, WaterTreesResponse>& stream) override {
    while (true) {
      CO_ASSIGN_OR_RETURN(const std::optional<WaterTreesRequest> request, co_await stream.Read());
      if (!request.has_value()) co_return absl::OkStatus();
      WaterTreesResponse response;
      response.set_litres(request->litres() * 2);
      CO_RETURN_IF_ERROR(co_await stream.Write(response));
    }
  }
};

class MemoryStream : public rpc::ServerStream {
 public:
  async::Task<absl::StatusOr<std::optional<std::string>>> Read() override {
    if (in.empty()) co_return std::optional<std::string>();
    std::optional<std::string> message = std::move(in.front());
    in.pop_front();
    co_return message;
  }
  async::Task<absl::Status> Write(std::string message) override {
    out.push_back(std::move(message));
    co_return absl::OkStatus();
  }
  void AddTrailing(std::string_view, std::string) override {}

  std::deque<std::string> in;
  std::vector<std::string> out;
};

rpc::BoundMethod& MethodOf(const rpc::Service& service, std::string_view name) {
  for (const std::unique_ptr<rpc::BoundMethod>& method : service.methods()) {
    if (method->info().name == name) return *method;
  }
  ADD_FAILURE() << "no method " << name;
  return *service.methods()[0];
}

TEST(HandlerTest, ListsItsMethodsInTheOrderOfTheContract) {
  const Garden garden;
  EXPECT_EQ(garden.full_name(), "maru.golden.v1.GardenService");
  std::vector<std::string_view> names;
  for (const auto& method : garden.methods()) names.push_back(method->info().name);
  EXPECT_THAT(names, testing::ElementsAre("PlantTree", "CutTree", "ListTrees", "Appraise",
                                          "WatchTrees", "WaterTrees"));
}

TEST(HandlerTest, AServiceWithoutMethodsCanBeListed) {
  class Empty : public EmptyServiceHandler {
  } empty;
  EXPECT_EQ(empty.full_name(), "maru.golden.v1.EmptyService");
  EXPECT_TRUE(empty.methods().empty());
  EXPECT_TRUE(EmptyServiceMethods::All().empty());
}

TEST(MethodInfoTest, IsThePolicyOfTheContract) {
  const rpc::MethodInfo& plant = GardenServiceMethods::kPlantTree;
  EXPECT_EQ(plant.full_name, "maru.golden.v1.GardenService/PlantTree");
  EXPECT_EQ(plant.kind, rpc::MethodKind::kUnary);
  EXPECT_EQ(plant.deadline, absl::Seconds(2));
  EXPECT_TRUE(plant.roles.Has(options::v1::ROLE_CUSTOMER));
  EXPECT_TRUE(plant.roles.Has(options::v1::ROLE_HOST));
  EXPECT_FALSE(plant.roles.Has(options::v1::ROLE_ANY));
  EXPECT_EQ(plant.callers, "");
  EXPECT_EQ(plant.idempotency, options::v1::IDEMPOTENCY_REQUEST_ID);
  EXPECT_EQ(plant.breaker_class, "");

  const rpc::MethodInfo& cut = GardenServiceMethods::kCutTree;
  EXPECT_EQ(cut.deadline, absl::Milliseconds(600));
  EXPECT_EQ(cut.callers, "forest,sawmill");
  EXPECT_EQ(cut.breaker_class, "cut");
  EXPECT_EQ(cut.breaker_slow, absl::Nanoseconds(250000001));

  EXPECT_EQ(GardenServiceMethods::kWatchTrees.kind, rpc::MethodKind::kServerStream);
  EXPECT_EQ(GardenServiceMethods::kWatchTrees.deadline, absl::ZeroDuration());
  EXPECT_EQ(GardenServiceMethods::kWaterTrees.kind, rpc::MethodKind::kBidiStream);
  ASSERT_EQ(GardenServiceMethods::All().size(), 6u);
  EXPECT_EQ(GardenServiceMethods::All()[1], &cut);
}

TEST(UnaryTest, RunsTheHandlerAndEncodesItsReply) {
  Garden garden;
  rpc::BoundMethod& method = MethodOf(garden, "PlantTree");
  const std::unique_ptr<google::protobuf::Message> request = method.NewRequest();
  static_cast<PlantTreeRequest&>(*request).set_name("사과나무");
  rpc::CallContext call;
  call.request_id = "r1";
  const rpc::EncodedReply reply = Await(method.Unary(call, *request));
  ASSERT_TRUE(reply.ok()) << reply.status();
  Tree tree;
  ASSERT_TRUE(tree.ParseFromString(*reply));
  EXPECT_EQ(tree.name(), "사과나무");
  EXPECT_EQ(tree.id(), "r1");
}

TEST(UnaryTest, PassesTheHandlersErrorOnWithDetails) {
  Garden garden;
  rpc::BoundMethod& method = MethodOf(garden, "PlantTree");
  PlantTreeRequest request;
  request.set_name("돌");
  const rpc::CallContext call;
  const rpc::EncodedReply reply = Await(method.Unary(call, request));
  EXPECT_EQ(rpc::ReasonOf(reply.status()), "TREE_EXISTS");
}

TEST(StreamTest, ServerStreamWritesReplies) {
  Garden garden;
  rpc::BoundMethod& method = MethodOf(garden, "WatchTrees");
  const WatchTreesRequest request;
  const rpc::CallContext call;
  MemoryStream stream;
  EXPECT_TRUE(Await(method.Stream(call, &request, stream)).ok());
  ASSERT_EQ(stream.out.size(), 2u);
  Tree tree;
  ASSERT_TRUE(tree.ParseFromString(stream.out[1]));
  EXPECT_EQ(tree.name(), "배");
}

TEST(StreamTest, BidiReadsAndWrites) {
  Garden garden;
  rpc::BoundMethod& method = MethodOf(garden, "WaterTrees");
  WaterTreesRequest request;
  request.set_litres(21);
  MemoryStream stream;
  stream.in.push_back(request.SerializeAsString());
  const rpc::CallContext call;
  EXPECT_TRUE(Await(method.Stream(call, nullptr, stream)).ok());
  ASSERT_EQ(stream.out.size(), 1u);
  WaterTreesResponse response;
  ASSERT_TRUE(response.ParseFromString(stream.out[0]));
  EXPECT_EQ(response.litres(), 42);
}

TEST(StreamTest, BidiRefusesBytesThatAreNoMessage) {
  Garden garden;
  MemoryStream stream;
  stream.in.push_back("\xff\xff");
  const rpc::CallContext call;
  EXPECT_EQ(Await(MethodOf(garden, "WaterTrees").Stream(call, nullptr, stream)).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(BoundMethodTest, FindsRequestIdAndPositionWhereTheRequestHasThem) {
  Garden garden;
  PlantTreeRequest plant;
  plant.set_request_id("r1");
  EXPECT_EQ(MethodOf(garden, "PlantTree").RequestIdOf(plant), "r1");
  EXPECT_EQ(MethodOf(garden, "PlantTree").PositionOf(plant), "");
  ListTreesRequest list;
  list.set_position("p1");
  EXPECT_EQ(MethodOf(garden, "ListTrees").PositionOf(list), "p1");
  EXPECT_EQ(MethodOf(garden, "ListTrees").RequestIdOf(list), "");
}

TEST(BoundMethodTest, ValidatesByTheRulesOfTheRequest) {
  Garden garden;
  ListTreesRequest list;
  list.set_page_size(-1);
  rpc::FieldViolations violations;
  MethodOf(garden, "ListTrees").Validate(list, violations);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "page_size");
  EXPECT_EQ(violations[0].description, "must be from 0 to 1000");
}

TEST(BoundMethodTest, ValidatesRequestsOfAnotherContract) {
  Garden garden;
  const requests::v1::AppraiseRequest request;
  rpc::FieldViolations violations;
  MethodOf(garden, "Appraise").Validate(request, violations);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "tree_id");
}

// Answers every call with `reply`, and keeps what it was asked.
class FakeCaller : public rpc::Caller {
 public:
  async::Task<rpc::EncodedReply> Call(const rpc::CallContext&, const rpc::MethodInfo& method,
                                      std::string message) override {
    asked = &method;
    sent = std::move(message);
    co_return reply;
  }

  rpc::EncodedReply reply;
  const rpc::MethodInfo* asked = nullptr;
  std::string sent;
};

TEST(ClientTest, SendsUnderThePolicyOfTheMethodAndDecodesTheReply) {
  Tree tree;
  tree.set_name("배나무");
  FakeCaller caller;
  caller.reply = tree.SerializeAsString();
  GardenServiceClient client(caller);
  PlantTreeRequest request;
  request.set_name("배나무");
  const rpc::CallContext call;
  const absl::StatusOr<Tree> reply = Await(client.PlantTree(call, request));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->name(), "배나무");
  EXPECT_EQ(caller.asked, &GardenServiceMethods::kPlantTree);
  EXPECT_EQ(caller.sent, request.SerializeAsString());
}

TEST(ClientTest, ReadsTheRequestBeforeTheTaskIsAwaited) {
  FakeCaller caller;
  caller.reply = std::string();
  GardenServiceClient client(caller);
  const rpc::CallContext call;
  std::optional<CutTreeRequest> request(std::in_place);
  request->set_tree_id("7");
  const std::string bytes = request->SerializeAsString();
  async::Task<absl::StatusOr<google::protobuf::Empty>> task = client.CutTree(call, *request);
  request.reset();
  EXPECT_TRUE(Await(std::move(task)).ok());
  EXPECT_EQ(caller.sent, bytes);
}

TEST(ClientTest, ReportsAnUndecodableReplyAsInternal) {
  FakeCaller caller;
  caller.reply = std::string("\xff\xff");
  GardenServiceClient client(caller);
  const rpc::CallContext call;
  const PlantTreeRequest request;
  const absl::Status status = Await(client.PlantTree(call, request)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message(),
            "the reply of maru.golden.v1.GardenService/PlantTree cannot be decoded");
}

TEST(ClientTest, PassesTheCalleesErrorOn) {
  FakeCaller caller;
  caller.reply = errors::SoilDry();
  GardenServiceClient client(caller);
  const rpc::CallContext call;
  const PlantTreeRequest request;
  EXPECT_EQ(rpc::ReasonOf(Await(client.PlantTree(call, request)).status()), "SOIL_DRY");
}

TEST(ErrorTest, IsBuiltAsTheContractSays) {
  const absl::Status status = errors::TreeExists("7", "소나무");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), "tree 7 of class \"소나무\" stands there");
  EXPECT_EQ(rpc::ErrorInfoOf(status)->metadata().at("class"), "소나무");
  EXPECT_FALSE(rpc::RetryDelayOf(status).has_value());
  EXPECT_EQ(rpc::RetryDelayOf(errors::SoilDry()), absl::Milliseconds(1500));
}

TEST(EventTest, KeyIsTheCorrelationIdUnlessTheContractSaysOtherwise) {
  TreePlanted planted;
  planted.set_garden_id("정원-1");
  EXPECT_EQ(MaruEventKey(planted), "정원-1");
  EXPECT_EQ(MaruEventCorrelationId(planted), "정원-1");
  FruitFell fell;
  fell.set_garden_id("정원-1");
  fell.set_tree_id("나무-2");
  EXPECT_EQ(MaruEventKey(fell), "나무-2");
  EXPECT_EQ(MaruEventCorrelationId(fell), "정원-1");
}

}  // namespace
}  // namespace maru::golden::v1
