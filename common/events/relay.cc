#include "common/events/relay.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/async/rare.h"
#include "common/base/status.h"
#include "common/rpc/error.h"

namespace maru::events {

namespace {

constexpr std::string_view kWhere = "relay";

// Trying again cannot help: store and broker disagree about history, or this process may not
// publish.
bool IsFatal(const absl::Status& why) {
  return absl::IsFailedPrecondition(why) || absl::IsPermissionDenied(why) || absl::IsDataLoss(why);
}

}  // namespace

Relay::Relay(Environment environment, RelayOptions options)
    : env_(environment),
      options_(std::move(options)),
      metrics_(env_.registry),
      published_(env_.store.trimmed_sequence()),
      trimmed_(published_),
      publisher_(env_.bus.NewPublisher(options_.topic, env_.store.epoch())),
      backoff_(options_.initial_retry, options_.max_retry, env_.random),
      work_(env_.executor),
      acked_(env_.executor),
      over_(env_.executor) {}

Relay::~Relay() {
  scope_.CancelAll();  // before what its frames wait for
}

void Relay::Start() {
  UpdateGauges();
  scope_.Spawn(Run());
  scope_.Spawn(WatchLoop());
  scope_.Spawn(TrimLoop());
}

async::Task<void> Relay::Run() {
  while (true) {
    const absl::Status why = co_await Session();
    if (IsFatal(why)) {
      Stop(why);
      co_return;
    }
    state_ = RelayState::kConnecting;
    error_ = why;
    metrics_.errors.Increment();
    env_.journal.Warn(kWhere, "publishing broke off; trying again", why);
    const absl::Duration asked = rpc::RetryDelayOf(why).value_or(absl::ZeroDuration());
    co_await env_.executor.Sleep(std::max(asked, backoff_.Next()));
  }
}

void Relay::Stop(absl::Status why) {
  state_ = RelayState::kStopped;
  metrics_.errors.Increment();
  metrics_.stopped.Set(1);
  env_.journal.Error(kWhere, "publishing has stopped; events wait in the outbox", why);
  error_ = std::move(why);
  acked_.NotifyAll();
}

async::Task<absl::Status> Relay::Session() {
  CO_ASSIGN_OR_RETURN(const uint64_t mark, co_await publisher_->Open());
  CO_RETURN_IF_ERROR(co_await CheckMark(mark));
  published_ = mark;
  sent_ = mark;
  in_flight_.clear();
  ended_.reset();
  state_ = RelayState::kPublishing;
  error_ = absl::OkStatus();
  acked_.NotifyAll();
  UpdateGauges();
  async::Scope session;
  session.Spawn(AckLoop());
  session.Spawn(SendLoop());
  while (!ended_.has_value()) co_await over_.Wait();
  co_return *ended_;
}

async::Task<absl::Status> Relay::CheckMark(uint64_t mark) {
  const uint64_t last = env_.store.last_sequence();
  if (mark > last) {
    co_return absl::FailedPreconditionError(
        absl::StrCat("the broker has events up to ", mark, " of ", options_.topic,
                     ", this store only up to ", last, ": it is older than the broker"));
  }
  if (mark == last) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const std::vector<maru::store::OutboxRow> next,
                      co_await env_.store.ReadOutbox(mark, 1, 1));
  if (next.empty() || next.front().sequence != mark + 1) {
    co_return absl::FailedPreconditionError(absl::StrCat(
        "the broker has events up to ", mark, " of ", options_.topic, ", but ", mark + 1,
        " is no longer in the outbox: the broker has lost what it had acknowledged"));
  }
  co_return absl::OkStatus();
}

absl::StatusOr<std::vector<Record>> Relay::ToRecords(
    std::vector<maru::store::OutboxRow> rows) const {
  std::vector<Record> records;
  records.reserve(rows.size());
  uint64_t expected = sent_;
  for (maru::store::OutboxRow& row : rows) {
    if (row.sequence != ++expected) {
      return absl::DataLossError(absl::StrCat("the outbox has no event ", expected));
    }
    records.push_back({row.sequence, std::move(row.key), std::move(row.event)});
  }
  if (records.empty())
    return absl::DataLossError(absl::StrCat("the outbox has no event ", sent_ + 1));
  return records;
}

