// For tests: a journal that only counts.
#ifndef MARU_COMMON_SAGA_TESTING_QUIET_JOURNAL_H_
#define MARU_COMMON_SAGA_TESTING_QUIET_JOURNAL_H_

#include <string_view>

#include "common/events/journal.h"

namespace maru::saga::testing {

class QuietJournal final : public events::Journal {
 public:
  void Warn(std::string_view, std::string_view, const absl::Status&) override { ++warnings; }
  void Error(std::string_view, std::string_view, const absl::Status&) override { ++errors; }

  int warnings = 0;
  int errors = 0;
};

}  // namespace maru::saga::testing

#endif  // MARU_COMMON_SAGA_TESTING_QUIET_JOURNAL_H_
