#include "services/testing/event_queues.h"

#include <iterator>
#include <set>

#include "gtest/gtest.h"

namespace maru::testing {

void EventQueues::SetDown(const TestContext& listener, bool down) {
  for (Listening& link : links_) {
    if (link.to == &listener) link.down = down;
  }
}

void EventQueues::Collect() {
  std::set<TestContext*> emitters;
  for (const Listening& link : links_) emitters.insert(link.from);
  for (TestContext* from : emitters) {
    for (const event::v1::Event& event : from->Emitted()) {
      if (seen_ != nullptr) seen_(event);
      for (size_t i = 0; i < links_.size(); ++i) {
        if (links_[i].from == from) queues_[{i, event.key()}].push_back(event);
      }
    }
  }
}

bool EventQueues::DeliverOne() {
  std::vector<decltype(queues_)::iterator> ready;
  for (auto it = queues_.begin(); it != queues_.end(); ++it) {
    if (!links_[it->first.first].down) ready.push_back(it);
  }
  if (ready.empty()) return false;
  const auto queue = ready[std::uniform_int_distribution<size_t>(0, ready.size() - 1)(random_)];
  TestContext& to = *links_[queue->first.first].to;
  const absl::Status heard = to.Hear(queue->second.front());
  EXPECT_TRUE(heard.ok()) << heard;
  queue->second.pop_front();
  if (queue->second.empty()) queues_.erase(queue);
  return true;
}

}  // namespace maru::testing
