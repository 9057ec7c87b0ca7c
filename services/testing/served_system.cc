#include "services/testing/served_system.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/async/scope.h"
#include "common/base/strings.h"
#include "maru/options/v1/reasons.maru.h"
#include "mesh/breaker/caller.h"

namespace maru::testing {

using async::Task;

namespace {

// The token says who it is: "customer:kim".
class Tokens final : public rpc::Authenticator {
 public:
  absl::StatusOr<rpc::Authenticated> Authenticate(std::string_view token) override {
    // Subjects of real tokens are printable ASCII, at least one character (common/rpc/identity).
    const bool printable = std::all_of(token.begin(), token.end(), [](char c) {
      return absl::ascii_isgraph(static_cast<unsigned char>(c));
    });
    auto identity = printable && token.size() <= 128 ? IdentityOf(token) : nullptr;
    if (identity == nullptr || identity->subject.empty()) {
      return options::v1::errors::Unauthenticated("not a token");
    }
    return rpc::Authenticated{std::move(identity), absl::InfiniteFuture()};
  }
};

// What a client sends and gets of a stream.
class Inbox final : public rpc::ServerStream {
 public:
  explicit Inbox(const std::string& request) : request_(request) {}
  Task<absl::StatusOr<std::optional<std::string>>> Read() override {
    co_return std::exchange(request_, std::nullopt);
  }
  Task<absl::Status> Write(std::string message) override {
    reply.message = std::move(message);
    co_return absl::OkStatus();
  }
  void AddTrailing(std::string_view key, std::string value) override {
    reply.metadata.Add(key, std::move(value));
  }

  rpc::Reply reply;

 private:
  std::optional<std::string> request_;
};

// The way to a peer's dispatch wrapper, and how it fails.
class PeerChannel final : public rpc::Channel {
 public:
  PeerChannel(async::Executor& executor, rpc::Dispatcher& callee, const Peers& peers)
      : executor_(executor), callee_(callee), peers_(peers) {}

  Task<rpc::Reply> Call(std::string_view method, std::string message,
                        rpc::CallOptions options) override {
    rpc::Reply reply;
    if (peers_ == PEERS_DOWN) {
      reply.status = rpc::MarkUnsent(absl::UnavailableError("no connection"));
      co_return reply;
    }
    rpc::Inbound inbound;
    inbound.method = std::string(method);
    inbound.metadata = std::move(options.metadata);
    inbound.deadline = options.deadline;
    inbound.peer = "peer";
    reply = co_await callee_.OnUnary(inbound, message);
    if (peers_ == PEERS_LATE) {
      co_await executor_.SleepUntil(options.deadline);
      reply = {};
      reply.status = absl::DeadlineExceededError("too late");
    } else if (peers_ == PEERS_LOSE_ANSWERS) {
      reply = {};
      reply.status = absl::UnavailableError("connection reset");
    }
    co_return reply;
  }
  std::unique_ptr<rpc::ClientStream> Open(std::string_view, rpc::CallOptions) override {
    CheckFailed(__FILE__, __LINE__, "contexts call each other without streams");
  }

 private:
  async::Executor& executor_;
  rpc::Dispatcher& callee_;
  const Peers& peers_;
};

class Quiet final : public breaker::CallerObserver {
 public:
  void OnTry(const rpc::MethodInfo&, const absl::Status&, absl::Duration) override {}
  void OnRefused(const rpc::MethodInfo&) override {}
  void OnRetry(const rpc::MethodInfo&) override {}
  void OnBreaker(std::string_view, breaker::State, breaker::State) override {}
};

// "food.order" -> "food-order"
std::string DeploymentOf(const TestContext& context) {
  std::string deployment = context.topic();
  std::replace(deployment.begin(), deployment.end(), '.', '-');
  return deployment;
}

const rpc::MethodInfo* FindIn(const rpc::Service& service, std::string_view method) {
  for (const auto& bound : service.methods()) {
    if (bound->info().full_name == method) return &bound->info();
  }
  return nullptr;
}

}  // namespace

struct ServedSystem::Connection {
  Connection(async::Executor& executor, Random& random, std::string callee, std::string token,
             rpc::Dispatcher& dispatcher, const Peers& peers)
      : channel(executor, dispatcher, peers),
        caller(
            {.callee = std::move(callee), .breaker = {}, .retry = {}}, channel,
            [token = std::move(token)] { return token; }, executor, random, quiet) {}

