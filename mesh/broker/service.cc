#include "mesh/broker/service.h"

#include <memory>
#include <utility>

#include "maru/options/v1/reasons.maru.h"
#include "mesh/broker/protocol/publish_session.h"
#include "mesh/broker/protocol/subscribe_session.h"

namespace maru::broker {

class BrokerService::Listed {
 public:
  Listed(BrokerService& service, Session& session) : service_(service), session_(session) {
    service_.sessions_.push_back(&session_);
  }
  ~Listed() {
    std::erase(service_.sessions_, &session_);
    service_.session_gone_.NotifyAll();
  }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  BrokerService& service_;
  Session& session_;
};

BrokerService::BrokerService(async::Executor& executor, Log& log, ProtocolOptions options)
    : env_{executor, log, options}, coordinator_(executor, log), session_gone_(executor) {}

async::Task<absl::Status> BrokerService::Publish(
    const rpc::CallContext& call,
    rpc::BidiStream<v1::PublishRequest, v1::PublishResponse>& stream) {
  if (draining_) co_return options::v1::errors::NotServing();
  const auto session = std::make_shared<PublishSession>(env_, call.identity->subject, stream);
  const Listed listed(*this, *session);
  co_return co_await session->Run();
}

async::Task<absl::Status> BrokerService::Subscribe(
    const rpc::CallContext& call,
    rpc::BidiStream<v1::SubscribeRequest, v1::SubscribeResponse>& stream) {
  if (draining_) co_return options::v1::errors::NotServing();
  SubscribeSession session(env_, coordinator_, call.identity->subject, stream);
  const Listed listed(*this, session);
  co_return co_await session.Run();
}

async::Task<void> BrokerService::Drain(Instant until) {
  draining_ = true;
  for (Session* session : sessions_) session->Drain();
  while (!sessions_.empty()) {
    if (!co_await session_gone_.WaitUntil(until)) co_return;
  }
}

}  // namespace maru::broker
