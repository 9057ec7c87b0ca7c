#include "tests/workload/settle.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/base/status.h"
#include "tests/workload/lists.h"

namespace maru::workload {
namespace {

using async::Task;
using communication::Communication;

bool Same(const Communication& wanted, const Communication& stored) {
  return wanted.schedule_id() == stored.schedule_id() &&
         wanted.customer_id() == stored.customer_id() && wanted.kind() == stored.kind() &&
         wanted.comment_text() == stored.comment_text() && wanted.active() == stored.active();
}

bool Same(const review::Review& wanted, const review::Review& stored) {
  return wanted.schedule_id() == stored.schedule_id() &&
         wanted.customer_id() == stored.customer_id() &&
         wanted.comment_text() == stored.comment_text() &&
         wanted.has_rating() == stored.has_rating() && wanted.rating() == stored.rating();
}

bool Same(const schedule::Schedule& wanted, const schedule::Schedule& stored) {
  return wanted.title() == stored.title() && wanted.content() == stored.content() &&
         wanted.uploader_id() == stored.uploader_id() &&
         wanted.review_open() == stored.review_open();
}

// The rows of `stored` that `book` does not know although they may have been created, each possible
// creation once.
template <typename Row>
std::vector<Row> TakeCreated(const std::vector<Row>& stored, Book<Row>& book) {
  std::vector<Row> created;
  for (const Row& row : stored) {
    if (book.rows.count(row.id()) != 0) continue;
    const auto wanted = std::find_if(book.perhaps_created.begin(), book.perhaps_created.end(),
                                     [&](const Row& perhaps) { return Same(perhaps, row); });
    if (wanted == book.perhaps_created.end()) continue;
    book.perhaps_created.erase(wanted);
    created.push_back(row);
  }
  return created;
}

// Whether `stored` is what `id` may have become, and is not known yet.
template <typename Row>
bool Became(const Book<Row>& book, const std::string& id, const Row& stored) {
  const auto known = book.rows.find(id);
  if (known == book.rows.end() || Same(known->second, stored)) return false;
  const auto perhaps = book.perhaps_changed.find(id);
  return perhaps != book.perhaps_changed.end() &&
         std::any_of(perhaps->second.begin(), perhaps->second.end(),
                     [&](const Row& row) { return Same(row, stored); });
}

template <typename Request, typename Row>
Task<absl::StatusOr<std::optional<Row>>> Find(const Actor& admin, Method<Request, Row> method,
                                              std::string id) {
  Request request;
  request.set_id(id);
  Result<Row> result = co_await admin.Call(method, request);
  if (result.code == absl::StatusCode::kNotFound) co_return std::optional<Row>();
  if (!result.ok()) co_return ToStatus(result);
  co_return std::optional<Row>(std::move(result.reply));
}

Task<absl::Status> SettleCommunications(const Actor& admin, Ledger& ledger) {
  Book<Communication>& book = ledger.communications();
  for (const auto& [id, unused] : book.perhaps_changed) {
    CO_ASSIGN_OR_RETURN(const auto stored, co_await Find(admin, kGetCommunication, id));
    if (!stored.has_value()) continue;
    // Of two changes that raced, both were acknowledged: only which was last is open.
    const bool became = Became(book, id, *stored);
    if (book.raced.count(id) != 0) {
      if (became || Same(book.rows[id], *stored)) book.rows[id] = *stored;
    } else if (became) {
      stored->active() ? ledger.Modified(*stored) : ledger.Deleted(*stored);
    }
  }
  if (book.perhaps_created.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const auto rows, co_await AllCommunications(admin));
  for (const Communication& row : TakeCreated(rows, book)) ledger.Registered(row);
  co_return absl::OkStatus();
}

Task<absl::Status> SettleReviews(const Actor& admin, Ledger& ledger) {
  Book<review::Review>& book = ledger.reviews();
  for (const auto& [id, unused] : book.perhaps_changed) {
    CO_ASSIGN_OR_RETURN(const auto stored, co_await Find(admin, kGetReview, id));
    if (stored.has_value() && Became(book, id, *stored)) ledger.Modified(*stored);
  }
  const std::set<std::string> perhaps_deleted = book.perhaps_deleted;
  for (const std::string& id : perhaps_deleted) {
    CO_ASSIGN_OR_RETURN(const auto stored, co_await Find(admin, kGetReview, id));
    if (!stored.has_value()) ledger.DeletedReview(id);
  }
  if (book.perhaps_created.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const auto rows, co_await AllReviews(admin));
  for (const review::Review& row : TakeCreated(rows, book)) {
    ledger.Written(row, ledger.UploaderOf(row.schedule_id()));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> SettleSchedules(const Actor& admin, Ledger& ledger) {
  Book<schedule::Schedule>& book = ledger.schedules();
  for (const auto& [id, unused] : book.perhaps_changed) {
    CO_ASSIGN_OR_RETURN(const auto stored, co_await Find(admin, kGetSchedule, id));
    if (stored.has_value() && Became(book, id, *stored)) ledger.Modified(*stored);
  }
  const std::set<std::string> perhaps_deleted = book.perhaps_deleted;
  for (const std::string& id : perhaps_deleted) {
    CO_ASSIGN_OR_RETURN(const auto stored, co_await Find(admin, kGetSchedule, id));
    if (!stored.has_value()) ledger.DeletedSchedule(id);
  }
  if (book.perhaps_created.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const auto rows, co_await AllSchedules(admin));
  for (const schedule::Schedule& row : TakeCreated(rows, book)) ledger.Registered(row);
  co_return absl::OkStatus();
}

}  // namespace

Task<absl::Status> Settle(const Actor& admin, Ledger& ledger) {
  CO_RETURN_IF_ERROR(co_await SettleSchedules(admin, ledger));
  CO_RETURN_IF_ERROR(co_await SettleCommunications(admin, ledger));
  co_return co_await SettleReviews(admin, ledger);
}

}  // namespace maru::workload
