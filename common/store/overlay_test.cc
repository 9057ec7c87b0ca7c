// Goal: overlay + snapshot read like one map that has all changes, whatever was changed, taken back
// or is changed under way. Method: random steps against std::map; the persistent map below is
// checked in the same way.
#include "common/store/overlay.h"

#include <map>

#include "common/store/memory_backend.h"
#include "common/store/store_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::store {
namespace {

using Model = std::map<std::string, std::string>;

std::string RandomKey(Random& random) {
  std::string key(1 + random.Next() % 2, ' ');
  for (char& byte : key) byte = static_cast<char>('a' + random.Next() % 5);
  return key;
}

Model Walk(Cursor& cursor) {
  Model rows;
  std::string last;
  for (; cursor.Valid(); cursor.Next()) rows.emplace(cursor.key(), cursor.value());
  EXPECT_TRUE(cursor.status().ok());
  return rows;
}

Model Within(const Model& model, const KeyRange& range) {
  Model rows;
  for (const auto& [key, value] : model) {
    if (key >= range.begin && (range.end.empty() || key < range.end)) rows.emplace(key, value);
  }
  return rows;
}

TEST(PersistentMapTest, IsAMapWhoseCopiesStayAsTheyWere) {
  SeededRandom random(3);
  PersistentMap map;
  Model model;
  std::vector<std::pair<PersistentMap, Model>> copies;
  for (int step = 0; step < 2000; ++step) {
    const std::string key = RandomKey(random);
    if (random.Next() % 3 == 0) {
      map = map.Erase(key);
      model.erase(key);
    } else {
      map = map.Set(key, std::to_string(step));
      model[key] = std::to_string(step);
    }
    if (step % 100 == 0) copies.emplace_back(map, model);
  }
  copies.emplace_back(map, model);
  for (const auto& [copy, want] : copies) {
    Model got;
    for (const auto* row = copy.AtOrAfter(""); row != nullptr;
         row = copy.AtOrAfter(row->key + '\0')) {
      got.emplace(row->key, row->value);
    }
    EXPECT_EQ(got, want);
    Model reverse;
    for (const auto* row = copy.Last(); row != nullptr; row = copy.Before(row->key))
      reverse.emplace(row->key, row->value);
    EXPECT_EQ(reverse, want);
  }
}

class OverlayTest : public testing::Test {
 protected:
  OverlayTest() {
    std::vector<Change> changes;
    for (int i = 0; i < 15; ++i) changes.push_back({RandomKey(random_), "base"});
    for (const Change& change : changes) model_[change.key] = *change.value;
    MARU_CHECK((*backend_)->Write(changes).ok());
    base_ = (*backend_)->Snap();
  }

  void Change1() {
    const std::string key = RandomKey(random_);
    if (random_.Next() % 3 == 0) {
      overlay_.Set(key, std::nullopt);
      model_.erase(key);
    } else {
      const std::string value = std::to_string(++changes_);
      overlay_.Set(key, value);
      model_[key] = value;
    }
  }
  std::unique_ptr<Cursor> Scan(const KeyRange& range, Direction direction) {
    return MergeCursors(overlay_, base_->Scan(range, direction, ReadTier::kAll), range, direction);
  }

  SeededRandom random_{11};
  MemoryDisk disk_;
  absl::StatusOr<std::unique_ptr<Backend>> backend_ = MemoryBackend::Open(disk_);
  std::unique_ptr<Snapshot> base_;
  Overlay overlay_;
  Model model_;
  int changes_ = 0;
};

TEST_F(OverlayTest, ReadsLikeOneMapInBothDirections) {
  for (int step = 0; step < 500; ++step) {
    Change1();
    std::string begin = RandomKey(random_);
    std::string end = random_.Next() % 4 == 0 ? "" : RandomKey(random_);
    if (!end.empty() && end < begin) std::swap(begin, end);
    const KeyRange range{begin, end};
    EXPECT_EQ(Walk(*Scan(range, Direction::kForward)), Within(model_, range));
    EXPECT_EQ(Walk(*Scan(range, Direction::kReverse)), Within(model_, range));
  }
}

TEST_F(OverlayTest, RollBackReturnsToTheMark) {
  for (int round = 0; round < 200; ++round) {
    overlay_.Keep();
    const Model before = model_;
    for (uint64_t i = random_.Next() % 4; i > 0; --i) Change1();
    const size_t mark = overlay_.Mark();
    const Model at_mark = model_;
    for (uint64_t i = random_.Next() % 8; i > 0; --i) Change1();
    overlay_.RollBack(mark);
    model_ = at_mark;
    EXPECT_EQ(Walk(*Scan({}, Direction::kForward)), at_mark);
    if (random_.Next() % 2 == 0) {
      overlay_.RollBack(0);
      model_ = before;
      EXPECT_EQ(Walk(*Scan({}, Direction::kReverse)), before);
    }
  }
}

TEST_F(OverlayTest, AWalkSeesWhatIsChangedAheadOfItAndNothingTwice) {
  for (int round = 0; round < 300; ++round) {
    const bool forward = round % 2 == 0;
    const auto cursor = Scan({}, forward ? Direction::kForward : Direction::kReverse);
    std::string last;
    bool first = true;
    while (cursor->Valid()) {
      const std::string at(cursor->key());
      if (!first) {
        ASSERT_TRUE(forward ? at > last : at < last) << last << " then " << at;
      }
      // Whatever lies between has been deleted: the model has no row there.
      const auto between =
          forward ? (first ? model_.begin() : model_.upper_bound(last)) : model_.upper_bound(at);
      if (forward) {
        ASSERT_TRUE(between != model_.end() && between->first == at);
      } else {
        ASSERT_TRUE(between == model_.end() || (!first && between->first >= last));
      }
      EXPECT_EQ(cursor->value(), model_.at(at));
      last = at;
      first = false;
      Change1();
      Change1();
      if (!model_.contains(last)) {
        // Deleted where the walk stands: it goes on from there all the same.
        EXPECT_EQ(cursor->key(), last);
      }
      cursor->Next();
    }
    const auto rest = forward ? model_.upper_bound(last) : model_.begin();
    EXPECT_TRUE(forward ? rest == model_.end() : (rest == model_.end() || rest->first >= last));
  }
}

TEST_F(OverlayTest, ChangesComeOutInOrderAndOnce) {
  for (int i = 0; i < 40; ++i) Change1();
  const std::vector<Change> changes = overlay_.TakeChanges();
  EXPECT_TRUE(std::is_sorted(changes.begin(), changes.end(),
                             [](const Change& a, const Change& b) { return a.key < b.key; }));
  EXPECT_TRUE(overlay_.empty());
  EXPECT_EQ(overlay_.bytes(), 0u);
  ASSERT_TRUE((*backend_)->Write(changes).ok());
  base_ = (*backend_)->Snap();
  EXPECT_EQ(Walk(*Scan({}, Direction::kForward)), model_);
}

}  // namespace
}  // namespace maru::store
