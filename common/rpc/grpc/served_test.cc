// Goal: all of a server together, over a real connection: transport, dispatch, identity, health,
// reflection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/os.h"
#include "common/rpc/dispatcher.h"
#include "common/rpc/error.h"
#include "common/rpc/grpc/channel.h"
#include "common/rpc/grpc/loop.h"
#include "common/rpc/grpc/server.h"
#include "common/rpc/health.h"
#include "common/rpc/identity/key_files.h"
#include "common/rpc/identity/signer.h"
#include "common/rpc/identity/verifier.h"
#include "common/rpc/reflection.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "maru/datecourse/review/v1/review.maru.h"

namespace maru::rpc {
namespace {

using datecourse::review::v1::GetReviewRequest;
using datecourse::review::v1::Review;
using datecourse::review::v1::ReviewServiceHandler;
using datecourse::review::v1::WriteReviewRequest;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

constexpr std::string_view kWrite = "maru.datecourse.review.v1.ReviewService/WriteReview";

class Reviews final : public ReviewServiceHandler {
 public:
  async::Task<absl::StatusOr<Review>> WriteReview(const CallContext& call,
                                                  const WriteReviewRequest& request) override {
    ++written;
    if (request.schedule_id() == "closed")
      co_return datecourse::review::v1::errors::ReviewClosed("closed");
    Review review;
    review.set_customer_id(call.identity->subject);
    review.set_comment_text(request.comment_text());
    co_return review;
  }
  async::Task<absl::StatusOr<Review>> ModifyReview(
      const CallContext&, const datecourse::review::v1::ModifyReviewRequest&) override {
    co_return Review();
  }
  async::Task<absl::StatusOr<google::protobuf::Empty>> DeleteReview(
      const CallContext&, const datecourse::review::v1::DeleteReviewRequest&) override {
    co_return google::protobuf::Empty();
  }
  async::Task<absl::StatusOr<Review>> GetReview(const CallContext&,
                                                const GetReviewRequest&) override {
    co_return Review();
  }
  async::Task<absl::StatusOr<datecourse::review::v1::ListReviewsResponse>> ListReviews(
      const CallContext&, const datecourse::review::v1::ListReviewsRequest&) override {
    co_return datecourse::review::v1::ListReviewsResponse();
  }

  int written = 0;
};

class ServedTest : public testing::Test {
 protected:
  ServedTest()
      : keys_(absl::StrCat(testing::TempDir(), "/served_test.", getpid())),
        log_file_(std::tmpfile()),
        logger_(fileno(log_file_), LogLevel::kInfo, "datecourse-review", loop_) {
    EXPECT_TRUE(EnsureKeyPair(UserKeyFolder(keys_)).ok());
    EXPECT_TRUE(EnsureKeyPair(ServiceKeyFolder(keys_, "datecourse-review")).ok());
    loop_.RunHere([this] { Start(); });
  }
  ~ServedTest() override {
    loop_.RunHere([this] {
      channel_.reset();
      server_.reset();
      dispatcher_.reset();
      reflection_.clear();
      health_.reset();
    });
    std::fclose(log_file_);
    std::filesystem::remove_all(keys_);
  }

  void Start() {
    verifier_ = std::make_unique<Verifier>(
        VerifierOptions{.keys_folder = keys_, .deployment = "datecourse-review"}, loop_);
    dispatcher_ = std::make_unique<Dispatcher>(
        DispatcherOptions{.system = "datecourse", .domain = "datecourse.review"},
        DispatcherParts{loop_, random_, *verifier_, logger_, registry_});
    health_ = std::make_unique<Health>(loop_,
                                       std::vector<std::string>{std::string(reviews_.full_name())});
    reflection_ = MakeReflection({std::string(reviews_.full_name()), "grpc.health.v1.Health"});
    dispatcher_->Register(reviews_);
    dispatcher_->Register(*health_);
    for (const auto& service : reflection_) dispatcher_->Register(*service);
    GrpcServerOptions options;
    options.address = "127.0.0.1:0";
    server_ = *StartGrpcServer(loop_, *dispatcher_, options);
    GrpcChannelOptions channel_options;
    channel_options.target = absl::StrCat("127.0.0.1:", server_->port());
    channel_ = OpenGrpcChannel(loop_, channel_options);
  }

  std::string Token(std::string role = "customer", absl::Duration ttl = absl::Hours(1)) {
    return *SignUserToken(*LoadPrivateKey(UserKeyFolder(keys_)), {"kim", {std::move(role)}, {}},
                          absl::Now(), ttl);
  }
  Reply Call(std::string_view method, const google::protobuf::Message& request, std::string token) {
    CallOptions options;
    options.deadline = loop_.Now() + absl::Seconds(10);
    if (!token.empty()) options.metadata.Add("authorization", absl::StrCat("Bearer ", token));
    return loop_.BlockOn(channel_->Call(method, request.SerializeAsString(), std::move(options)));
  }
  static WriteReviewRequest Write(std::string schedule_id = "s1") {
    WriteReviewRequest request;
    request.set_schedule_id(std::move(schedule_id));
    request.set_comment_text("정말 좋았어요");
    return request;
  }

