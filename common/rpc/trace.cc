#include "common/rpc/trace.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace maru::rpc {

namespace {

// Positions in "00-<32>-<16>-<2>".
constexpr size_t kTraceAt = 3;
constexpr size_t kTraceLength = 32;
constexpr size_t kSpanAt = 36;
constexpr size_t kSpanLength = 16;
constexpr size_t kFlagsAt = 53;
constexpr size_t kLength = 55;

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == text.npos; }

bool IsWellFormed(std::string_view text) {
  if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const std::string_view version = text.substr(0, 2);
  if (!IsHex(version) || version == "ff") return false;
  // Later versions may append fields; version 00 has none.
  if (text.size() > kLength && (version == "00" || text[kLength] != '-')) return false;
  const std::string_view trace = text.substr(kTraceAt, kTraceLength);
  const std::string_view span = text.substr(kSpanAt, kSpanLength);
  return IsHex(trace) && !IsZero(trace) && IsHex(span) && !IsZero(span) &&
         IsHex(text.substr(kFlagsAt, 2));
}

void AppendHex(uint64_t value, std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(value >> shift) & 0xF];
}

}  // namespace

Trace StartSpan(std::string_view traceparent, Random& random) {
  Trace trace;
  if (IsWellFormed(traceparent)) {
    trace.trace_id = traceparent.substr(kTraceAt, kTraceLength);
    trace.parent_span_id = traceparent.substr(kSpanAt, kSpanLength);
    const char low = traceparent[kFlagsAt + 1];
    trace.sampled = ((low <= '9' ? low - '0' : low - 'a' + 10) & 1) != 0;
  } else {
    trace.trace_id.reserve(kTraceLength);
    AppendHex(random.Next() | 1, trace.trace_id);  // never all zero
    AppendHex(random.Next(), trace.trace_id);
  }
  trace.span_id.reserve(kSpanLength);
  AppendHex(random.Next() | 1, trace.span_id);
  return trace;
}

}  // namespace maru::rpc
