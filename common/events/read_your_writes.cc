#include "common/events/read_your_writes.h"

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "common/events/partition.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::events {

Applied::Applied(async::Executor& executor, std::vector<std::string> topics)
    : topics_(topics.begin(), topics.end()), advanced_(executor) {}

async::Task<absl::Status> Applied::Load(maru::store::Store& store, SubscriptionId id) {
  const auto scan = [id = std::move(id)](maru::store::Reader& reader) {
    return ScanPositions(reader, id);
  };
  CO_ASSIGN_OR_RETURN(const std::vector<PositionRow> rows, co_await store.Read(scan));
  for (const PositionRow& row : rows) Advance(row.partition, row.position.applied_sequence());
  co_return absl::OkStatus();
}

void Applied::Advance(const TopicPartition& partition, uint64_t sequence) {
  uint64_t& last = sequences_[partition];
  if (sequence <= last) return;
  last = sequence;
  advanced_.NotifyAll();
}

uint64_t Applied::sequence(const TopicPartition& partition) const {
  const auto found = sequences_.find(partition);
  return found == sequences_.end() ? 0 : found->second;
}

bool Applied::Has(const event::v1::Position& wanted) const {
  return std::all_of(wanted.entries().begin(), wanted.entries().end(), [&](const auto& entry) {
    return !topics_.contains(entry.topic()) ||
           sequence({entry.topic(), entry.partition()}) >= entry.sequence();
  });
}

async::Task<absl::Status> Applied::WaitFor(const rpc::CallContext& call) {
  const Instant until = call.deadline - kAnswerMargin;
  while (!Has(call.wanted)) {
    const bool advanced = co_await advanced_.WaitUntil(until);
    if (!advanced && !Has(call.wanted)) co_return options::v1::errors::ViewBehind();
  }
  co_return absl::OkStatus();
}

}  // namespace maru::events
