#include "tests/harness/load.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/base/status.h"
#include "tests/harness/actor.h"

namespace maru::harness {
namespace {

absl::StatusOr<schedule::Schedule> RegisterCourse(const Actor& host, const std::string& title,
                                                  bool review_open) {
  schedule::RegisterScheduleRequest request;
  request.set_title(title);
  request.set_content("여의나루역 2번 출구에서 만나 치킨과 함께");
  request.set_uploader(host.subject() == "mina" ? "미나" : "준");
  request.set_review_open(review_open);
  request.set_request_id(NewRequestId());
  const auto result = host.Insist(kRegisterSchedule, request);
  if (result.ok()) return result.reply;
  return absl::Status(result.code, Describe(result));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Load>> Load::Begin(System& system, const LoadOptions& options) {
  std::unique_ptr<Load> load(new Load(system, options));
  RETURN_IF_ERROR(load->RegisterCourses());

  // Somebody whose comment the others must not touch.
  const Actor stranger(system, "customer", "stranger");
  communication::RegisterRequest request;
  request.set_schedule_id(load->courses_.front().id);
  request.set_kind(communication::Communication::KIND_COMMENT);
  request.set_comment_text("제 댓글이에요");
  const auto comment = stranger.Call(kRegister, request);
  if (!comment.ok()) return absl::Status(comment.code, Describe(comment));
  load->ledger_.Registered(comment.reply);

  for (int i = 0; i < options.customers; ++i) {
    const uint64_t seed = options.seed * 1000 + static_cast<uint64_t>(i);
    Worker& worker = *load->workers_.emplace_back(std::make_unique<Worker>(system, seed));
    worker.customer = std::make_unique<Customer>(worker.api, absl::StrCat("customer-", i),
                                                 load->courses_, comment.reply.id());
  }
  for (const auto& worker : load->workers_) {
    worker->api.executor().Post(
        [&load = *load, &worker = *worker] { worker.scope.Spawn(load.Run(worker)); });
  }
  return load;
}

Load::~Load() { Finish(); }

absl::Status Load::RegisterCourses() {
  const Actor hosts[] = {Actor(system_, "host", "mina"), Actor(system_, "host", "jun")};
  for (int i = 0; i <= options_.courses; ++i) {
    const Actor& host = hosts[i % 2];
    const bool ends = i == options_.courses;
    const bool open = i != options_.courses - 1;
    ASSIGN_OR_RETURN(const auto row,
                     RegisterCourse(host, absl::StrCat("한강 노을 산책 ", i), open));
    ledger_.Registered(row);
    Course course;
    course.id = row.id();
    course.uploader_id = host.subject();
    course.review_open = open;
    course.ends = ends;
    courses_.push_back(course);
  }
  return absl::OkStatus();
}

absl::Status Load::EndCourse() {
  const Course& course = courses_.back();
  const Actor host(system_, "host", course.uploader_id);
  schedule::DeleteScheduleRequest request;
  request.set_id(course.id);
  request.set_request_id(NewRequestId());
  const auto result = host.Insist(kDeleteSchedule, request);
  if (!result.ok()) return absl::Status(result.code, Describe(result));
  ledger_.DeletedSchedule(course.id);
  return absl::OkStatus();
}

async::Task<> Load::Run(Worker& worker) {
  while (!finish_.load(std::memory_order_relaxed)) {
    co_await worker.customer->Step();
    worker.acknowledged.store(worker.customer->acknowledged(), std::memory_order_relaxed);
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
  for (const auto& worker : workers_) all.Merge(worker->customer->ledger());
  return all;
}

std::string Load::problems() const {
  std::vector<std::string> all;
  for (const auto& worker : workers_) {
    for (const std::string& problem : worker->customer->problems()) all.push_back(problem);
  }
  if (all.size() > 20) all.resize(20);
  return absl::StrJoin(all, "\n");
}

}  // namespace maru::harness
