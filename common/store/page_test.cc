// Pages of a list: right whatever happens between them; tokens that are damaged or foreign are
// refused.
#include "common/store/page.h"

#include "common/rpc/error.h"
#include "common/store/merged_page.h"
#include "common/store/store_testing.h"
#include "common/store/tables.h"
#include "gmock/gmock.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace maru::store {
namespace {

using google::protobuf::StringValue;
using testing::ElementsAre;

constexpr Table<StringValue, std::string, uint64_t> kReviews(kFirstContextTable, "reviews");
constexpr ViewTable<StringValue, std::string> kSeen(kFirstContextTable + 1, "seen");
constexpr Index<std::string, uint64_t> kByKind(kFirstContextTable + 2, "by kind");

class PageTest : public testing::Test {
 protected:
  template <class Fn>
  void Change(Fn fn) {
    MARU_CHECK(RunOn(executor_, store_->Apply([&fn](Txn& txn) {
                 fn(txn);
                 return absl::OkStatus();
               })).ok());
  }
  void Put(const std::string& schedule, uint64_t from, uint64_t to) {
    Change([&](Txn& txn) {
      for (uint64_t i = from; i <= to; ++i) {
        StringValue row;
        row.set_value(i % 2 == 0 ? "even" : "odd");
        kReviews.Put(txn, schedule, i, row);
      }
    });
  }
  // The numbers on the page; the next token goes to token_.
  std::vector<uint64_t> List(int32_t size, const std::string& only = "") {
    const auto page = RunOn(executor_, store_->Read([&](Reader& reader) {
      return ListPage(
          reader, kReviews, {.size = size, .token = token_, .fingerprint = 42},
          [&only](const StringValue& row) { return only.empty() || row.value() == only; },
          std::string("한강"));
    }));
    status_ = page.status();
    std::vector<uint64_t> numbers;
    if (!page.ok()) return numbers;
    for (const auto& row : page->rows) numbers.push_back(std::get<1>(row.key));
    token_ = page->next_page_token;
    return numbers;
  }

