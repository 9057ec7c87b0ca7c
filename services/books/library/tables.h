// What books-library keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_BOOKS_LIBRARY_TABLES_H_
#define MARU_SERVICES_BOOKS_LIBRARY_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/books/library/store/v1/library.pb.h"

namespace maru::books::library {

// By id.
inline constexpr maru::store::Table<store::v1::Library, std::string> kLibraries(32, "libraries");
// By book_id.
inline constexpr maru::store::Table<store::v1::Known, std::string> kKnown(33, "known");
// book_id, id
inline constexpr maru::store::Index<std::string, std::string> kLibrariesByBook(34,
                                                                               "libraries by book");

}  // namespace maru::books::library

#endif  // MARU_SERVICES_BOOKS_LIBRARY_TABLES_H_
