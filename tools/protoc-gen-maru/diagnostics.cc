#include "tools/protoc-gen-maru/diagnostics.h"

#include <algorithm>
#include <tuple>

namespace maru::gen {

void Diagnostics::Insert(const std::string& file, int line, const std::string& text) {
  errors_.push_back({file, line, text});
}

std::string Diagnostics::ToString() const {
  std::vector<Error> sorted = errors_;
  std::sort(sorted.begin(), sorted.end(), [](const Error& a, const Error& b) {
    return std::tie(a.file, a.line, a.text) < std::tie(b.file, b.line, b.text);
  });
  std::string text;
  for (const Error& error : sorted) {
    absl::StrAppend(&text, error.file, ":", error.line, ": ", error.text, "\n");
  }
  return text;
}

}  // namespace maru::gen