  async::ManualExecutor executor_;
  TestStore store_{executor_};
  std::string token_;
  absl::Status status_;
};

TEST_F(PageTest, PagesAreNewestFirstAndCompleteWhateverIsAddedOrDeletedBetweenThem) {
  Put("한강", 1, 7);
  Put("남산", 1, 3);
  EXPECT_THAT(List(3), ElementsAre(7, 6, 5));
  Change([](Txn& txn) { kReviews.Delete(txn, "한강", 5); });
  Put("한강", 8, 9);
  EXPECT_THAT(List(3), ElementsAre(4, 3, 2));
  EXPECT_THAT(List(3), ElementsAre(1));
  EXPECT_EQ(token_, "");
}

TEST_F(PageTest, AFullLastPageHasNoToken) {
  Put("한강", 1, 3);
  EXPECT_THAT(List(3), ElementsAre(3, 2, 1));
  EXPECT_EQ(token_, "");
}

TEST_F(PageTest, TheFilterLeavesOutAndTheSizeCountsWhatIsShown) {
  Put("한강", 1, 10);
  EXPECT_THAT(List(3, "even"), ElementsAre(10, 8, 6));
  EXPECT_THAT(List(3, "even"), ElementsAre(4, 2));
  EXPECT_EQ(token_, "");
}

TEST_F(PageTest, SizeZeroIsTheDefault) {
  Put("한강", 1, 60);
  EXPECT_EQ(List(0).size(), static_cast<size_t>(kDefaultPageSize));
  EXPECT_EQ(List(0).size(), 10u);
}

TEST_F(PageTest, AFilterThatLetsNothingThroughStillMovesOn) {
  Put("한강", 1, kMaxRowsPerPage + 5);
  EXPECT_TRUE(List(3, "none").empty());
  EXPECT_NE(token_, "");
  EXPECT_TRUE(List(3, "none").empty());
  EXPECT_EQ(token_, "");
}

TEST_F(PageTest, DamagedAndForeignTokensAreRefused) {
  Put("한강", 1, 7);
  List(3);
  const std::string good = token_;
  const auto refused = [&](std::string token) {
    token_ = std::move(token);
    List(3);
    return rpc::ReasonOf(status_) == "INVALID_PAGE_TOKEN";
  };
  for (size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(refused(damaged)) << i;
    EXPECT_TRUE(refused(good.substr(0, i)) || i == 0) << i;
  }
  EXPECT_TRUE(refused("%%%"));
  EXPECT_TRUE(refused("페이지"));
  // Of another list; of this list's method and filters, but naming a row that it does not have.
  EXPECT_TRUE(refused(MakePageToken(kReviews.KeyOf("한강", 3), 41)));
  EXPECT_TRUE(refused(MakePageToken(kReviews.KeyOf("남산", 3), 42)));
  EXPECT_FALSE(refused(MakePageToken(kReviews.KeyOf("한강", 3), 42)));
}

TEST_F(PageTest, AListGoesOnInTheRebuiltCopyOfAView) {
  Change([](Txn& txn) {
    for (const uint32_t generation : {1u, 2u}) {
      for (const char* id : {"가", "나", "다"}) kSeen.At(generation).Put(txn, id, StringValue());
    }
  });
  const auto list = [&](uint32_t generation) {
    const auto page = RunOn(executor_, store_->Read([&](Reader& reader) {
      return ListPage(reader, kSeen.At(generation), {.size = 2, .token = token_, .fingerprint = 42},
                      [](const StringValue&) { return true; });
    }));
    std::vector<std::string> ids;
    if (!page.ok()) return std::vector<std::string>{page.status().ToString()};
    for (const auto& row : page->rows) ids.push_back(std::get<0>(row.key));
    token_ = page->next_page_token;
    return ids;
  };
  EXPECT_THAT(list(1), ElementsAre("다", "나"));
  EXPECT_THAT(list(2), ElementsAre("가"));
}

TEST_F(PageTest, FingerprintsTellListsApart) {
  const uint64_t list = ListFingerprint("Reviews/List", {"ab", "c"});
  EXPECT_EQ(list, ListFingerprint("Reviews/List", {"ab", "c"}));
  EXPECT_NE(list, ListFingerprint("Reviews/List", {"a", "bc"}));
  EXPECT_NE(list, ListFingerprint("Reviews/Other", {"ab", "c"}));
}

TEST_F(PageTest, GenerationsOfAViewAreApartAndCanBeDropped) {
  Change([](Txn& txn) {
    for (const uint32_t generation : {1u, 2u}) {
      for (int i = 0; i < 10; ++i) kSeen.At(generation).Put(txn, std::to_string(i), StringValue());
    }
  });
  size_t deleted = 0;
  Change([&](Txn& txn) { deleted = *DeleteRows(txn, GenerationRange(kSeen.number(), 1), 7); });
  EXPECT_EQ(deleted, 7u);
  Change([&](Txn& txn) { deleted = *DeleteRows(txn, GenerationRange(kSeen.number(), 1), 7); });
  EXPECT_EQ(deleted, 3u);
  const auto left =
      RunOn(executor_, store_->Read([](Reader& reader) { return kSeen.At(2).Scan(reader, {}); }));
  EXPECT_EQ(left->size(), 10u);
  EXPECT_FALSE(RunOn(executor_, store_->Read([](Reader& reader) {
                 return kSeen.At(1).Get(reader, "1");
               }))->has_value());
}

TEST_F(PageTest, AnIndexFindsItsTuplesByPrefix) {
  Change([](Txn& txn) {
    for (uint64_t i = 1; i <= 5; ++i) kByKind.Put(txn, i % 2 == 0 ? "even" : "odd", i);
    kByKind.Delete(txn, "odd", 3);
  });
  const auto odd = RunOn(executor_, store_->Read([](Reader& reader) {
    return kByKind.Scan(reader, {.direction = Direction::kReverse}, std::string("odd"));
  }));
  ASSERT_TRUE(odd.ok());
  EXPECT_THAT(*odd, ElementsAre(std::tuple("odd", 5), std::tuple("odd", 1)));
  EXPECT_TRUE(*RunOn(executor_,
                     store_->Read([](Reader& reader) { return kByKind.Has(reader, "even", 4); })));
  EXPECT_FALSE(*RunOn(executor_,
                      store_->Read([](Reader& reader) { return kByKind.Has(reader, "even", 3); })));
}

constexpr Table<StringValue, uint64_t> kOrders(kFirstContextTable + 3, "orders");

TEST_F(PageTest, AMergedListHasWhatStandsUnderAnyNameOnceAndNewestFirst) {
  Change([](Txn& txn) {
    StringValue row;
    for (uint64_t i = 1; i <= 7; ++i) {
      row.set_value(i == 4 ? "hidden" : "shown");
      kOrders.Put(txn, i, row);
      // 1, 3, 5, 7; 2, 4, 6, 7; 5 is nobody's here.
      kByKind.Put(txn, i == 5 ? "남" : i % 2 == 1 ? "홀수" : "짝수", i);
    }
    kByKind.Put(txn, "짝수", 7);
  });
  const auto list = [&](int32_t size, const std::string& token) {
    return RunOn(executor_, store_->Read([&](Reader& reader) {
      return ListMergedPage(reader, kByKind, kOrders,
                            {.size = size, .token = token, .fingerprint = 42}, {"홀수", "짝수"},
                            [](const StringValue& row) { return row.value() == "shown"; });
    }));
  };
  const auto all = list(0, "");
  std::vector<uint64_t> numbers;
  for (const auto& row : all->rows) numbers.push_back(std::get<0>(row.key));
  EXPECT_THAT(numbers, ElementsAre(7, 6, 3, 2, 1));
  EXPECT_EQ(all->next_page_token, "");

  // Pages may be short; together they are the whole.
  for (const int32_t size : {1, 2, 3, 6}) {
    std::vector<uint64_t> paged;
    std::string token;
    do {
      const auto page = list(size, token);
      ASSERT_TRUE(page.ok()) << page.status();
      EXPECT_LE(page->rows.size(), static_cast<size_t>(size));
      ASSERT_LT(paged.size(), 100u) << "the list never ends";
      for (const auto& row : page->rows) paged.push_back(std::get<0>(row.key));
      token = page->next_page_token;
    } while (!token.empty());
    EXPECT_EQ(paged, numbers) << size;
  }
  EXPECT_EQ(rpc::ReasonOf(list(1, MakePageToken(kOrders.KeyOf(3), 41)).status()),
            "INVALID_PAGE_TOKEN");
  EXPECT_EQ(rpc::ReasonOf(list(1, MakePageToken(kByKind.KeyOf("홀수", 3), 42)).status()),
            "INVALID_PAGE_TOKEN");
}

}  // namespace
}  // namespace maru::store
