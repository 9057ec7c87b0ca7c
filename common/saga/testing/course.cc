#include "common/saga/testing/course.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/strings.h"
#include "common/rpc/error.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::saga::testing {

using maru::store::RunOn;
using maru::store::TestCall;

namespace {

constexpr char kRequestId[] = "0b5c1a3e-0000-4000-8000-000000000001";
// Rounds of a course; one that needs more does not end. Each is a call or kTick.
constexpr int kMaxRounds = 200;
// Longer than a pause between attempts; a few of them are a pending limit.
constexpr absl::Duration kTick = absl::Seconds(11);

absl::Status NoAnswer() { return options::v1::errors::CalleeUnavailable("callee"); }

}  // namespace

Course::Course(const Subject& subject, Books& books, const Script& script)
    : subject_(subject), books_(books), script_(script), store_(executor_) {
  books_.Clear();
  Start();
  SendRequest();
}

Course::~Course() {
  // Callers before the sagas that they wait for, those before their calls.
  tasks_.CancelAll();
  sagas_.reset();
}

std::string Course::Story() const { return absl::StrJoin(story_, "\n"); }

size_t Course::Choose(std::string_view where, const std::vector<std::string_view>& alternatives) {
  const size_t number = alternatives_.size();
  alternatives_.push_back(alternatives.size());
  size_t chosen = 0;
  if (deviations_taken_ < script_.size() && script_[deviations_taken_].choice == number) {
    chosen = script_[deviations_taken_++].alternative;
  }
  story_.push_back(absl::StrCat(chosen == 0 ? "    " : "  ! ", ToAbsl(where), ": ",
                                ToAbsl(alternatives[chosen])));
  return chosen;
}

void Course::Start() {
  registry_ = std::make_unique<prometheus::Registry>();
  sagas_ = std::make_unique<Sagas>(Environment{executor_, random_, *store_, journal_, *registry_},
                                   SagaOptions{});
  declaration_ = &subject_.declare(*sagas_, *this);
  started_ = false;
  writes_ = store_.disk().writes();
  tasks_.Spawn([](Course& course) -> async::Task<void> {
    const absl::Status status = co_await course.sagas_->Start();
    MARU_CHECK(status.ok());
    course.started_ = true;
  }(*this));
}

void Course::Crash() {
  tasks_.CancelAll();
  sagas_.reset();
  under_way_.clear();
  // Whoever waited has lost the connection.
  std::erase_if(customers_, [](const auto& customer) { return !customer->result.has_value(); });
  store_.Crash();
  store_.Reopen();
  Start();
}

void Course::SendRequest() {
  auto customer = std::make_shared<Customer>();
  customer->call = TestCall(kRequestId);
  customer->call.deadline = executor_.Now() + absl::Seconds(2);
  customers_.push_back(customer);
  tasks_.Spawn([](Course& course, std::shared_ptr<Customer> asks) -> async::Task<void> {
    const Begin begin = [&course](maru::store::Txn& txn) {
      auto row = course.subject_.begin(txn);
      if (row.ok()) course.ids_.push_back(course.declaration_->id_of(**row));
      return row;
    };
    asks->result.emplace(co_await course.sagas_->Run(asks->call, *course.declaration_, begin));
  }(*this, std::move(customer)));
}

void Course::SendCancel() {
  tasks_.Spawn([](Course& course, std::string id) -> async::Task<void> {
    rpc::CallContext call = TestCall();
    call.deadline = course.executor_.Now() + absl::Seconds(2);
    bool pending = false;
    const Sagas::Check anybody = [&pending](const Message&) {
      pending = true;
      return absl::OkStatus();
    };
    const absl::Status status =
        co_await course.sagas_->Cancel(call, *course.declaration_, id, anybody);
    MARU_CHECK(status.ok() || absl::IsUnavailable(status));
    if (pending) course.canceled_.push_back(id);
  }(*this, ids_.back()));
}

async::Task<rpc::EncodedReply> Course::Call(const rpc::CallContext&, const rpc::MethodInfo& method,
                                            std::string message) {
  auto [sender, receiver] = async::OneShot<rpc::EncodedReply>::Make();
  under_way_.push_back({&method, std::move(message), std::move(sender)});
  std::optional<rpc::EncodedReply> reply = co_await receiver;
  MARU_CHECK(reply.has_value());
  co_return *std::move(reply);
}

