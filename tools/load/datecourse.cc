#include "tools/load/datecourse.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <sys/random.h>

#include <array>
#include <memory>
#include <random>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/status.h"
#include "common/rpc/identity/key_files.h"
#include "common/rpc/identity/signer.h"
#include "maru/datecourse/communication/v1/communication.pb.h"
#include "maru/datecourse/schedule/v1/schedule.pb.h"
#include "maru/datecourse/viewpage/v1/viewpage.pb.h"

namespace maru::load {
namespace {

namespace communication = datecourse::communication::v1;
namespace schedule = datecourse::schedule::v1;
namespace viewpage = datecourse::viewpage::v1;

constexpr char kGetSchedule[] = "/maru.datecourse.schedule.v1.ScheduleService/GetSchedule";
constexpr char kRegisterSchedule[] =
    "/maru.datecourse.schedule.v1.ScheduleService/RegisterSchedule";
constexpr char kRegister[] = "/maru.datecourse.communication.v1.CommunicationService/Register";
constexpr char kGetScheduleView[] = "/maru.datecourse.viewpage.v1.ViewpageService/GetScheduleView";

constexpr int kCustomers = 100;
constexpr absl::Duration kTokenTtl = absl::Hours(2);
constexpr absl::Duration kDeadline = absl::Seconds(5);

// Random UUIDs (RFC 4122, version 4), cheaply: a load makes tens of thousands a second.
class RequestIds {
 public:
  RequestIds() {
    std::array<uint64_t, 4> seed;
    MARU_CHECK(getrandom(seed.data(), sizeof seed, 0) == sizeof seed);
    std::seed_seq sequence(seed.begin(), seed.end());
    random_.seed(sequence);
  }
  std::string Next() {
    const uint64_t high = random_();
    const uint64_t low = random_();
    return absl::StrFormat("%08x-%04x-4%03x-%04x-%012x", high >> 32, high >> 16 & 0xffff,
                           high & 0xfff, (low >> 48 & 0x3fff) | 0x8000, low & 0xffffffffffff);
  }

 private:
  std::mt19937_64 random_;
};

absl::Status SignInCustomers(const std::string& keys_folder, UnaryLoad& load) {
  for (int i = 0; i < kCustomers; ++i) {
    ASSIGN_OR_RETURN(Metadata metadata,
                     SignedIn(keys_folder, "customer", absl::StrCat("customer-", i)));
    load.metadata.push_back(std::move(metadata));
  }
  return absl::OkStatus();
}

communication::RegisterRequest Comment(const std::string& course) {
  communication::RegisterRequest request;
  request.set_schedule_id(course);
  request.set_kind(communication::Communication::KIND_COMMENT);
  request.set_comment_text("노을이 정말 예뻤어요. 다음에는 친구들과 같이 올게요!");
  return request;
}

// Blocking calls, one at a time.
class Caller {
 public:
  explicit Caller(const std::string& address)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {}

  // `position` comes out of metadata `maru-position`.
  absl::Status Call(const char* method, const google::protobuf::Message& request,
                    const Metadata& metadata, google::protobuf::Message& reply,
                    std::string* position = nullptr) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(absl::ToChronoTime(absl::Now() + kDeadline));
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    const grpc::Slice slice(request.SerializeAsString());
    const auto call =
        stub_.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue_);
    call->StartCall();
    grpc::ByteBuffer buffer;
    grpc::Status status;
    call->Finish(&buffer, &status, nullptr);
    void* tag;
    bool ok;
    queue_.Next(&tag, &ok);
    if (!status.ok()) {
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                          status.error_message());
    }
    grpc::Slice bytes;
    if (!buffer.DumpToSingleSlice(&bytes).ok() ||
        !reply.ParseFromArray(bytes.begin(), static_cast<int>(bytes.size()))) {
      return absl::InternalError("the reply cannot be decoded");
    }
    if (position != nullptr) *position = PositionOf(context);
    return absl::OkStatus();
  }

 private:
  static std::string PositionOf(const grpc::ClientContext& context) {
    for (const auto* metadata :
         {&context.GetServerInitialMetadata(), &context.GetServerTrailingMetadata()}) {
      const auto found = metadata->find("maru-position");
      if (found != metadata->end()) return std::string(found->second.data(), found->second.size());
    }
    return "";
  }

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
};

}  // namespace

