// Goal: what a view hears of a thing before its creating event is kept and not shown, and nothing
// of it is lost or kept twice. Method: rows that append what they hear, over a store in memory.
#include "common/events/view_rows.h"

#include "absl/strings/match.h"
#include "common/events/events_testing.h"
#include "gtest/gtest.h"

namespace maru::events {
namespace {

using Row = StringValue;

constexpr maru::store::ViewTable<Row, std::string> kShown(32, "shown");
constexpr maru::store::ViewTable<Row, std::string> kWaiting(33, "waiting");
bool IsShown(const Row& row) { return absl::StrContains(row.value(), "주문"); }
constexpr ViewRows kRows(kShown, kWaiting, IsShown);

class ViewRowsTest : public testing::Test {
 protected:
  ViewRows<Row>::Kept Hear(const std::string& what, Generation generation = 1) {
    ViewRows<Row>::Kept kept;
    const absl::Status heard = RunJust(executor_, store_->Apply([&](maru::store::Txn& txn) {
      auto updated = kRows.Update({txn, generation}, "o1", [&what](Row& row) {
        row.set_value(absl::StrCat(row.value(), what, " "));
      });
      if (!updated.ok()) return updated.status();
      kept = *std::move(updated);
      return absl::OkStatus();
    }));
    EXPECT_TRUE(heard.ok()) << heard;
    return kept;
  }
  std::string In(const maru::store::ViewTable<Row, std::string>& table, Generation generation = 1) {
    const auto read = [&](maru::store::Reader& reader) {
      return table.At(generation).Get(reader, "o1");
    };
    const absl::StatusOr<std::optional<Row>> row = RunJust(executor_, store_->Read(read));
    EXPECT_TRUE(row.ok()) << row.status();
    return row.ok() && row->has_value() ? (*row)->value() : "";
  }

  async::ManualExecutor executor_;
  maru::store::TestStore store_{executor_, "food-dashboard", "food.dashboard"};
};

TEST_F(ViewRowsTest, WhatIsHeardBeforeTheCreatingEventWaitsUnseen) {
  for (const char* early : {"수락", "조리"}) {
    const auto kept = Hear(early);
    EXPECT_FALSE(kept.is_shown);
    EXPECT_FALSE(kept.is_new);
  }
  EXPECT_EQ(In(kShown), "");
  EXPECT_EQ(In(kWaiting), "수락 조리 ");
  const auto created = Hear("주문");
  EXPECT_TRUE(created.is_shown);
  EXPECT_TRUE(created.is_new);
  EXPECT_EQ(created.row.value(), "수락 조리 주문 ");
  EXPECT_EQ(In(kShown), "수락 조리 주문 ");
  EXPECT_EQ(In(kWaiting), "");
}

TEST_F(ViewRowsTest, ARowIsNewOnce) {
  EXPECT_TRUE(Hear("주문").is_new);
  for (const char* late : {"수락", "주문"}) {
    const auto kept = Hear(late);
    EXPECT_TRUE(kept.is_shown);
    EXPECT_FALSE(kept.is_new);
  }
  EXPECT_EQ(In(kShown), "주문 수락 주문 ");
}

TEST_F(ViewRowsTest, TheCopiesOfAViewAreApart) {
  Hear("수락", 1);
  EXPECT_TRUE(Hear("주문", 2).is_new);
  EXPECT_EQ(In(kWaiting, 1), "수락 ");
  EXPECT_EQ(In(kShown, 1), "");
  EXPECT_EQ(In(kShown, 2), "주문 ");
}

}  // namespace
}  // namespace maru::events
