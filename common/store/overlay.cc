#include "common/store/overlay.h"

#include <utility>

namespace maru::store {

const Overlay::Value* Overlay::Find(std::string_view key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : &found->second;
}

void Overlay::Set(std::string_view key, Value value) {
  ++version_;
  bytes_ += key.size() + (value.has_value() ? value->size() : 0);
  const auto at = rows_.lower_bound(key);
  if (at != rows_.end() && at->first == key) {
    undo_.push_back({at, false, std::exchange(at->second, std::move(value))});
  } else {
    undo_.push_back(
        {rows_.emplace_hint(at, std::string(key), std::move(value)), true, std::nullopt});
  }
}

void Overlay::RollBack(size_t mark) {
  if (undo_.size() == mark) return;
  ++version_;
  for (; undo_.size() > mark; undo_.pop_back()) {
    Undo& last = undo_.back();
    if (last.fresh) {
      rows_.erase(last.row);
    } else {
      last.row->second = std::move(last.before);
    }
  }
}

std::vector<Change> Overlay::TakeChanges() {
  std::vector<Change> changes;
  changes.reserve(rows_.size());
  while (!rows_.empty()) {
    auto row = rows_.extract(rows_.begin());
    changes.push_back({std::move(row.key()), std::move(row.mapped())});
  }
  undo_.clear();
  bytes_ = 0;
  ++version_;
  return changes;
}

namespace {

class MergedCursor final : public Cursor {
 public:
  MergedCursor(const Overlay& overlay, std::unique_ptr<Cursor> base, KeyRange range,
               Direction direction)
      : overlay_(overlay), base_(std::move(base)), range_(std::move(range)), direction_(direction) {
    SeekOverlay();
    Settle();
  }

  bool Valid() const override { return source_ != Source::kEnd; }
  std::string_view key() const override { return source_ == Source::kBase ? base_->key() : key_; }
  std::string_view value() const override {
    return source_ == Source::kBase ? base_->value() : value_;
  }
  absl::Status status() const override { return base_->status(); }

  void Next() override {
    // The place is remembered by key: the overlay may have changed since.
    key_.assign(key());
    started_ = true;
    if (source_ == Source::kBase) base_->Next();
    if (version_ != overlay_.version()) {
      SeekOverlay();
    } else if (source_ == Source::kOverlay) {
      StepOverlay();
    }
    Settle();
  }

 private:
  enum class Source { kEnd, kBase, kOverlay };

  // To the first row of the overlay that lies behind key_ (or in the range, at the start).
  void SeekOverlay() {
    const Overlay::Rows& rows = overlay_.rows();
    version_ = overlay_.version();
    if (direction_ == Direction::kForward) {
      at_ = started_ ? rows.upper_bound(key_) : rows.lower_bound(range_.begin);
    } else if (started_) {
      at_ = Before(rows.lower_bound(key_));
    } else {
      at_ = Before(range_.end.empty() ? rows.end() : rows.lower_bound(range_.end));
    }
  }

  void StepOverlay() { at_ = direction_ == Direction::kForward ? std::next(at_) : Before(at_); }

  // The row before `at`; end() stands for "none" in both directions.
  Overlay::Rows::const_iterator Before(Overlay::Rows::const_iterator at) const {
    return at == overlay_.rows().begin() ? overlay_.rows().end() : std::prev(at);
  }

  bool OverlayValid() const {
    if (at_ == overlay_.rows().end()) return false;
    if (direction_ == Direction::kForward) return range_.end.empty() || at_->first < range_.end;
    return at_->first >= range_.begin;
  }

  // Chooses the nearer of both; the overlay's row hides the base's of the same key.
  void Settle() {
    while (true) {
      // An unreadable base ends the walk: what follows in the overlay alone would look like the
      // whole.
      if (!base_->Valid() && !base_->status().ok()) return End();
      if (!OverlayValid()) {
        source_ = base_->Valid() ? Source::kBase : Source::kEnd;
        return;
      }
      int order = -1;
      if (base_->Valid()) {
        order = at_->first.compare(base_->key());
        if (direction_ == Direction::kReverse) order = -order;
      }
      if (order > 0) {
        source_ = Source::kBase;
        return;
      }
      if (order == 0) base_->Next();
      if (at_->second.has_value()) {
        // Copied: the caller may overwrite the row before it asks for the next one.
        source_ = Source::kOverlay;
        key_ = at_->first;
        value_ = *at_->second;
        return;
      }
      StepOverlay();
    }
  }

  void End() { source_ = Source::kEnd; }

  const Overlay& overlay_;
  const std::unique_ptr<Cursor> base_;
  const KeyRange range_;
  const Direction direction_;
  Overlay::Rows::const_iterator at_;
  uint64_t version_ = 0;
  bool started_ = false;
  Source source_ = Source::kEnd;
  std::string key_;
  std::string value_;
};

}  // namespace

std::unique_ptr<Cursor> MergeCursors(const Overlay& overlay, std::unique_ptr<Cursor> base,
                                     KeyRange range, Direction direction) {
  return std::make_unique<MergedCursor>(overlay, std::move(base), std::move(range), direction);
}

}  // namespace maru::store
