// CheckedCursor: remembers why a walk ended, for those who do not ask.
#ifndef MARU_COMMON_STORE_CHECKED_CURSOR_H_
#define MARU_COMMON_STORE_CHECKED_CURSOR_H_

#include <memory>
#include <utility>

#include "common/store/backend.h"

namespace maru::store {

// Puts an error that ends the walk into `error`, unless there is one already. `error` outlives the
// cursor.
class CheckedCursor final : public Cursor {
 public:
  CheckedCursor(std::unique_ptr<Cursor> cursor, absl::Status& error)
      : cursor_(std::move(cursor)), error_(error) {
    Check();
  }
  bool Valid() const override { return cursor_->Valid(); }
  void Next() override {
    cursor_->Next();
    Check();
  }
  std::string_view key() const override { return cursor_->key(); }
  std::string_view value() const override { return cursor_->value(); }
  absl::Status status() const override { return cursor_->status(); }

 private:
  void Check() {
    if (!cursor_->Valid()) error_.Update(cursor_->status());
  }

  const std::unique_ptr<Cursor> cursor_;
  absl::Status& error_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_CHECKED_CURSOR_H_
