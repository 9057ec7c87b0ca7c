// Writing a book that changed.
#ifndef MARU_SERVICES_BOOKS_BOOK_SAVE_H_
#define MARU_SERVICES_BOOKS_BOOK_SAVE_H_

#include "common/store/txn.h"
#include "maru/books/book/store/v1/book.pb.h"

namespace maru::books::book {

// Puts the book and tells it: BookUpdated.
void Save(maru::store::Txn& txn, const store::v1::Book& book);

}  // namespace maru::books::book

#endif  // MARU_SERVICES_BOOKS_BOOK_SAVE_H_