void Course::Settle() {
  while (executor_.RunOne()) {
    if (store_.disk().writes() == writes_) continue;
    writes_ = store_.disk().writes();
    if (Choose("a write is on disk", {"go on", "crash"}) == 1) Crash();
  }
}

void Course::AnswerOldest() {
  const CallUnderWay& oldest = under_way_.front();
  const rpc::MethodInfo& method = *oldest.method;
  const std::string message = oldest.message;
  enum {
    kAnswer,
    kRequestLost,
    kAnswerLost,
    kLate,
    kTwice,
    kCrashBefore,
    kCrashAfter,
    kRetry,
    kUnsent,
    kRefuseOrCancel,
    kCancel
  };
  std::vector<std::string_view> alternatives = {"answered",
                                                "request lost",
                                                "answer lost",
                                                "request is late",
                                                "answered; the request arrives again later",
                                                "crash before its effect",
                                                "crash after its effect",
                                                "the customer asks again",
                                                "surely unsent"};
  const bool can_refuse = books_.CanRefuse(method.full_name);
  if (can_refuse) alternatives.push_back("refused");
  if (declaration_->cancelable()) alternatives.push_back("the owner cancels");
  size_t chosen = Choose(method.name, alternatives);
  if (!can_refuse && chosen == kRefuseOrCancel) chosen = kCancel;
  if (chosen == kRetry) return SendRequest();
  if (chosen == kCancel) return SendCancel();

  rpc::EncodedReply reply = NoAnswer();
  if (chosen == kUnsent) reply = rpc::MarkUnsent(NoAnswer());
  if (chosen == kAnswer || chosen == kTwice) reply = books_.Handle(method.full_name, message);
  if (chosen == kRefuseOrCancel) reply = books_.Refuse(method.full_name, message);
  if (chosen == kAnswerLost || chosen == kCrashAfter) {
    // The effect counts, the answer does not.
    books_.Handle(method.full_name, message).IgnoreError();
  }
  if (chosen == kLate || chosen == kTwice) late_.push_back({&method, message});
  if (chosen == kCrashBefore || chosen == kCrashAfter) return Crash();
  CallUnderWay call = std::move(under_way_.front());
  under_way_.pop_front();
  call.answer.Send(std::move(reply));
}

void Course::DeliverLate() {
  const LateRequest request = late_.front();
  late_.pop_front();
  // Nobody hears the answer.
  books_.Handle(request.method->full_name, request.message).IgnoreError();
}

void Course::Wait() {
  enum { kTime, kCrash, kRetry, kCancelOrLate, kLate };
  std::vector<std::string_view> alternatives = {"time passes", "crash", "the customer asks again"};
  const bool can_cancel = declaration_->cancelable() && !ids_.empty();
  if (can_cancel) alternatives.push_back("the owner cancels");
  if (!late_.empty()) alternatives.push_back("a late request arrives");
  size_t chosen = Choose("waiting", alternatives);
  if (!can_cancel && chosen == kCancelOrLate) chosen = kLate;
  switch (chosen) {
    case kTime:
      executor_.Advance(kTick);
      // Between a write within it and the call that follows it, a crash shows nothing new.
      writes_ = store_.disk().writes();
      return;
    case kCrash:
      return Crash();
    case kRetry:
      return SendRequest();
    case kCancelOrLate:
      return SendCancel();
    case kLate:
      return DeliverLate();
    default:
      MARU_CHECK(false);
  }
}

bool Course::IsQuiet() const { return started_ && sagas_->running() == 0 && tasks_.size() == 0; }

absl::Status Course::RunUntilQuiet() {
  for (int round = 0; round < kMaxRounds; ++round) {
    Settle();
    if (!under_way_.empty()) {
      AnswerOldest();
    } else if (IsQuiet()) {
      return absl::OkStatus();
    } else {
      Wait();
    }
  }
  return absl::InternalError("it does not end");
}

