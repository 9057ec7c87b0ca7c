// The rules of books and their stock (domain.md, section 3). Pure: no I/O, no clock. Every function
// that changes a book keeps stock = received + reset − issued + returned, and the stock at 0 or
// above.
#ifndef MARU_SERVICES_BOOKS_BOOK_DOMAIN_H_
#define MARU_SERVICES_BOOKS_BOOK_DOMAIN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "maru/books/book/store/v1/book.pb.h"
#include "maru/books/book/v1/book.pb.h"
#include "maru/books/book/v1/events.pb.h"
#include "maru/books/delivery/v1/events.pb.h"
#include "maru/books/library/v1/events.pb.h"

namespace maru::books::book {

namespace disk = store::v1;

// Copies of a book that was reprinted.
inline constexpr int64_t kStockAfterRenewal = 100;

using Row = std::optional<disk::Book>;

// --- Copies come ---

struct Received {
  disk::Book book;
  disk::Receipt receipt;
};

// Adds copies; creates the book if it is absent; takes the version if it is higher, and the name if
// there is one.
Received Receive(const Row& book, const v1::ReceiveRequest& request, absl::Time now);

// A repeat of Receive. OK: it is the one that took effect. FAILED_PRECONDITION/RECEIPT_FENCED,
// INVALID_ARGUMENT/RECEIPT_REUSED.
absl::Status CheckRepeat(const disk::Receipt& receipt, const v1::ReceiveRequest& request);

// A row of library that never took effect, and never will.
disk::Receipt Fence();

// Sets the stock to kStockAfterRenewal; version, name and creation as Receive.
Received Renew(const Row& book, const library::v1::Renewed& event, absl::Time now);

// --- Copies go out and back ---

struct Issued {
  disk::Issue issue;
  // The book with a copy less; absent when there was none: REFUSED.
  Row book;
};

// Gives out a copy if there is one.
Issued Issue(const Row& book, const delivery::v1::DeliveryRequested& event, absl::Time now);

struct Returned {
  disk::Issue issue;
  // The book with a copy more; absent where the end came before the beginning: a tombstone.
  Row book;
};

// A delivery is canceled. nullopt: nothing changes, because no copy is out. `book` is that of the
// issue.
std::optional<Returned> Return(const std::optional<disk::Issue>& issue, const Row& book,
                               const delivery::v1::DeliveryCanceled& event, absl::Time now);

// --- What is told and shown ---

v1::BookUpdated UpdatedOf(const disk::Book& book);
v1::BookIssued IssuedOf(const delivery::v1::DeliveryRequested& event);
v1::OutOfStock OutOfStockOf(const delivery::v1::DeliveryRequested& event);
v1::Book ToApi(const disk::Book& book);

}  // namespace maru::books::book

#endif  // MARU_SERVICES_BOOKS_BOOK_DOMAIN_H_
