// The rules of library (domain.md, section 3). Pure: no I/O, no clock, no ids of its own. How a
// PENDING row becomes CONFIRMED or FAILED is the saga's (saga.h).
#ifndef MARU_SERVICES_BOOKS_LIBRARY_DOMAIN_H_
#define MARU_SERVICES_BOOKS_LIBRARY_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "maru/books/library/store/v1/library.pb.h"
#include "maru/books/library/v1/events.pb.h"
#include "maru/books/library/v1/library.pb.h"

namespace maru::books::library {

namespace disk = store::v1;

// What comes in, without a status: book has not been asked yet.
disk::Library TakeIn(const v1::WarehouseRequest& request, absl::Time now, std::string id);

// What is told once book has it.
v1::Warehoused WarehousedOf(const disk::Library& row);

struct Renewal {
  disk::Library row;
  v1::Renewed event;
};

// FAILED_PRECONDITION/VERSION_NOT_NEWER: not above what is known of the book.
absl::StatusOr<Renewal> Renew(const std::optional<disk::Known>& known,
                              const v1::RenewRequest& request, absl::Time now, std::string id);

// What is known of a book once `version` of it is: the higher one.
disk::Known Learn(const std::optional<disk::Known>& known, std::string_view version);

// The row as anybody sees it.
v1::Library ToApi(const disk::Library& row);

}  // namespace maru::books::library

#endif  // MARU_SERVICES_BOOKS_LIBRARY_DOMAIN_H_
