// What a naive model of a system is made of: rows that walk along the events of a topic, and things
// that come together or not at all.
#ifndef MARU_TESTS_WORKLOAD_MODEL_H_
#define MARU_TESTS_WORKLOAD_MODEL_H_

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/history.h"
#include "tests/workload/problems.h"

namespace maru::workload {

template <typename Event>
bool Is(const event::v1::Event& event) {
  return event.type() == Event::descriptor()->full_name();
}

// A step of a row, by the event that tells it.
template <typename Status>
struct Edge {
  Status from;
  bool (*is)(const event::v1::Event&);
  Status to;
};

// Where the events lead, one after the other; each must be a step that there is.
template <typename Status, size_t size>
Status Walk(Status status, const Edge<Status> (&edges)[size], const History::Events& events,
            Problems& problems) {
  for (const event::v1::Event* event : events) {
    const auto* const edge = std::find_if(std::begin(edges), std::end(edges), [&](const auto& one) {
      return one.from == status && one.is(*event);
    });
    if (edge == std::end(edges)) {
      problems.Add(absl::StrCat("no step from ", status, ": ", event->ShortDebugString()));
      return status;
    }
    status = edge->to;
  }
  return status;
}

// Two things that come together or not at all.
inline void CheckBoth(const std::string& id, const char* one, bool is_one, const char* other,
                      bool is_other, Problems& problems) {
  if (is_one == is_other) return;
  problems.Add(absl::StrCat(id, ": ", is_one ? one : other, ", but not: ", is_one ? other : one));
}

// Each thing has one row at most.
template <typename Row>
std::map<std::string, Row> OnePer(const std::vector<Row>& rows,
                                  const std::string& (Row::*id)() const, Problems& problems) {
  std::map<std::string, Row> by_id;
  for (const Row& row : rows) {
    if (!by_id.emplace((row.*id)(), row).second) {
      problems.Add(absl::StrCat("a second one: ", row.ShortDebugString()));
    }
  }
  return by_id;
}

// Takes a row that must be there, or must not.
template <typename Row>
std::optional<Row> Take(const char* what, const std::string& id, bool wanted,
                        std::map<std::string, Row>& rows, Problems& problems) {
  const auto found = rows.find(id);
  CheckBoth(id, "it is to have one", wanted, what, found != rows.end(), problems);
  if (found == rows.end()) return std::nullopt;
  Row row = std::move(found->second);
  rows.erase(found);
  return row;
}

template <typename Row>
void CheckNoneLeft(const char* what, const std::map<std::string, Row>& rows, Problems& problems) {
  for (const auto& [id, row] : rows) {
    problems.Add(absl::StrCat(what, " of nothing: ", row.ShortDebugString()));
  }
}

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_MODEL_H_
