// PublishSession: one Publish stream.
//
// Frames go to the log as they arrive; acks follow what the log has synced, one for all that became
// durable meanwhile. How much a publisher may have in flight shrinks when all of them together have
// much, so the memory of the broker is bounded.
#ifndef MARU_MESH_BROKER_PROTOCOL_PUBLISH_SESSION_H_
#define MARU_MESH_BROKER_PROTOCOL_PUBLISH_SESSION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/async/task.h"
#include "common/rpc/service.h"
#include "maru/broker/v1/broker.pb.h"
#include "mesh/broker/protocol/session.h"

namespace maru::broker {

using PublishStream = rpc::BidiStream<v1::PublishRequest, v1::PublishResponse>;

// Owned by a shared_ptr: the log refers to it weakly.
class PublishSession final : public Session,
                             public AppendSink,
                             public std::enable_shared_from_this<PublishSession> {
 public:
  // `subject` is the caller's. `env` and `stream` outlive the session.
  PublishSession(const Environment& env, std::string subject, PublishStream& stream)
      : Session(env), subject_(std::move(subject)), stream_(stream) {}
  ~PublishSession() override { scope_.CancelAll(); }

  // Serves the stream to its end. Errors as of BrokerService.Publish.
  async::Task<absl::Status> Run();

 private:
  void OnAppended(absl::StatusOr<uint64_t> mark, const FrameSize& frame) override;

  async::Task<void> Receive();
  // The first message.
  async::Task<absl::Status> Open(v1::Open open);
  absl::Status Take(v1::Frame frame);
  async::Task<void> Send();
  // What is to be said now; false: nothing.
  bool NextResponse(v1::PublishResponse& response);
  void FillCredit(v1::Credit& credit);

  const std::string subject_;
  PublishStream& stream_;
  Topic topic_;
  bool open_ = false;
  // The client has half-closed.
  bool finished_ = false;
  bool drain_sent_ = false;
  // Durable, and said so.
  uint64_t mark_ = 0;
  uint64_t acked_ = 0;
  // Credit was low and may be higher now.
  bool credit_due_ = false;
  // Totals since the stream began.
  uint64_t received_records_ = 0;
  uint64_t received_bytes_ = 0;
  uint64_t received_frames_ = 0;
  uint64_t answered_records_ = 0;
  uint64_t answered_bytes_ = 0;
  uint64_t answered_frames_ = 0;
  // The most that was ever granted.
  v1::Credit granted_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_PROTOCOL_PUBLISH_SESSION_H_
