// Goal: a row is the book of the highest revision. Method: every order of three revisions; no
// store.
#include "services/books/admin/domain.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "common/base/proto_testing.h"
#include "gtest/gtest.h"

namespace maru::books::admin {
namespace {

book::v1::BookUpdated Revision(int revision) {
  return Proto<book::v1::BookUpdated>(
      "book_id: '토지' name: '토지 1권' version: '1.0' stock: " + std::to_string(revision * 10) +
      " revision: " + std::to_string(revision));
}

TEST(BookViewTest, TheHigherRevisionWinsInAnyOrder) {
  std::array<int, 3> order{1, 2, 3};
  do {
    std::optional<disk::Row> row;
    for (const int revision : order) {
      // Doubled.
      for (int i = 0; i < 2; ++i) {
        const auto changed = Apply(Revision(revision), row);
        if (changed.has_value()) row = changed;
      }
    }
    EXPECT_THAT(ToApi(*row), IsProto(R"pb(
                  book_id: "토지" name: "토지 1권" stock: 30 version: "1.0"
                )pb"));
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace maru::books::admin
