// What books-book keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_BOOKS_BOOK_TABLES_H_
#define MARU_SERVICES_BOOKS_BOOK_TABLES_H_

#include <cstdint>
#include <string>

#include "common/store/table.h"
#include "maru/books/book/store/v1/book.pb.h"

namespace maru::books::book {

// By id.
inline constexpr maru::store::Table<store::v1::Book, std::string> kBooks(32, "books");
// By library_id.
inline constexpr maru::store::Table<store::v1::Receipt, std::string> kReceipts(33, "receipts");
// By reservation_id.
inline constexpr maru::store::Table<store::v1::Issue, std::string> kIssues(34, "issues");
// create_time (microseconds since 1970), id
inline constexpr maru::store::Index<int64_t, std::string> kBooksByAge(35, "books by age");

}  // namespace maru::books::book

#endif  // MARU_SERVICES_BOOKS_BOOK_TABLES_H_
