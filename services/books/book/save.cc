#include "services/books/book/save.h"

#include "absl/time/time.h"
#include "common/base/timestamp.h"
#include "maru/books/book/v1/events.maru.h"
#include "services/books/book/domain.h"
#include "services/books/book/tables.h"

namespace maru::books::book {

void Save(maru::store::Txn& txn, const disk::Book& book) {
  kBooks.Put(txn, book.id(), book);
  const bool is_new = book.revision() == 1;
  if (is_new) {
    kBooksByAge.Put(txn, absl::ToUnixMicros(FromTimestamp(book.create_time())), book.id());
  }
  txn.Emit(UpdatedOf(book));
}

}  // namespace maru::books::book
