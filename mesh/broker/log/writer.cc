#include "mesh/broker/log/writer.h"

#include <utility>

#include "common/base/status.h"
#include "maru/broker/v1/errors.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::broker {

Writer::Writer(LogState state, maru::store::Backend& backend, const Clock& clock, Worker& worker,
               size_t max_group_bytes, std::function<void(Committed)> publish)
    : backend_(backend),
      clock_(clock),
      worker_(worker),
      max_group_bytes_(max_group_bytes),
      publish_(std::move(publish)),
      state_(std::move(state)) {}

void Writer::Enqueue(Job job) {
  {
    MutexLock lock(mutex_);
    queue_.push_back(std::move(job));
    if (std::exchange(scheduled_, true)) return;
  }
  worker_.Submit([this] { Drain(); });
}

void Writer::Drain() {
  while (true) {
    std::vector<Job> jobs;
    {
      MutexLock lock(mutex_);
      if (queue_.empty()) {
        scheduled_ = false;
        return;
      }
      jobs.swap(queue_);
    }
    Process(std::move(jobs));
  }
}

void Writer::Process(std::vector<Job> jobs) {
  for (Job& job : jobs) {
    if (auto* append = std::get_if<AppendJob>(&job)) {
      TakeAppend(std::move(*append));
    } else {
      CommitGroup();
      RunEdit(std::get<EditJob>(std::move(job)));
    }
  }
  CommitGroup();
}

void Writer::TakeAppend(AppendJob job) {
  const FrameSize size{job.request.frame.count(), job.request.frame.records().size()};
  Waiting waiting{std::move(job.sink), job.request.topic, Refusal(), size};
  if (failure_.ok()) {
    if (group_.has_value() && group_->bytes() >= max_group_bytes_) CommitGroup();
    if (!group_.has_value()) group_.emplace(state_, begun_, backend_, clock_.WallNow());
    std::optional<absl::Status> outcome = group_->Add(job.request);
    if (!outcome.has_value()) {
      CommitGroup();
      group_.emplace(state_, begun_, backend_, clock_.WallNow());
      outcome = failure_.ok() ? group_->Add(job.request) : Refusal();
      MARU_CHECK(outcome.has_value());  // a fresh group repeats nothing
    }
    waiting.status = *std::move(outcome);
  }
  waiting_.push_back(std::move(waiting));
}

void Writer::CommitGroup() {
  if (!group_.has_value() && waiting_.empty()) return;
  Committed committed;
  absl::Status written;
  if (group_.has_value() && group_->bytes() > 0) {
    auto changes = group_->TakeChanges();
    written = changes.ok() ? Write(*changes) : changes.status();
    if (written.ok()) {
      group_->UpdateBegun(begun_);
      committed.frames = group_->TakeFrames();
      committed.topics = group_->TakeTopics();
      for (const Topic& topic : committed.topics) state_.topics.at(topic.name) = topic;
    }
  }
  group_.reset();
  for (Waiting& waiting : waiting_) {
    if (waiting.status.ok()) waiting.status = written;
    const auto topic = state_.topics.find(waiting.topic);
    if (waiting.status.ok()) {
      committed.appended.push_back({std::move(waiting.sink), topic->second.mark, waiting.frame});
    } else {
      committed.appended.push_back(
          {std::move(waiting.sink), std::move(waiting.status), waiting.frame});
    }
  }
  waiting_.clear();
  committed.failure = failure_;
  publish_(std::move(committed));
}

void Writer::RunEdit(EditJob job) {
  Committed committed;
  absl::Status status = Refusal();
  if (status.ok()) {
    LogState next = state_;
    auto changes = job.edit(next);
    status = changes.status();
    if (changes.ok() && !changes->empty()) status = Write(*changes);
    if (status.ok()) {
      state_ = std::move(next);
      committed.state = state_;
    }
  }
  committed.failure = failure_;
  committed.edited.push_back({std::move(job.done), std::move(status)});
  publish_(std::move(committed));
}

absl::Status Writer::Refusal() const {
  return failure_.ok() ? absl::OkStatus() : v1::errors::LogFailed();
}

absl::Status Writer::Write(const std::vector<maru::store::Change>& changes) {
  absl::Status status = backend_.Write(changes);
  if (status.ok()) return status;
  if (absl::IsResourceExhausted(status)) return options::v1::errors::DiskFull();
  failure_ = std::move(status);
  return v1::errors::LogFailed();
}

}  // namespace maru::broker
