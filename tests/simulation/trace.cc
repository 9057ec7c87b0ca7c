#include "tests/simulation/trace.h"

#include "absl/strings/str_format.h"
#include "common/base/strings.h"

namespace maru::simulation {

void Trace::Note(Instant when, std::initializer_list<std::string_view> words) {
  // FNV-1a, by words of eight bytes for the time.
  hash_ =
      (hash_ ^ static_cast<uint64_t>(absl::ToInt64Nanoseconds(when.SinceStart()))) * 0x100000001b3;
  for (const std::string_view word : words) {
    for (const char byte : word) {
      hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    hash_ *= 0x100000001b3;
  }
  Remark(when, words);
}

void Trace::Remark(Instant when, std::initializer_list<std::string_view> words) {
  if (!keep_) return;
  std::string line = absl::StrFormat("%12.6f", absl::ToDoubleSeconds(when.SinceStart()));
  for (const std::string_view word : words) {
    if (word.empty()) continue;
    line += ' ';
    line += word;
  }
  while (!line.empty() && line.back() == '\n') line.pop_back();
  lines_.push_back(std::move(line));
}

}  // namespace maru::simulation
