// How the row of a book follows its events (domain.md, section 3). Pure: no I/O, no clock.
#ifndef MARU_SERVICES_BOOKS_ADMIN_DOMAIN_H_
#define MARU_SERVICES_BOOKS_ADMIN_DOMAIN_H_

#include <optional>

#include "maru/books/admin/store/v1/admin.pb.h"
#include "maru/books/admin/v1/admin.pb.h"
#include "maru/books/book/v1/events.pb.h"

namespace maru::books::admin {

namespace disk = store::v1;

// The row after `event`, which tells all of a book: the higher revision wins. nullopt: nothing
// changes.
std::optional<disk::Row> Apply(const book::v1::BookUpdated& event,
                               const std::optional<disk::Row>& row);

// The row as anybody sees it.
v1::BookView ToApi(const disk::Row& row);

}  // namespace maru::books::admin

#endif  // MARU_SERVICES_BOOKS_ADMIN_DOMAIN_H_