  PeerChannel channel;
  Quiet quiet;
  breaker::BreakingCaller caller;
};

ServedSystem::ServedSystem(std::unique_ptr<TestSystem> system)
    : tokens_(std::make_unique<Tokens>()), system_(std::move(system)) {
  async::Executor& executor = system_->executor();
  logger_ = std::make_unique<Logger>(2, LogLevel::kOff, "test", executor);
  for (const TestSystem::Deployment& deployed : system_->Deployments()) {
    rpc::DispatcherOptions options;
    options.system = system_->name();
    options.domain = deployed.context.topic();
    const rpc::DispatcherParts parts{executor, random_,   *tokens_,
                                     *logger_, registry_, &deployed.context.store()};
    served_.push_back(std::unique_ptr<Served>(new Served{
        deployed.context, deployed.service, rpc::Dispatcher(std::move(options), parts)}));
    served_.back()->dispatcher.Register(deployed.service);
  }
  for (const TestSystem::Peering& peering : system_->Peerings()) Connect(peering);
}

ServedSystem::~ServedSystem() = default;

void ServedSystem::Connect(const TestSystem::Peering& peering) {
  const auto callee = std::find_if(served_.begin(), served_.end(), [&](const auto& served) {
    return &served->service == &peering.caller.callee();
  });
  MARU_CHECK(callee != served_.end());
  const std::string& topic = (*callee)->context.topic();
  Connection& connection = *connections_.emplace_back(std::make_unique<Connection>(
      system_->executor(), random_, topic.substr(topic.find('.') + 1),
      absl::StrCat("service:", DeploymentOf(peering.from)), (*callee)->dispatcher, peers_));
  peering.caller.Through(connection.caller);
}

const rpc::MethodInfo* ServedSystem::Find(std::string_view method) const {
  for (const auto& served : served_) {
    if (const rpc::MethodInfo* found = FindIn(served->service, method); found != nullptr)
      return found;
  }
  return nullptr;
}

ServedSystem::Served& ServedSystem::Of(std::string_view method) {
  for (const auto& served : served_) {
    if (FindIn(served->service, method) != nullptr) return *served;
  }
  return *served_[0];
}

rpc::Reply ServedSystem::Serve(const rpc::Inbound& inbound, const std::string& request) {
  rpc::Dispatcher& dispatcher = Of(inbound.method).dispatcher;
  if (!dispatcher.IsStream(inbound.method))
    return system_->Run(dispatcher.OnUnary(inbound, request));
  Inbox inbox(request);
  async::Scope connection;
  connection.Spawn([](Task<absl::Status> stream, rpc::Reply& reply) -> Task<void> {
    reply.status = co_await std::move(stream);
  }(dispatcher.OnStream(inbound, inbox), inbox.reply));
  system_->executor().RunUntilIdle();
  return std::move(inbox.reply);
}

int ServedSystem::peer_calls() const {
  int calls = 0;
  for (const TestSystem::Peering& peering : system_->Peerings()) calls += peering.caller.calls();
  return calls;
}

std::vector<maru::store::PersistentMap> ServedSystem::States() {
  std::vector<maru::store::PersistentMap> states;
  for (const auto& served : served_) states.push_back(served->context.disk().Synced());
  return states;
}

maru::store::PersistentMap ServedSystem::StateOf(std::string_view method) {
  return Of(method).context.disk().Synced();
}

}  // namespace maru::testing