absl::Status Course::Run() {
  RETURN_IF_ERROR(RunUntilQuiet());
  while (!late_.empty()) DeliverLate();
  // Asked again until there is an answer: the recorded result, or, where there was none, a row
  // anew.
  std::shared_ptr<Customer> last;
  for (int i = 0; i < kMaxRounds && !IsAnswered(last.get()); ++i) {
    SendRequest();
    last = customers_.back();
    RETURN_IF_ERROR(RunUntilQuiet());
  }
  while (!late_.empty()) DeliverLate();
  RETURN_IF_ERROR(CheckRows());
  if (last->result->ok() || done_.empty()) return absl::OkStatus();
  return absl::InternalError("the repeated request does not get the recorded result");
}

bool Course::IsAnswered(const Customer* customer) {
  return customer != nullptr && customer->result.has_value() &&
         !absl::IsUnavailable(customer->result->status());
}

absl::Status Course::CheckRows() {
  for (const std::string& id : ids_) {
    const auto row = RunOn(executor_, store_->Read([&](maru::store::Reader& reader) {
      return declaration_->load(reader, id);
    }));
    MARU_CHECK(row.ok());
    const State state = *row == nullptr ? State::kRejected : declaration_->state_of(**row);
    if (state != State::kDone && state != State::kRejected) {
      return absl::InternalError(absl::StrCat("the row stays ", (*row)->ShortDebugString()));
    }
    if (state == State::kDone) {
      done_.push_back(id);
      if (std::find(canceled_.begin(), canceled_.end(), id) != canceled_.end()) {
        return absl::InternalError("a row is done whose cancel was decided");
      }
    }
    RETURN_IF_ERROR(CheckAccounts(id, state == State::kDone));
  }
  for (const auto& [name, account] : books_.accounts()) {
    for (const auto& [key, entry] : account) {
      const bool known = std::find(ids_.begin(), ids_.end(), key) != ids_.end();
      if (known || (entry.done == 0 && entry.undone == 0)) continue;
      return absl::InternalError(
          absl::StrCat(name, " has an effect under the key \"", key, "\", which is no row's id"));
    }
  }
  const auto left =
      RunOn(executor_,
            store_->Read([&](maru::store::Reader& reader) { return kSagas.Scan(reader, {}); }));
  const auto requests =
      RunOn(executor_,
            store_->Read([&](maru::store::Reader& reader) { return kRequests.Scan(reader, {}); }));
  MARU_CHECK(left.ok() && requests.ok());
  if (!left->empty() || !requests->empty()) {
    return absl::InternalError("a record of the saga is left in the store");
  }
  return CheckCustomers();
}

absl::Status Course::CheckAccounts(const std::string& id, bool done) {
  for (const auto& [name, account] : books_.accounts()) {
    const auto found = account.find(id);
    const Books::Entry entry = found == account.end() ? Books::Entry() : found->second;
    if (entry.undone > entry.done) {
      return absl::InternalError(absl::StrCat(name, " was taken back ", entry.undone,
                                              " times and had been done ", entry.done, " times"));
    }
    const int effect = entry.done - entry.undone;
    if (effect == (done ? 1 : 0)) continue;
    return absl::InternalError(absl::StrCat(name, " has ", effect, " effects of a row that is ",
                                            done ? declaration_->done : declaration_->rejected));
  }
  return absl::OkStatus();
}

absl::Status Course::CheckCustomers() {
  if (done_.size() > 1) return absl::InternalError("one request has made two rows that are done");
  for (const auto& customer : customers_) {
    const absl::StatusOr<std::string>& result = *customer->result;
    if (result.ok()) {
      const std::string id = subject_.id_of_reply(*result);
      // A row that was accepted while it was pending may have been rejected later.
      const bool accepted = declaration_->steps.front().accepted != nullptr;
      if (accepted || (!done_.empty() && done_.front() == id)) continue;
      return absl::InternalError("a customer was told of success, and the row is not done");
    }
    if (absl::IsUnavailable(result.status()) || done_.empty()) continue;
    return absl::InternalError(absl::StrCat("a customer was refused, and the request is done: ",
                                            ToAbsl(ToStd(result.status().message()))));
  }
  return absl::OkStatus();
}

}  // namespace maru::saga::testing
