// Deeds: what commands did, by the event that each publishes about a business thing.
#ifndef MARU_TESTS_WORKLOAD_DEEDS_H_
#define MARU_TESTS_WORKLOAD_DEEDS_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/workload/history.h"
#include "tests/workload/problems.h"

namespace maru::workload {

class Deeds {
 public:
  // A command was acknowledged that does this once, whoever asks for it how often.
  template <typename Event>
  void Once(const std::string& id) {
    Deed& deed = Of<Event>(id);
    deed.least = std::max<size_t>(deed.least, 1);
    deed.most = std::max(deed.most, deed.least);
  }
  // One was acknowledged that does it each time.
  template <typename Event>
  void Again(const std::string& id) {
    ++Of<Event>(id).least;
    ++Of<Event>(id).most;
  }
  // Nobody knows whether one did it.
  template <typename Event>
  void Perhaps(const std::string& id) {
    ++Of<Event>(id).most;
  }

  // Whether of these events everything was published that was acknowledged, and nothing that nobody
  // asked for.
  template <typename Event>
  void Check(const History& history, Problems& problems) const {
    Check<Event>(history, /*others=*/false, problems);
  }
  // The same where others do it, too, or it happens by itself: nothing that was acknowledged is
  // missing.
  template <typename Event>
  void CheckNoneMissing(const History& history, Problems& problems) const {
    Check<Event>(history, /*others=*/true, problems);
  }

 private:
  template <typename Event>
  void Check(const History& history, bool others, Problems& problems) const {
    const std::string& type = Event::descriptor()->full_name();
    std::set<std::string> ids = history.ids();
    for (const auto& [key, unused] : deeds_) ids.insert(key.first);
    for (const std::string& id : ids) {
      const auto found = deeds_.find({id, type});
      const Deed deed = found == deeds_.end() ? Deed() : found->second;
      const size_t published = history.Count<Event>(id);
      if (published >= deed.least && (others || published <= deed.most)) continue;
      problems.Add(absl::StrCat(type, " of ", id, " was published ", published,
                                " times; acknowledged: ", deed.least, ", perhaps: ", deed.most));
    }
  }

  struct Deed {
    size_t least = 0;
    size_t most = 0;
  };
  template <typename Event>
  Deed& Of(const std::string& id) {
    return deeds_[{id, Event::descriptor()->full_name()}];
  }

  std::map<std::pair<std::string, std::string>, Deed> deeds_;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_DEEDS_H_
