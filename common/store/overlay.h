// Overlay: what a group of transactions has changed and not yet committed, on top of a snapshot.
//
// Every change goes straight into the overlay and leaves an undo entry, so that a refused
// transaction (or a failed Txn::Attempt) is taken back by replaying undo entries from the end: the
// transactions of a group see each other's effects without merging, and a refused one leaves no
// trace.
//
// Not thread-safe: the writer's own.
#ifndef MARU_COMMON_STORE_OVERLAY_H_
#define MARU_COMMON_STORE_OVERLAY_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/store/backend.h"

namespace maru::store {

class Overlay {
 public:
  // nullopt: deleted.
  using Value = std::optional<std::string>;
  using Rows = std::map<std::string, Value, std::less<>>;

  // The value here; nullptr when the overlay does not know the key and the snapshot decides.
  const Value* Find(std::string_view key) const;
  void Set(std::string_view key, Value value);

  // A point to return to: RollBack(mark) takes back all that was set since.
  size_t Mark() const { return undo_.size(); }
  void RollBack(size_t mark);
  // What was set so far stays: no earlier mark is valid any more.
  void Keep() { undo_.clear(); }

  bool empty() const { return rows_.empty(); }
  // Keys and values, roughly; only grows until TakeChanges.
  size_t bytes() const { return bytes_; }
  // Changes whenever the set of rows or a value does.
  uint64_t version() const { return version_; }
  const Rows& rows() const { return rows_; }

  // Everything in key order; the overlay is empty afterwards.
  std::vector<Change> TakeChanges();

 private:
  struct Undo {
    Rows::iterator row;
    bool fresh;    // the key was not here before
    Value before;  // else: what it was
  };
  Rows rows_;
  std::vector<Undo> undo_;
  size_t bytes_ = 0;
  uint64_t version_ = 0;
};

// Rows of `base` (a cursor over `range` in `direction`) as changed by `overlay`. Changes made while
// it is open are seen where the cursor has not been yet. `overlay` outlives it.
std::unique_ptr<Cursor> MergeCursors(const Overlay& overlay, std::unique_ptr<Cursor> base,
                                     KeyRange range, Direction direction);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_OVERLAY_H_
