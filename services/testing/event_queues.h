// For tests: how events travel between the contexts of a system: in order for each (topic,
// listener, key), in no order between them, each at a random moment.
#ifndef MARU_SERVICES_TESTING_EVENT_QUEUES_H_
#define MARU_SERVICES_TESTING_EVENT_QUEUES_H_

#include <deque>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "services/testing/test_context.h"

namespace maru::testing {

class EventQueues {
 public:
  // `random` and the contexts that are linked outlive the queues.
  explicit EventQueues(std::mt19937& random) : random_(random) {}

  // `to` hears what `from` emits.
  void Link(TestContext& from, TestContext& to) { links_.push_back({&from, &to}); }
  // While a context is down, its events wait.
  void SetDown(const TestContext& listener, bool down);

  // `seen` gets each event that is emitted, once.
  void Watch(std::function<void(const event::v1::Event&)> seen) { seen_ = std::move(seen); }

  // Queues what was emitted, for everybody who listens.
  void Collect();
  // Delivers one event; false: there is none whose listener is up. A failing handler fails the
  // test.
  bool DeliverOne();
  void DeliverAll() {
    do Collect();
    while (DeliverOne());
  }

 private:
  struct Listening {
    TestContext* from;
    TestContext* to;
    bool down = false;
  };

  std::mt19937& random_;
  std::vector<Listening> links_;
  std::function<void(const event::v1::Event&)> seen_;
  // By place in links_ and key.
  std::map<std::pair<size_t, std::string>, std::deque<event::v1::Event>> queues_;
};

}  // namespace maru::testing

#endif  // MARU_SERVICES_TESTING_EVENT_QUEUES_H_
