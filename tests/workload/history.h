// History: what the contexts of a system published, by the business thing that it is about.
#ifndef MARU_TESTS_WORKLOAD_HISTORY_H_
#define MARU_TESTS_WORKLOAD_HISTORY_H_

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/workload/stored.h"

namespace maru::workload {

class History {
 public:
  using Events = std::vector<const event::v1::Event*>;

  // `topics` outlive the history.
  explicit History(const std::map<std::string, Topic>& topics) {
    for (const auto& [name, topic] : topics) {
      // One key is in one partition: in the order of the commits.
      for (const auto& record : topic.records) {
        events_[record.event().correlation_id()][name].push_back(&record.event());
      }
    }
  }

  std::set<std::string> ids() const {
    std::set<std::string> ids;
    for (const auto& [id, unused] : events_) ids.insert(id);
    return ids;
  }

  // What one topic has about a thing, in order.
  const Events& Of(const std::string& id, const std::string& topic) const {
    static const auto& none = *new Events();
    const auto thing = events_.find(id);
    if (thing == events_.end()) return none;
    const auto found = thing->second.find(topic);
    return found == thing->second.end() ? none : found->second;
  }

  // All events of a type about a thing.
  template <typename Event>
  std::vector<Event> All(const std::string& id) const {
    std::vector<Event> all;
    const auto thing = events_.find(id);
    if (thing == events_.end()) return all;
    for (const auto& [name, events] : thing->second) {
      for (const event::v1::Event* event : events) {
        if (event->type() != Event::descriptor()->full_name()) continue;
        all.emplace_back().ParseFromString(event->data());
      }
    }
    return all;
  }
  template <typename Event>
  size_t Count(const std::string& id) const {
    return All<Event>(id).size();
  }
  template <typename Event>
  bool Has(const std::string& id) const {
    return Count<Event>(id) != 0;
  }

 private:
  std::map<std::string, std::map<std::string, Events>> events_;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_HISTORY_H_
