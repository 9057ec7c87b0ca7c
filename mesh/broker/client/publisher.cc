#include "mesh/broker/client/publisher.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/base/status.h"
#include "maru/broker/v1/broker.maru.h"
#include "mesh/broker/protocol/durations.h"

namespace maru::broker {

async::Task<absl::StatusOr<uint64_t>> BrokerPublisher::Open() {
  while (true) {
    absl::Status status = co_await Connect();
    if (status.ok()) {
      backoff_.Reset();
      co_return mark_;
    }
    if (IsFinal(status)) co_return status;
    co_await env_.executor.Sleep(backoff_.Next());
  }
}

async::Task<absl::Status> BrokerPublisher::Connect() {
  // Whoever still waits on the old one hears of it.
  if (connection_ != nullptr) connection_->Break(absl::UnavailableError("opened anew"));
  connection_.reset();
  ++connections_;
  open_ = draining_ = false;
  credit_.Clear();
  sent_records_ = sent_bytes_ = 0;
  pending_.Clear();
  connection_ = std::make_unique<Connection>(env_, v1::BrokerServiceMethods::kPublish.full_name);
  Connection& connection = *connection_;
  connection.scope().Spawn(connection.WatchSilence());
  connection.scope().Spawn(Read());
  connection.scope().Spawn(Write());
  while (!open_ && connection.broken().ok()) co_await connection.changed().Wait();
  co_return connection.broken();
}

absl::Status BrokerPublisher::Check(uint64_t number) const {
  if (connection_ == nullptr || number != connections_)
    return absl::UnavailableError("opened anew");
  return connection_->broken();
}

async::Task<absl::Status> BrokerPublisher::Send(std::vector<events::Record> records) {
  const uint64_t connection = connections_;
  CO_RETURN_IF_ERROR(Check(connection));
  for (const events::Record& record : records) {
    pending_.Add(record.key, record.sequence, record.value);
  }
  connection_->changed().NotifyAll();
  while (pending_.bytes() > env_.options.max_pending_bytes) {
    co_await connection_->changed().Wait();
    CO_RETURN_IF_ERROR(Check(connection));
  }
  co_return absl::OkStatus();
}

async::Task<absl::StatusOr<uint64_t>> BrokerPublisher::Acked(uint64_t after) {
  const uint64_t connection = connections_;
  CO_RETURN_IF_ERROR(Check(connection));
  while (mark_ <= after) {
    co_await connection_->changed().Wait();
    CO_RETURN_IF_ERROR(Check(connection));
  }
  co_return mark_;
}

async::Task<void> BrokerPublisher::Read() {
  Connection& connection = *connection_;
  while (true) {
    absl::StatusOr<std::optional<std::string>> message = co_await connection.stream().Read();
    connection.Heard();
    if (!message.ok()) co_return connection.Break(std::move(message).status());
    if (!message->has_value())
      co_return connection.Break(absl::UnavailableError("the broker has ended the stream"));
    v1::PublishResponse response;
    if (!response.ParseFromString(**message)) {
      co_return connection.Break(absl::DataLossError("a message of the broker cannot be decoded"));
    }
    Take(response);
  }
}

void BrokerPublisher::Take(const v1::PublishResponse& response) {
  switch (response.message_case()) {
    case v1::PublishResponse::kOpened:
      open_ = true;
      mark_ = last_sent_ = response.opened().mark();
      credit_ = response.opened().credit();
      connection_->set_heartbeat_interval(FromProto(response.opened().heartbeat_interval()));
      break;
    case v1::PublishResponse::kAck:
      mark_ = std::max(mark_, response.ack().sequence());
      credit_ = response.ack().credit();
      break;
    case v1::PublishResponse::kDrain:
      draining_ = true;
      break;
    default:
      return;  // a heartbeat, or what a newer broker says
  }
  // Nothing that was sent is lost: the next stream begins at the mark.
  if (draining_ && mark_ >= last_sent_)
    connection_->Break(absl::UnavailableError("the broker is stopping"));
  connection_->changed().NotifyAll();
}

bool BrokerPublisher::MayWrite() const {
  return open_ && !draining_ && !pending_.empty() && sent_records_ < credit_.records() &&
         sent_bytes_ < credit_.bytes();
}

async::Task<void> BrokerPublisher::Write() {
  Connection& connection = *connection_;
  v1::PublishRequest request;
  request.mutable_open()->set_topic(topic_);
  request.mutable_open()->set_epoch(epoch_);
  while (true) {
    std::string message = request.SerializeAsString();
    if (!(co_await connection.stream().Write(std::move(message))).ok()) co_return;  // Read says why
    // Wakes who waits for pending_ to shrink.
    if (request.has_frame()) connection.changed().NotifyAll();
    request.Clear();
    const Instant heartbeat = env_.executor.Now() + connection.heartbeat_interval();
    while (!MayWrite()) {
      if (!co_await connection.changed().WaitUntil(heartbeat)) break;
    }
    if (!MayWrite()) {
      request.mutable_heartbeat();
      continue;
    }
    *request.mutable_frame() = pending_.Take();
    sent_records_ += request.frame().count();
    sent_bytes_ += request.frame().records().size();
    last_sent_ = request.frame().last_sequence();
  }
}

}  // namespace maru::broker
