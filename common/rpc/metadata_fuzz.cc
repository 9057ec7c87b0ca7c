// Goal: what a caller puts into `traceparent` and `maru-position` never harms, and is believed only
// where it is well-formed.
//
// Strategy: the input is both header values, first one and then the other.
//
// Invariants: a trace is kept exactly where the grammar of W3C trace context (as a regular
// expression, the model) says so, and what goes out is well-formed always; a position that is
// accepted is small, names partitions that exist, and is the same when it is encoded and read
// again.
#include <cstdint>
#include <regex>
#include <string>

#include "common/base/status.h"
#include "common/fuzz/input.h"
#include "common/rpc/error.h"
#include "common/rpc/position.h"
#include "common/rpc/trace.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/util/message_differencer.h"

namespace maru::rpc {
namespace {

class Counter final : public Random {
 public:
  uint64_t Next() override { return next_++; }

 private:
  uint64_t next_ = 0;
};

void CheckTrace(const std::string& header) {
  // libstdc++'s matcher recurses once a character.
  if (header.size() > 256) return;
  static const std::regex grammar(
      "(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-[^]*)?");
  Counter random;
  const Trace trace = StartSpan(header, random);
  std::smatch parts;
  const bool known =
      std::regex_match(header, parts, grammar) && (parts[1] != "00" || !parts[5].matched);
  MARU_CHECK(known == !trace.parent_span_id.empty());
  if (known) {
    MARU_CHECK(trace.trace_id == parts[2]);
    MARU_CHECK(trace.parent_span_id == parts[3]);
    MARU_CHECK(trace.sampled == ((std::stoi(parts[4], nullptr, 16) & 1) != 0));
  }
  MARU_CHECK(std::regex_match(trace.Traceparent(), grammar));
}

void CheckPosition(const std::string& header) {
  absl::StatusOr<event::v1::Position> position = DecodePosition(header);
  if (!position.ok()) {
    MARU_CHECK(ReasonOf(position.status()) == "INVALID_POSITION");
    return;
  }
  MARU_CHECK(position->ByteSizeLong() <= 8192);
  for (const event::v1::PositionEntry& entry : position->entries()) {
    MARU_CHECK(!entry.topic().empty() && entry.partition() < 8);
  }
  absl::StatusOr<event::v1::Position> again = DecodePosition(EncodePosition(*position));
  MARU_CHECK(again.ok());
  // A position without entries is none, whatever a later version adds to it.
  again->DiscardUnknownFields();
  position->DiscardUnknownFields();
  MARU_CHECK(google::protobuf::util::MessageDifferencer::Equals(*again, *position));
}

}  // namespace
}  // namespace maru::rpc

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // protobuf would log every name that is no UTF-8.
  [[maybe_unused]] static const auto logged = google::protobuf::SetLogHandler(nullptr);
  maru::fuzz::Input input(data, size);
  maru::rpc::CheckTrace(std::string(input.Text()));
  maru::rpc::CheckPosition(std::string(input.Rest()));
  return 0;
}
