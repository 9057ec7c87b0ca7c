// The calls of datecourse that the bench makes: courses to write about, reads, comments, and how
// soon a comment shows.
#ifndef MARU_TOOLS_LOAD_DATECOURSE_H_
#define MARU_TOOLS_LOAD_DATECOURSE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/load/histogram.h"
#include "tools/load/unary_load.h"

namespace maru::load {

// Metadata with a person's token, signed with the users' key in `keys_folder`.
absl::StatusOr<Metadata> SignedIn(const std::string& keys_folder, const std::string& role,
                                  const std::string& subject);

// Registers `count` courses at the schedule context. Their ids.
absl::StatusOr<std::vector<std::string>> RegisterCourses(const std::string& address,
                                                         const std::string& keys_folder, int count);

// Makes `load` read the courses in turn (GetSchedule), as several customers.
absl::Status PrepareRead(const std::string& keys_folder, std::vector<std::string> courses,
                         UnaryLoad& load);

// Makes `load` comment on the courses in turn (Register), as several customers, each call with a
// request_id of its own.
absl::Status PrepareCommand(const std::string& keys_folder, std::vector<std::string> courses,
                            UnaryLoad& load);

struct VisibleLoad {
  std::string communication_address;
  std::string viewpage_address;
  std::string keys_folder;
  std::vector<std::string> courses;
  absl::Duration duration = absl::Seconds(5);
  absl::Duration warm_up = absl::Seconds(1);
  // From one comment to the next.
  absl::Duration pause = absl::Milliseconds(5);
};

struct VisibleResult {
  // From the command's reply to the reply of a page that shows it.
  Histogram lag;
  // Of the command itself.
  Histogram command;
};

// One customer who comments, hands the reply's position to the page, and waits for it. An error of
// any call ends it.
absl::StatusOr<VisibleResult> RunVisibleLoad(const VisibleLoad& load);

}  // namespace maru::load

#endif  // MARU_TOOLS_LOAD_DATECOURSE_H_
