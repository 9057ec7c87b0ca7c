#include "common/rpc/call_context.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace maru::rpc {

bool Identity::OwnsStore(std::string_view store_id) const {
  return std::find(store_ids.begin(), store_ids.end(), store_id) != store_ids.end();
}

std::string Trace::Traceparent() const {
  return absl::StrCat("00-", trace_id, "-", span_id, sampled ? "-01" : "-00");
}

void CallContext::Published(const event::v1::PositionEntry& entry) const {
  for (event::v1::PositionEntry& known : *published_.mutable_entries()) {
    if (known.topic() == entry.topic() && known.partition() == entry.partition()) {
      known.set_sequence(std::max(known.sequence(), entry.sequence()));
      return;
    }
  }
  *published_.add_entries() = entry;
}

void CallContext::Published(const event::v1::Position& position) const {
  for (const event::v1::PositionEntry& entry : position.entries()) Published(entry);
}

}  // namespace maru::rpc
