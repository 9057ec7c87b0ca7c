#include "tests/workload/books/librarian.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/workload/lists.h"

namespace maru::workload::books {

using async::Task;
using library::Library;

namespace {

constexpr Refusal kVersionNotNewer{absl::StatusCode::kFailedPrecondition, "VERSION_NOT_NEWER"};

}  // namespace

Task<> Librarian::Step() {
  switch (Pick(8)) {
    case 0:
      return Renew();
    case 1:
      return LookAtList();
    case 2:
    case 3:
      return LookAtBook();
    default:
      return Warehouse();
  }
}

Task<> Librarian::Warehouse() {
  library::WarehouseRequest request;
  request.set_request_id(NewId());
  request.set_book_id(kBooks[Pick(kKnownBooks)]);
  request.set_quantity(static_cast<int64_t>(1 + Pick(3)));
  request.set_version(absl::StrCat(1 + Pick(town_.last_version + 2)));
  request.set_name(request.request_id());
  request.set_allow_pending(OneIn(2));
  Wish& wish = town_.wishes[request.request_id()];
  wish.row.set_book_id(request.book_id());
  wish.row.set_quantity(request.quantity());
  wish.row.set_version(request.version());
  wish.row.set_kind(Library::KIND_WAREHOUSED);
  const auto result = co_await Insist(kWarehouse, request);
  const Verdict verdict = Judge("Warehouse", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kRefused) wish.outcome = Wish::Outcome::kRefused;
  if (verdict != Verdict::kDone) co_return;
  const bool pending = result.reply.status() == Library::STATUS_PENDING;
  if (pending ? !request.allow_pending() : result.reply.status() != Library::STATUS_CONFIRMED) {
    Note(absl::StrCat("taken in, got {", result.reply.ShortDebugString(), "}"));
  }
  wish.outcome = pending ? Wish::Outcome::kAccepted : Wish::Outcome::kConfirmed;
}

Task<> Librarian::Renew() {
  library::RenewRequest request;
  request.set_request_id(NewId());
  request.set_book_id(kBooks[Pick(kKnownBooks)]);
  const uint64_t known = town_.versions[request.book_id()];
  // Now and then one that is known.
  const uint64_t version = OneIn(4) ? std::max<uint64_t>(known, 1) : ++town_.last_version;
  request.set_version(absl::StrCat(version));
  request.set_name(request.request_id());
  Wish& wish = town_.wishes[request.request_id()];
  wish.row.set_book_id(request.book_id());
  wish.row.set_version(request.version());
  wish.row.set_kind(Library::KIND_RENEWED);
  const auto result = co_await Insist(kRenew, request);
  const Verdict verdict =
      Judge("Renew", result, /*may_succeed=*/version > known, {kVersionNotNewer});
  if (verdict == Verdict::kRefused) wish.outcome = Wish::Outcome::kRefused;
  if (verdict != Verdict::kDone) co_return;
  wish.outcome = Wish::Outcome::kConfirmed;
  uint64_t& latest = town_.versions[request.book_id()];
  latest = std::max(latest, version);
}

Task<> Librarian::LookAtBook() {
  const std::string id = kBooks[Pick(kKnownBooks)];
  book::GetBookRequest request;
  request.set_id(id);
  const int floor = town_.statuses.Floor(kBook, id);
  const auto result = co_await Insist(kGetBook, request);
  std::vector<Refusal> refusals;
  if (floor == 0) refusals.push_back(kNotFound);
  if (Judge("GetBook", result, /*may_succeed=*/true, refusals) != Verdict::kDone) co_return;
  const book::Book& row = result.reply;
  if (row.stock() != row.received() + row.reset() - row.issued() + row.returned() ||
      row.stock() < 0 || row.revision() < floor) {
    Note(absl::StrCat("saw {", row.ShortDebugString(), "}, was at ", floor, " before"));
  }
  town_.statuses.Saw(kBook, id, static_cast<int>(row.revision()));
}

Task<> Librarian::LookAtList() {
  const Instant began = Now();
  const auto rows = co_await ReadAll(actor_, kListBookViews, list::ListBookViewsRequest(),
                                     &list::ListBookViewsResponse::mutable_book_views);
  if (!Listed("ListBookViews", rows.status(), began)) co_return;
  for (const list::BookView& row : *rows) {
    if (row.stock() < 0) Note(absl::StrCat("less than nothing: ", row.ShortDebugString()));
  }
}

}  // namespace maru::workload::books