async::Task<absl::Status> Relay::SendNext() {
  const size_t most = env_.executor.Rarely(async::Rare::kSmallBatch) ? 1 : options_.max_batch_rows;
  CO_ASSIGN_OR_RETURN(std::vector<maru::store::OutboxRow> rows,
                      co_await env_.store.ReadOutbox(sent_, most, options_.max_batch_bytes));
  CO_ASSIGN_OR_RETURN(std::vector<Record> records, ToRecords(std::move(rows)));
  // Before Send completes: the ack may be faster.
  sent_ = records.back().sequence;
  in_flight_.push_back({sent_, env_.executor.WallNow()});
  co_return co_await publisher_->Send(std::move(records));
}

async::Task<void> Relay::SendLoop() {
  while (!ended_.has_value()) {
    if (sent_ >= env_.store.last_sequence() || sent_ - published_ >= options_.max_in_flight) {
      co_await work_.Wait();
      continue;
    }
    const absl::Status sent = co_await SendNext();
    if (!sent.ok()) EndSession(sent);
  }
}

async::Task<void> Relay::AckLoop() {
  while (!ended_.has_value()) {
    const absl::StatusOr<uint64_t> mark = co_await publisher_->Acked(published_);
    if (!mark.ok()) {
      EndSession(mark.status());
    } else if (*mark > sent_) {
      EndSession(absl::FailedPreconditionError(
          absl::StrCat("the broker acknowledged ", *mark, ", sent was only ", sent_,
                       ": another process publishes ", options_.topic)));
    } else {
      Acknowledge(*mark);
    }
  }
}

void Relay::Acknowledge(uint64_t mark) {
  metrics_.published.Increment(static_cast<double>(mark - published_));
  published_ = mark;
  while (!in_flight_.empty() && in_flight_.front().last <= mark) in_flight_.pop_front();
  oldest_.reset();
  if (!in_flight_.empty()) oldest_ = in_flight_.front().since;
  backoff_.Reset();
  acked_.NotifyAll();
  work_.NotifyAll();
  UpdateGauges();
}

void Relay::EndSession(absl::Status why) {
  if (ended_.has_value()) return;
  ended_ = std::move(why);
  over_.NotifyAll();
}

async::Task<void> Relay::WatchLoop() {
  while (true) {
    co_await env_.store.outbox_grew().Wait();
    work_.NotifyAll();
    UpdateGauges();
  }
}

async::Task<void> Relay::TrimLoop() {
  Backoff backoff(options_.initial_retry, options_.max_retry, env_.random);
  while (true) {
    if (trimmed_ >= published_) {
      co_await acked_.Wait();
      continue;
    }
    // Lazily: many rows per write, or none of them while commands are busy.
    const Instant until = env_.executor.Now() + options_.trim_delay;
    const uint64_t rows = env_.executor.Rarely(async::Rare::kEarlyTrim) ? 1 : options_.trim_rows;
    while (published_ < trimmed_ + rows && env_.executor.Now() < until) {
      co_await acked_.WaitUntil(until);
    }
    const uint64_t target = published_;
    if (target <= trimmed_) continue;  // the broker's mark went back
    const absl::Status trimmed = co_await env_.store.TrimOutbox(target);
    if (trimmed.ok()) {
      trimmed_ = target;
      backoff.Reset();
    } else {
      metrics_.errors.Increment();
      env_.journal.Warn(kWhere, "published rows cannot be deleted; trying again", trimmed);
      co_await env_.executor.Sleep(backoff.Next());
    }
  }
}

async::Task<absl::Status> Relay::Flush(Instant until) {
  const uint64_t target = env_.store.last_sequence();
  while (published_ < target) {
    if (state_ == RelayState::kStopped) co_return error_;
    const bool notified = co_await acked_.WaitUntil(until);
    if (!notified && published_ < target) {
      co_return absl::DeadlineExceededError(
          absl::StrCat(target - published_, " events were not published in time"));
    }
  }
  co_return absl::OkStatus();
}

RelayReport Relay::Report() const {
  return {state_, error_, env_.store.last_sequence(), published_};
}

void Relay::UpdateGauges() {
  const uint64_t rows = waiting();
  if (rows > 0 && !oldest_.has_value()) oldest_ = env_.executor.WallNow();
  if (rows == 0) oldest_.reset();
  metrics_.waiting.Set(static_cast<double>(rows));
  metrics_.oldest_seconds.Set(
      oldest_.has_value() ? absl::ToDoubleSeconds(*oldest_ - absl::UnixEpoch()) : 0);
}

}  // namespace maru::events
