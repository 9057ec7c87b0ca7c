#include "tests/workload/api.h"

#include "absl/strings/str_cat.h"

namespace maru::workload {

bool Outcome::Names(std::string_view field) const {
  for (const auto& violation : bad_request.field_violations()) {
    if (violation.field() == field) return true;
  }
  return false;
}

std::string Describe(const Outcome& outcome) {
  std::string text = absl::StatusCodeToString(outcome.code);
  if (!outcome.reason().empty()) absl::StrAppend(&text, "/", outcome.reason());
  absl::StrAppend(&text, " ", outcome.message);
  for (const auto& violation : outcome.bad_request.field_violations()) {
    absl::StrAppend(&text, " [", violation.field(), ": ", violation.description(), "]");
  }
  absl::StrAppend(&text, " (", absl::FormatDuration(outcome.took), ")");
  return text;
}

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << Describe(outcome);
}

absl::Status ToStatus(const Outcome& outcome) {
  return absl::Status(outcome.code, Describe(outcome));
}

}  // namespace maru::workload