  const std::string keys_;
  std::FILE* const log_file_;
  OsRandom random_;
  GrpcLoop loop_;
  Logger logger_;
  prometheus::Registry registry_;
  Reviews reviews_;
  std::unique_ptr<Verifier> verifier_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Health> health_;
  std::vector<std::unique_ptr<Service>> reflection_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Channel> channel_;
};

TEST_F(ServedTest, ACallWithAGoodToken) {
  const Reply reply = Call(kWrite, Write(), Token());
  ASSERT_TRUE(reply.status.ok()) << reply.status;
  Review review;
  ASSERT_TRUE(review.ParseFromString(reply.message));
  EXPECT_EQ(review.customer_id(), "kim");
  EXPECT_EQ(review.comment_text(), "정말 좋았어요");
}

TEST_F(ServedTest, ARefusalComesWithItsDetails) {
  const Reply reply = Call(kWrite, Write("closed"), Token());
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(reply.status), "REVIEW_CLOSED");
  EXPECT_EQ(ErrorInfoOf(reply.status)->domain(), "datecourse.review");
  EXPECT_EQ(ErrorInfoOf(reply.status)->metadata().at("schedule_id"), "closed");
  EXPECT_TRUE(reply.metadata.Find("maru-trace-id").has_value());
}

TEST_F(ServedTest, BadTokensAreNamedAndNothingHappens) {
  const std::string good = Token();
  const std::string payload = good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  const std::string none =
      absl::StrCat(absl::WebSafeBase64Escape(R"({"alg":"none","kid":"users"})"), payload, ".");
  const Es256PrivateKey strange = *Es256PrivateKey::FromPem(GenerateEs256KeyPair()->private_pem);
  const struct {
    std::string token;
    std::string cause;
  } cases[] = {
      {"", "no token"},
      {none, "the algorithm is not ES256"},
      {*SignUserToken(strange, {"kim", {"customer"}, {}}, absl::Now(), absl::Hours(1)),
       "wrong signature"},
      {Token("customer", -absl::Minutes(1)), "expired"},
      {Token("service"), "role service from the users' issuer"},
  };
  for (const auto& bad : cases) {
    const Reply reply = Call(kWrite, Write(), bad.token);
    EXPECT_EQ(reply.status.code(), absl::StatusCode::kUnauthenticated);
    const auto info = ErrorInfoOf(reply.status);
    ASSERT_TRUE(info.has_value());
    EXPECT_EQ(info->metadata().at("cause"), bad.cause);
  }
  EXPECT_EQ(ReasonOf(Call(kWrite, Write(), Token("host")).status), "ROLE_REQUIRED");
  EXPECT_EQ(reviews_.written, 0);
}

TEST_F(ServedTest, BadRequestsAreNamedAndNothingHappens) {
  EXPECT_EQ(ReasonOf(Call(kWrite, Write(""), Token()).status), "INVALID_FIELD");
  EXPECT_EQ(
      ReasonOf(Call("maru.datecourse.review.v1.ReviewService/Nothing", Write(), Token()).status),
      "UNKNOWN_METHOD");
  WriteReviewRequest big = Write();
  big.set_comment_text(std::string(2 << 20, 'x'));
  EXPECT_EQ(Call(kWrite, big, Token()).status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(reviews_.written, 0);
}

TEST_F(ServedTest, HealthIsOpenAndItsWatchersDoNotDelayTheEnd) {
  loop_.RunHere([this] { health_->SetServing(true); });
  HealthCheckResponse response;
  EXPECT_TRUE(response.ParseFromString(
      Call("grpc.health.v1.Health/Check", HealthCheckRequest(), "").message));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);

  std::unique_ptr<ClientStream> watch;
  const auto open = [](Channel& to,
                       std::unique_ptr<ClientStream>& stream) -> async::Task<std::string> {
    stream = to.Open("grpc.health.v1.Health/Watch", CallOptions());
    (void)co_await stream->Write("");
    (void)co_await stream->WritesDone();
    const absl::StatusOr<std::optional<std::string>> first = co_await stream->Read();
    co_return first->value();
  };
  EXPECT_TRUE(response.ParseFromString(loop_.BlockOn(open(*channel_, watch))));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  loop_.RunHere([this] { health_->Shutdown(); });
  EXPECT_TRUE(response.ParseFromString(loop_.BlockOn(watch->Read())->value()));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(ReasonOf(loop_.BlockOn(watch->Read()).status()), "NOT_SERVING");
  const Instant start = loop_.Now();
  loop_.BlockOn(server_->Shutdown(start + absl::Seconds(30)));
  EXPECT_LT(loop_.Now() - start, absl::Seconds(10));
  loop_.RunHere([&watch] { watch.reset(); });
}

TEST_F(ServedTest, ReflectionListsAndDescribes) {
  const auto ask = [](Channel& to) -> async::Task<std::vector<ServerReflectionResponse>> {
    std::vector<ServerReflectionResponse> responses;
    const std::unique_ptr<ClientStream> stream =
        to.Open("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", CallOptions());
    ServerReflectionRequest list;
    list.set_list_services("*");
    ServerReflectionRequest describe;
    describe.set_file_containing_symbol("maru.datecourse.review.v1.ReviewService");
    for (const ServerReflectionRequest& request : {list, describe}) {
      (void)co_await stream->Write(request.SerializeAsString());
      const absl::StatusOr<std::optional<std::string>> read = co_await stream->Read();
      responses.emplace_back().ParseFromString(read->value());
    }
    (void)co_await stream->WritesDone();
    co_return responses;
  };
  const std::vector<ServerReflectionResponse> responses = loop_.BlockOn(ask(*channel_));
  EXPECT_EQ(responses[0].list_services_response().service(0).name(),
            "maru.datecourse.review.v1.ReviewService");
  EXPECT_GT(responses[1].file_descriptor_response().file_descriptor_proto_size(), 1);
}

}  // namespace
}  // namespace maru::rpc
