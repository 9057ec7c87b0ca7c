// SubscribeSession: one Subscribe stream, a member of a group.
//
// One coroutine listens, one talks. The talker holds at most one batch at a time and reads the next
// one only when the stream has taken the last: a subscriber that never reads costs the broker one
// batch. Partitions that have records take turns.
#ifndef MARU_MESH_BROKER_PROTOCOL_SUBSCRIBE_SESSION_H_
#define MARU_MESH_BROKER_PROTOCOL_SUBSCRIBE_SESSION_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/async/task.h"
#include "common/rpc/service.h"
#include "maru/broker/v1/broker.pb.h"
#include "mesh/broker/protocol/coordinator.h"
#include "mesh/broker/protocol/session.h"

namespace maru::broker {

using SubscribeStream = rpc::BidiStream<v1::SubscribeRequest, v1::SubscribeResponse>;

class SubscribeSession final : public Session, private GroupMember, private TopicWatcher {
 public:
  // `subject` is the caller's. All references outlive the session.
  SubscribeSession(const Environment& env, Coordinator& coordinator, std::string subject,
                   SubscribeStream& stream)
      : Session(env), coordinator_(coordinator), subject_(std::move(subject)), stream_(stream) {}
  ~SubscribeSession() override;

  // Serves the stream to its end. Errors as of BrokerService.Subscribe.
  async::Task<absl::Status> Run();

 private:
  using Place = std::pair<std::string, uint32_t>;  // topic, partition
  enum class CursorState { kAssigned, kReading, kGap };
  // How far an assigned partition has been delivered.
  struct Cursor {
    Share share;
    uint64_t generation = 0;
    CursorState state = CursorState::kAssigned;
    uint64_t offset = 0;
    // An operator has accepted losses: damage is passed over.
    bool accept_gap = false;
    // In ready_.
    bool queued = false;
    // Changes whenever the cursor is started: what was read for an earlier start is dropped.
    uint64_t start = 0;
  };

  // Listening.
  async::Task<void> Receive();
  async::Task<absl::Status> Take(v1::SubscribeRequest& request);
  async::Task<absl::Status> Join(v1::Join join);
  absl::Status Start(const v1::Start& start);
  absl::Status StartPartition(const v1::PartitionStart& start, uint64_t generation);
  void TakeProgress(const v1::Progress& progress);

  // GroupMember, TopicWatcher.
  void OnAssigned(uint64_t generation, const std::vector<Share>& shares) override;
  void OnRevoked(uint64_t generation, const std::vector<Share>& shares) override;
  void OnExpelled(absl::Status why) override;
  void OnTopicChanged(const Topic& topic) override;

  // Talking.
  async::Task<void> Send();
  // Sets `response` to what is to be said now; false: nothing.
  async::Task<bool> NextResponse(v1::SubscribeResponse& response);
  // Adds to `batches` what the first partition that is ready has; returns its bytes, 0 when it has
  // nothing that may be sent.
  async::Task<size_t> NextBatch(v1::Batches& batches);
  size_t FillBatch(Cursor& cursor, const Topic& topic, Chunk chunk, v1::Batch& batch);
  void NoteUnreadable(Cursor& cursor, const Topic& topic, const Unreadable& unreadable);
  bool HasCredit() const;
  void QueueIfReady(const Place& place, Cursor& cursor);
  void SendGap(const Cursor& cursor, const Topic& topic, uint64_t offset, uint64_t earliest,
               v1::GapReason reason);
  v1::SubscribeResponse& Say() { return outbox_.emplace_back(); }

  Coordinator& coordinator_;
  const std::string subject_;
  SubscribeStream& stream_;
  MemberInfo info_;
  // Set while a member.
  Group* group_ = nullptr;
  bool drain_sent_ = false;
  std::map<Place, Cursor> cursors_;
  uint64_t starts_ = 0;
  // Whose turn it is.
  std::deque<Place> ready_;
  std::deque<v1::SubscribeResponse> outbox_;
  v1::Credit credit_;
  uint64_t delivered_records_ = 0;
  uint64_t delivered_bytes_ = 0;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_PROTOCOL_SUBSCRIBE_SESSION_H_