absl::StatusOr<Metadata> SignedIn(const std::string& keys_folder, const std::string& role,
                                  const std::string& subject) {
  ASSIGN_OR_RETURN(const rpc::Es256PrivateKey key,
                   rpc::LoadPrivateKey(rpc::UserKeyFolder(keys_folder)));
  rpc::Person person;
  person.subject = subject;
  person.roles = {role};
  ASSIGN_OR_RETURN(const std::string token,
                   rpc::SignUserToken(key, person, absl::Now(), kTokenTtl));
  return Metadata{{"authorization", absl::StrCat("Bearer ", token)}};
}

absl::StatusOr<std::vector<std::string>> RegisterCourses(const std::string& address,
                                                         const std::string& keys_folder,
                                                         int count) {
  ASSIGN_OR_RETURN(const Metadata host, SignedIn(keys_folder, "host", "mina"));
  Caller caller(address);
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    schedule::RegisterScheduleRequest request;
    request.set_title(absl::StrCat("한강 노을 산책 ", i));
    request.set_content("여의나루역 2번 출구에서 만나 치킨과 함께");
    request.set_uploader("미나");
    request.set_review_open(true);
    schedule::Schedule row;
    RETURN_IF_ERROR(caller.Call(kRegisterSchedule, request, host, row));
    ids.push_back(row.id());
  }
  return ids;
}

absl::Status PrepareRead(const std::string& keys_folder, std::vector<std::string> courses,
                         UnaryLoad& load) {
  RETURN_IF_ERROR(SignInCustomers(keys_folder, load));
  std::vector<std::string> requests;
  for (const std::string& course : courses) {
    schedule::GetScheduleRequest request;
    request.set_id(course);
    requests.push_back(request.SerializeAsString());
  }
  load.method = kGetSchedule;
  load.request = [requests = std::move(requests)](uint64_t n) {
    return requests[n % requests.size()];
  };
  return absl::OkStatus();
}

absl::Status PrepareCommand(const std::string& keys_folder, std::vector<std::string> courses,
                            UnaryLoad& load) {
  RETURN_IF_ERROR(SignInCustomers(keys_folder, load));
  load.method = kRegister;
  const auto ids = std::make_shared<RequestIds>();
  load.request = [ids, courses = std::move(courses)](uint64_t n) {
    communication::RegisterRequest request = Comment(courses[n % courses.size()]);
    request.set_request_id(ids->Next());
    return request.SerializeAsString();
  };
  return absl::OkStatus();
}

absl::StatusOr<VisibleResult> RunVisibleLoad(const VisibleLoad& load) {
  ASSIGN_OR_RETURN(const Metadata customer, SignedIn(load.keys_folder, "customer", "observer"));
  Caller writer(load.communication_address);
  Caller reader(load.viewpage_address);
  VisibleResult result;
  const absl::Time measure_from = absl::Now() + load.warm_up;
  const absl::Time until = measure_from + load.duration;
  for (size_t n = 0; absl::Now() < until; ++n) {
    const std::string& course = load.courses[n % load.courses.size()];
    communication::Communication row;
    std::string position;
    const absl::Time began = absl::Now();
    RETURN_IF_ERROR(writer.Call(kRegister, Comment(course), customer, row, &position));
    const absl::Time replied = absl::Now();
    if (position.empty()) return absl::InternalError("the command's reply has no position");
    viewpage::GetScheduleViewRequest request;
    request.set_schedule_id(course);
    request.set_position(position);
    viewpage::ScheduleView page;
    RETURN_IF_ERROR(reader.Call(kGetScheduleView, request, customer, page));
    const absl::Time shown = absl::Now();
    if (began >= measure_from) {
      result.lag.Add(shown - replied);
      result.command.Add(replied - began);
    }
    absl::SleepFor(load.pause);
  }
  return result;
}

}  // namespace maru::load
