#include <cstdio>
#include <cstdlib>
#include <string>

#include "common/rpc/sim/network.h"
#include "maru/datecourse/schedule/v1/schedule.pb.h"
#include "maru/datecourse/viewpage/v1/viewpage.pb.h"
#include "tests/simulation/world.h"
#include "absl/strings/str_cat.h"

using namespace maru;
using namespace maru::simulation;

namespace {
async::Task<void> Drive(World& world, bool& done) {
  auto schedule = world.client_node().OpenChannel(world.addresses().at("datecourse-schedule"));
  auto page = world.client_node().OpenChannel(world.addresses().at("datecourse-viewpage"));
  datecourse::schedule::v1::RegisterScheduleRequest request;
  request.set_title("한강 산책");
  request.set_content("노을");
  request.set_uploader("미나");
  rpc::CallOptions options;
  options.deadline = world.client().Now() + absl::Seconds(5);
  options.metadata.Add("authorization", "Bearer " + world.fixture().Token("host", "mina"));
  rpc::Reply reply = co_await schedule->Call("maru.datecourse.schedule.v1.ScheduleService/RegisterSchedule", request.SerializeAsString(), options);
  std::printf("%s\n", reply.status.ToString().c_str());
  datecourse::schedule::v1::Schedule row;
  (void)row.ParseFromString(reply.message);
  std::printf("%s", row.DebugString().c_str());
  datecourse::viewpage::v1::GetScheduleViewRequest get;
  get.set_schedule_id(row.id());
  rpc::CallOptions options2;
  options2.deadline = world.client().Now() + absl::Seconds(5);
  options2.metadata.Add("authorization", "Bearer " + world.fixture().Token("customer", "kim"));
  if (auto p = reply.metadata.Find("maru-position")) options2.metadata.Add("maru-position", std::string(*p));
  reply = co_await page->Call("maru.datecourse.viewpage.v1.ViewpageService/GetScheduleView", get.SerializeAsString(), options2);
  std::printf("%s\n", reply.status.ToString().c_str());
  datecourse::viewpage::v1::ScheduleView view;
  (void)view.ParseFromString(reply.message);
  std::printf("%s", view.DebugString().c_str());
  done = true;
}
}  // namespace

int main(int argc, char** argv) {
  Fixture fixture("/tmp/maru-sim-keys");
  const uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  Trace trace(argc > 2);
  bool done = false;
  {
    World world(fixture, seed, trace);
    for (const auto& machine : world.machines()) machine->Boot();
    std::printf("serving %d\n", world.Run(Instant() + absl::Seconds(10), [&] { return world.AllServing(); }));
    async::Scope scope;
    scope.Spawn(Drive(world, done));
    std::printf("done %d\n", world.Run(Instant() + absl::Seconds(30), [&] { return done; }));
    std::printf("%zu steps, hash %zx\n", world.steps(), trace.hash());
    scope.CancelAll();
  }
  for (const std::string& line : trace.lines()) std::printf("%s\n", line.c_str());
}
