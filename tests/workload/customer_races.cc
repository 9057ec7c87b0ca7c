// One customer on several devices: commands on the same thing at the same time.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/async/when_all.h"
#include "tests/workload/customer.h"

namespace maru::workload {

using async::Task;
using communication::Communication;

// Exactly one bookmark or like may come of it.
Task<> Customer::RaceForOne() {
  const Kind kind = OneIn(2) ? Communication::KIND_BOOKMARK : Communication::KIND_LIKE;
  if (SlotOf(kind).unsure || !SlotOf(kind).id.empty()) co_return co_await Toggle(kind);
  std::vector<communication::RegisterRequest> requests;
  std::vector<Task<Insisted<Communication>>> tasks;
  for (size_t i = 2 + Pick(2); i > 0; --i) {
    requests.push_back(NewRegister(kind, ""));
    tasks.push_back(Insist(kRegister, requests.back()));
  }
  const auto results = co_await async::WhenAll(std::move(tasks));
  size_t won = 0;
  bool known = true;
  bool lost = false;
  for (size_t i = 0; i < results.size(); ++i) {
    std::vector<Refusal> refusals = Ended(results[i].began);
    refusals.push_back(kAlreadyExists);
    const Verdict verdict = Judge("one of several at once", results[i], true, refusals);
    lost = lost || results[i].reason() == kAlreadyExists.reason;
    if (verdict == Verdict::kUnknown) {
      known = false;
      TakePerhaps(requests[i]);
    } else if (verdict == Verdict::kDone) {
      if (++won == 1) Take(results[i].reply);
    }
  }
  if (won > 1 || (known && won == 0 && lost)) {
    Note(absl::StrCat(won, " of ", results.size(), " got a ", Communication::Kind_Name(kind),
                      " on ", course_->id(), " at once"));
  }
}

// The same command twice at once: one row, the same answer.
Task<> Customer::RaceOfRepeats() {
  const communication::RegisterRequest request = NewRegister(Communication::KIND_COMMENT, Text());
  std::vector<Task<Insisted<Communication>>> tasks;
  for (int i = 0; i < 2; ++i) tasks.push_back(Insist(kRegister, request));
  const auto results = co_await async::WhenAll(std::move(tasks));
  const Communication* row = nullptr;
  bool unknown = false;
  for (const auto& result : results) {
    const Verdict verdict = Judge("the same at once", result, true, Ended(result.began));
    unknown = unknown || verdict == Verdict::kUnknown;
    if (verdict != Verdict::kDone) continue;
    CheckRegistered(request, result.reply);
    if (row == nullptr) {
      row = &result.reply;
      Take(*row);
      NotePosition(Covers::kCommunications, result);
    } else if (row->SerializeAsString() != result.reply.SerializeAsString()) {
      Note(absl::StrCat("one request_id got {", row->ShortDebugString(), "} and {",
                        result.reply.ShortDebugString(), "}"));
    }
  }
  if (row == nullptr && unknown) TakePerhaps(request);
}

std::string Customer::PickComment() {
  const auto which = own().comments.begin() + static_cast<ptrdiff_t>(Pick(own().comments.size()));
  std::string id = *which;
  own().comments.erase(which);
  return id;
}

// Both are told the same, one event is published.
Task<> Customer::RaceOfDeletes() {
  if (own().comments.empty()) co_return co_await Comment();
  communication::DeleteCommunicationRequest request;
  request.set_id(PickComment());
  std::vector<Task<Insisted<Communication>>> tasks;
  for (int i = 0; i < 2; ++i) {
    request.set_request_id(NewId());
    tasks.push_back(Insist(kDeleteCommunication, request));
  }
  const auto results = co_await async::WhenAll(std::move(tasks));
  const Communication* row = nullptr;
  bool unknown = false;
  for (const auto& result : results) {
    const Verdict verdict = Judge("two deletes at once", result, true, {});
    unknown = unknown || verdict == Verdict::kUnknown;
    if (verdict != Verdict::kDone) continue;
    // The other one published nothing.
    if (!result.position.empty()) NotePosition(Covers::kCommunications, result);
    if (row == nullptr) {
      row = &result.reply;
      TakeDeleted(*row);
    } else if (row->SerializeAsString() != result.reply.SerializeAsString()) {
      Note(absl::StrCat("two deletes got {", row->ShortDebugString(), "} and {",
                        result.reply.ShortDebugString(), "}"));
    }
  }
  if (row == nullptr && unknown) TakePerhapsDeleted(request.id());
  if (row == nullptr && !unknown) own().comments.push_back(request.id());
}

// Each change that was acknowledged is published; the last one stays, whichever it is.
Task<> Customer::RaceOfTexts() {
  if (own().comments.empty()) co_return co_await Comment();
  const std::string id = PickComment();
  std::vector<Communication> wanted(2, ledger_.communications().rows[id]);
  std::vector<Task<Insisted<Communication>>> tasks;
  for (Communication& row : wanted) {
    row.set_comment_text(Text());
    communication::ModifyCommentRequest request;
    request.mutable_communication()->set_id(id);
    request.mutable_communication()->set_comment_text(row.comment_text());
    request.mutable_update_mask()->add_paths("comment_text");
    request.set_request_id(NewId());
    tasks.push_back(Insist(kModifyComment, request));
  }
  const auto results = co_await async::WhenAll(std::move(tasks));
  for (size_t i = 0; i < results.size(); ++i) {
    const Verdict verdict = Judge("two texts at once", results[i], true, {});
    if (verdict == Verdict::kUnknown) {
      ledger_.PerhapsChanged(wanted[i]);
      ledger_.Raced(wanted[i]);
    } else if (verdict == Verdict::kDone) {
      ledger_.Modified(results[i].reply);
      ledger_.Raced(results[i].reply);
    }
  }
}

}  // namespace maru::workload
