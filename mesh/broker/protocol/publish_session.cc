#include "mesh/broker/protocol/publish_session.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/async/rare.h"
#include "common/base/status.h"
#include "mesh/broker/protocol/durations.h"

namespace maru::broker {
namespace {

// What is in flight and must be resent after a reconnect is always within the window of checksums.
static_assert(ProtocolOptions{}.publish_window_records * 2 <= kChecksumWindow);

absl::Status Violation(std::string_view what) { return v1::errors::ProtocolViolation(what); }

}  // namespace

async::Task<absl::Status> PublishSession::Run() {
  scope_.Spawn(WatchSilence(env_.options.heartbeat_interval * kMissedHeartbeats));
  scope_.Spawn(Receive());
  co_return co_await UntilEnd();
}

async::Task<void> PublishSession::Receive() {
  while (!over()) {
    absl::StatusOr<std::optional<v1::PublishRequest>> request = co_await stream_.Read();
    Heard();
    if (!request.ok()) co_return End(std::move(request).status());
    if (!request->has_value()) break;
    v1::PublishRequest& message = **request;
    absl::Status status;
    switch (message.message_case()) {
      case v1::PublishRequest::kOpen:
        status = co_await Open(std::move(*message.mutable_open()));
        break;
      case v1::PublishRequest::kFrame:
        status = Take(std::move(*message.mutable_frame()));
        break;
      case v1::PublishRequest::kHeartbeat:
        break;
      case v1::PublishRequest::MESSAGE_NOT_SET:
        status = Violation("a message is empty or of a kind that this broker does not know");
    }
    if (!status.ok()) co_return End(std::move(status));
  }
  finished_ = true;
  if (!open_) End(Violation("the stream ended before Open"));
  changed_.NotifyAll();
}

async::Task<absl::Status> PublishSession::Open(v1::Open open) {
  if (open_) co_return Violation("Open came twice");
  if (!IsTopicName(open.topic())) {
    co_return Violation("'" + open.topic().substr(0, kMaxNameBytes) + "' is no topic name");
  }
  if (OwnerOf(open.topic()) != subject_)
    co_return v1::errors::NotTopicOwner(open.topic(), subject_);
  CO_ASSIGN_OR_RETURN(topic_, co_await env_.log.OpenTopic(open.topic(), open.epoch()));
  topic_.epoch = open.epoch();
  open_ = true;
  mark_ = acked_ = topic_.mark;
  scope_.Spawn(Send());
  co_return absl::OkStatus();
}

absl::Status PublishSession::Take(v1::Frame frame) {
  if (!open_) return Violation("the first message is not Open");
  // Credit may have shrunk while this was under way: what was granted once is honoured.
  if (received_records_ >= granted_.records() || received_bytes_ >= granted_.bytes()) {
    return Violation("a frame was sent beyond the credit");
  }
  received_records_ += frame.count();
  received_bytes_ += frame.records().size();
  ++received_frames_;
  env_.log.Append({topic_.name, topic_.log, topic_.epoch, std::move(frame)}, weak_from_this());
  return absl::OkStatus();
}

void PublishSession::OnAppended(absl::StatusOr<uint64_t> mark, const FrameSize& frame) {
  ++answered_frames_;
  answered_records_ += frame.records;
  answered_bytes_ += frame.bytes;
  if (!mark.ok()) return End(std::move(mark).status());
  mark_ = std::max(mark_, *mark);
  // A repeat moves no mark, but its credit comes back all the same.
  credit_due_ = true;
  changed_.NotifyAll();
}

async::Task<void> PublishSession::Send() {
  v1::PublishResponse response;
  v1::Opened& opened = *response.mutable_opened();
  opened.set_log_id(topic_.log_id);
  opened.set_mark(mark_);
  *opened.mutable_heartbeat_interval() = ToProto(env_.options.heartbeat_interval);
  FillCredit(*opened.mutable_credit());
  while (true) {
    if (!(co_await stream_.Write(response)).ok()) co_return;  // Receive says why
    const Instant heartbeat = env_.executor.Now() + env_.options.heartbeat_interval;
    while (!NextResponse(response)) {
      if (finished_ && answered_frames_ == received_frames_) co_return End(absl::OkStatus());
      if (!co_await changed_.WaitUntil(heartbeat)) {
        response.mutable_heartbeat();
        break;
      }
    }
  }
}

bool PublishSession::NextResponse(v1::PublishResponse& response) {
  response.Clear();
  if (draining_ && !drain_sent_) {
    drain_sent_ = true;
    response.mutable_drain();
    return true;
  }
  if (mark_ == acked_ && !credit_due_) return false;
  acked_ = mark_;
  credit_due_ = false;
  v1::Ack& ack = *response.mutable_ack();
  ack.set_sequence(acked_);
  ack.set_durability(v1::DURABILITY_DURABLE);
  FillCredit(*ack.mutable_credit());
  return true;
}

void PublishSession::FillCredit(v1::Credit& credit) {
  const bool busy = env_.log.appending_bytes() > env_.options.publish_busy_bytes ||
                    env_.executor.Rarely(async::Rare::kSmallWindow);
  const uint64_t bytes = busy ? kSmallestPublishWindowBytes : env_.options.publish_window_bytes;
  credit.set_records(answered_records_ + env_.options.publish_window_records);
  credit.set_bytes(answered_bytes_ + bytes);
  granted_.set_records(std::max(granted_.records(), credit.records()));
  granted_.set_bytes(std::max(granted_.bytes(), credit.bytes()));
}

}  // namespace maru::broker
