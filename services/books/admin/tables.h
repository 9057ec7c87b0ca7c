// What books-admin keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_BOOKS_ADMIN_TABLES_H_
#define MARU_SERVICES_BOOKS_ADMIN_TABLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/store/table.h"
#include "maru/books/admin/store/v1/admin.pb.h"

namespace maru::books::admin {

// By book_id.
inline constexpr maru::store::ViewTable<store::v1::Row, std::string> kBooks(32, "books");
// create_time (microseconds since 1970), book_id
inline constexpr maru::store::ViewIndex<int64_t, std::string> kBooksByAge(33, "books by age");

// All of the above.
inline std::vector<uint32_t> TableNumbers() { return {kBooks.number(), kBooksByAge.number()}; }

}  // namespace maru::books::admin

#endif  // MARU_SERVICES_BOOKS_ADMIN_TABLES_H_
