// One operator of a load: looks at every context and at the broker, has the view rebuilt while
// everybody acts, keeps a topic of its own, tries what must be refused, and brings parked events
// back to life where there are some. Nothing it does changes what the system must show.
#ifndef MARU_TESTS_WORKLOAD_OPERATOR_H_
#define MARU_TESTS_WORKLOAD_OPERATOR_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/workload/member.h"

namespace maru::workload {

class Operator final : public Member {
 public:
  explicit Operator(Api& api, PersonOptions options = PersonOptions());

  async::Task<> Step() override;

  // What is left to do after the load, now; to be called again until nothing waits. Where
  // Api::MayPark: tries what is dead again, or edits it, or drops it from the view and has the view
  // rebuilt from the log. Where gaps are expected: accepts them.
  async::Task<> Tend();

  // While nobody else acts and nothing waits: removes from the logs what everybody has read; some
  // are deleted, others keep their newest frames only. From then on gaps are expected, and the view
  // cannot be rebuilt as it was. False: nothing more is sure of the logs.
  async::Task<bool> ForgetLogs();
  // Has the view rebuilt.
  async::Task<> Rebuild();
  // Whether every topic that the view hears exists: one that was deleted comes back with the next
  // event, and a rebuild waits for it.
  async::Task<bool> ViewMayBeRebuilt();

 private:
  using Parked = admin::v1::ParkedEvent;

  // Looks (operator.cc).
  async::Task<> LookAtContext();
  async::Task<> LookAtTopics();
  async::Task<> LookAtGroups();
  async::Task<> LookAtParked();
  async::Task<> KeepTopic();
  async::Task<> TryRefused();
  async::Task<> ResetGroup();
  // Parked events (operator_parked.cc).
  async::Task<> TryRefusedParked();
  async::Task<absl::StatusOr<std::vector<Parked>>> AllParked(
      std::string_view deployment, admin::v1::ListParkedEventsRequest request);
  async::Task<> Show(std::string_view deployment, Parked parked);
  async::Task<> Replay(std::string_view deployment, Parked parked);
  async::Task<> Edit(std::string_view deployment, Parked parked);
  async::Task<> Drop(std::string_view deployment, Parked parked);
  async::Task<> TendParked(std::string_view deployment);
  async::Task<> TendGaps(std::string_view deployment);
  async::Task<> TendView();

  std::string_view AnyContext();

  // Removes most of a topic that is known up to `sequence`, for good if `wholly`.
  async::Task<bool> Forget(std::string topic, uint64_t sequence, bool wholly);
  // Gives every topic its retention back.
  async::Task<bool> KeepAll();

  // Whether this operator has views rebuilt.
  const bool rebuilds_;
  bool expects_gaps_ = false;
  // The newest copy of the view that an event was dropped from; 0: none is incomplete.
  uint32_t incomplete_ = 0;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_OPERATOR_H_
