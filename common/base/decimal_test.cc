// Goal: versions of books order as numbers. Method: a table of pairs, both ways round.
#include "common/base/decimal.h"

#include <string>

#include "gtest/gtest.h"

namespace maru {
namespace {

TEST(DecimalTest, OrdersByValue) {
  struct Case {
    std::string less;
    std::string more;
  };
  for (const Case& c : {Case{"", "0"},
                        {"0", "1"},
                        {"2.0", "2.1"},
                        {"1.10", "1.9"},
                        {"9", "10"},
                        {"09.5", "10"},
                        {"0.05", "0.5"},
                        {"1", "1.0000000000000000000000000000001"},
                        {"99999999999999999999999", "100000000000000000000000"}}) {
    EXPECT_TRUE(CompareDecimals(c.less, c.more) < 0) << c.less << " " << c.more;
    EXPECT_TRUE(CompareDecimals(c.more, c.less) > 0) << c.less << " " << c.more;
  }
}

TEST(DecimalTest, TheSameNumberInOtherDigitsIsEqual) {
  EXPECT_TRUE(CompareDecimals("2.0", "2") == 0);
  EXPECT_TRUE(CompareDecimals("02.50", "2.5") == 0);
  EXPECT_TRUE(CompareDecimals("0.0", "00") == 0);
  EXPECT_TRUE(CompareDecimals("", "") == 0);
}

}  // namespace
}  // namespace maru
