// AppendGroup: the published frames that become one write.
//
// Checks each frame against what the producer has published, splits it by partition and merges it
// with the others of the group into as few stored frames as possible. Nothing of a refused frame
// stays behind. Writer's thread only.
#ifndef MARU_MESH_BROKER_LOG_APPEND_GROUP_H_
#define MARU_MESH_BROKER_LOG_APPEND_GROUP_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/store/backend.h"
#include "maru/broker/v1/broker.pb.h"
#include "mesh/broker/log/record_set.h"
#include "mesh/broker/log/state.h"

namespace maru::broker {

struct AppendRequest {
  std::string topic;
  // Of the log that the publisher has opened.
  uint32_t log = 0;
  uint64_t epoch = 0;
  v1::Frame frame;
};

// A frame as it is on disk.
struct StoredFrame {
  uint32_t log = 0;
  uint32_t partition = 0;
  uint64_t base_offset = 0;
  std::shared_ptr<const store::v1::FrameRow> row;
};

// Per topic number: the checksums of the row that its mark falls into (see checksums.h). The writer
// keeps them between groups; a topic that is not there is read from disk.
using BegunChecksums = absl::flat_hash_map<uint32_t, std::vector<uint32_t>>;

class AppendGroup {
 public:
  // `state` and `begun` are what is durable. All outlive the group.
  AppendGroup(const LogState& state, const BegunChecksums& begun,
              const maru::store::Backend& backend, absl::Time now)
      : state_(state), begun_(begun), backend_(backend), now_(now) {}

  // Takes the frame, or refuses it with what the publisher shall be told (errors.proto).
  // nullopt: it repeats records of this very group; write the group first, then offer it to the
  // next one.
  std::optional<absl::Status> Add(const AppendRequest& request);

  // Bytes of records to write.
  size_t bytes() const { return bytes_; }

  // What to write; then the state that it leads to. Once.
  absl::StatusOr<std::vector<maru::store::Change>> TakeChanges();
  // After TakeChanges. Topics that have changed, frames in order, begun rows to remember.
  std::vector<Topic> TakeTopics();
  std::vector<StoredFrame> TakeFrames() { return std::move(frames_); }
  void UpdateBegun(BegunChecksums& begun);

 private:
  // The frame of a partition that still grows.
  struct OpenFrame {
    std::string records;
    uint64_t first_sequence = 0;
    uint64_t last_sequence = 0;
    uint32_t count = 0;
    uint64_t base_offset = 0;
  };
  struct TopicGroup {
    // As it will be.
    Topic next;
    // As it is.
    uint64_t durable_mark = 0;
    std::array<OpenFrame, events::kPartitions> open;
    // Of records durable_mark + 1, ….
    std::vector<uint32_t> checksums;
    std::vector<uint32_t> begun;
  };
  // A record of the frame at hand.
  struct Parsed {
    std::string_view encoded;
    uint32_t partition;
    uint32_t checksum;
  };

  absl::Status Check(const AppendRequest& request, const Topic& topic);
  absl::Status Parse(const v1::Frame& frame);
  // Records up to `mark` are repeats: they must be what they were.
  absl::Status CompareRepeats(const Topic& topic, uint64_t first_sequence, uint64_t mark);
  void Place(TopicGroup& group, uint64_t sequence, const Parsed& record);
  void Seal(TopicGroup& group, uint32_t partition);

  const LogState& state_;
  const BegunChecksums& begun_;
  const maru::store::Backend& backend_;
  const absl::Time now_;
  std::map<std::string, TopicGroup, std::less<>> topics_;
  std::vector<StoredFrame> frames_;
  std::vector<Parsed> parsed_;
  size_t bytes_ = 0;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_APPEND_GROUP_H_
