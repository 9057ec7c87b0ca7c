#include "tests/harness/load.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/base/status.h"
#include "tests/harness/actor.h"

namespace maru::harness {
namespace {

// Every person has chance of its own.
constexpr uint64_t kPersons = 1000;

}  // namespace

Load::Load(System& system, const LoadOptions& options)
    : system_(system),
      options_(options),
      api_(system, {.seed = options.seed * kPersons}),
      ender_(api_, "sora", courses_) {}

Load::Worker& Load::AddWorker() {
  const uint64_t seed = options_.seed * kPersons + 1 + workers_.size();
  return *workers_.emplace_back(std::make_unique<Worker>(system_, seed));
}

absl::StatusOr<std::unique_ptr<Load>> Load::Begin(System& system, const LoadOptions& options) {
  std::unique_ptr<Load> load(new Load(system, options));
  RETURN_IF_ERROR(load->Publish());
  ASSIGN_OR_RETURN(const std::string foreign_id, load->LeaveForeignComment());
  for (int i = 0; i < options.customers; ++i) {
    Worker& worker = load->AddWorker();
    worker.person = std::make_unique<Customer>(worker.api, absl::StrCat("customer-", i),
                                               load->courses_, foreign_id);
  }
  for (const auto& worker : load->workers_) {
    worker->api.executor().Post(
        [&load = *load, &worker = *worker] { worker.scope.Spawn(load.Run(worker)); });
  }
  return load;
}

Load::~Load() { Finish(); }

absl::Status Load::Publish() {
  for (const char* name : {"mina", "jun"}) {
    Worker& worker = AddWorker();
    auto host = std::make_unique<Host>(worker.api, name, courses_);
    hosts_.push_back(host.get());
    worker.person = std::move(host);
  }
  for (int i = 0; i < options_.courses + options_.customers; ++i) {
    const size_t which = static_cast<size_t>(i) % hosts_.size();
    const bool shared = i < options_.courses;
    std::string guest = shared ? "" : absl::StrCat("customer-", i - options_.courses);
    const bool open = i != options_.courses - 1;
    if (!workers_[which]->api.executor().BlockOn(hosts_[which]->Publish(std::move(guest), open)))
      return absl::UnavailableError(absl::StrJoin(hosts_[which]->problems(), "\n"));
  }
  if (!api_.executor().BlockOn(ender_.Publish("", /*review_open=*/true)))
    return absl::UnavailableError(absl::StrJoin(ender_.problems(), "\n"));
  ending_ = courses_.Of(ender_.subject()).front();
  return absl::OkStatus();
}

absl::StatusOr<std::string> Load::LeaveForeignComment() {
  const Actor stranger(system_, "customer", "stranger");
  communication::RegisterRequest request;
  request.set_schedule_id(courses_.For("").front()->id());
  request.set_kind(communication::Communication::KIND_COMMENT);
  request.set_comment_text("제 댓글이에요");
  const auto comment = stranger.Call(kRegister, request);
  if (!comment.ok()) return ToStatus(comment);
  ledger_.Registered(comment.reply);
  return comment.reply.id();
}

absl::Status Load::EndCourse() {
  if (api_.executor().BlockOn(ender_.Delete(ending_))) return absl::OkStatus();
  return absl::UnavailableError(absl::StrJoin(ender_.problems(), "\n"));
}

async::Task<> Load::Run(Worker& worker) {
  while (!finish_.load(std::memory_order_relaxed)) {
    co_await worker.person->Step();
    worker.acknowledged.store(worker.person->acknowledged(), std::memory_order_relaxed);
    co_await worker.api.executor().Sleep(options_.think);
  }
  worker.ended.set_value();
}

uint64_t Load::acknowledged() const {
  uint64_t sum = 0;
  for (const auto& worker : workers_) sum += worker->acknowledged.load(std::memory_order_relaxed);
  return sum;
}

std::string Load::AwaitMore(uint64_t more, absl::Duration within) const {
  const uint64_t wanted = acknowledged() + more;
  return Eventually(within, [&] {
    const uint64_t got = acknowledged();
    return got >= wanted
               ? ""
               : absl::StrCat(wanted - got, " of ", more, " more commands are not acknowledged");
  });
}

void Load::Finish() {
  finish_ = true;
  for (const auto& worker : workers_) {
    worker->end.wait();
  }
}

Ledger Load::ledger() const {
  Ledger all = ledger_;
  all.Merge(ender_.ledger());
  for (const auto& worker : workers_) all.Merge(worker->person->ledger());
  return all;
}

std::string Load::problems() const {
  std::vector<std::string> all = ender_.problems();
  for (const auto& worker : workers_) {
    const std::vector<std::string>& some = worker->person->problems();
    all.insert(all.end(), some.begin(), some.end());
  }
  if (all.size() > 20) all.resize(20);
  return absl::StrJoin(all, "\n");
}

}  // namespace maru::harness
