// Goal: the order of encoded keys is the order of the tuples, and keys decode to what they were
// made of. Method: many random tuples over an alphabet that provokes the escapes, compared pair by
// pair with std::tuple.
#include "common/store/key.h"

#include <vector>

#include "common/store/store_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::store {
namespace {

using Tuple = std::tuple<std::string, int64_t, bool, std::string, uint64_t, uint32_t>;

std::string RandomString(Random& random) {
  constexpr char kAlphabet[] = {'\x00', '\x01', '\x02', 'a', '\x7f', '\x80', '\xfe', '\xff'};
  std::string text(random.Next() % 4, ' ');
  for (char& byte : text) byte = kAlphabet[random.Next() % std::size(kAlphabet)];
  return text;
}

// Small and large numbers of both signs.
uint64_t RandomNumber(Random& random) { return random.Next() >> (8 * (random.Next() % 8)); }

Tuple RandomTuple(Random& random) {
  return {RandomString(random),
          static_cast<int64_t>(RandomNumber(random)) * (random.Next() % 2 == 0 ? 1 : -1),
          random.Next() % 2 == 0,
          RandomString(random),
          RandomNumber(random),
          static_cast<uint32_t>(RandomNumber(random))};
}

std::string Encode(const Tuple& tuple) {
  return std::apply(
      [](const auto&... part) {
        return EncodeKey<std::string, int64_t, bool, std::string, uint64_t, uint32_t>(7, part...);
      },
      tuple);
}

std::strong_ordering OrderOf(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }
std::strong_ordering OrderOf(const Tuple& a, const Tuple& b) {
  // char is signed here; keys are in the order of unsigned bytes, as std::string compares.
  if (a == b) return std::strong_ordering::equal;
  return a < b ? std::strong_ordering::less : std::strong_ordering::greater;
}

TEST(KeyTest, OrderOfBytesIsOrderOfTuples) {
  SeededRandom random(20'260'101);
  std::vector<Tuple> tuples;
  for (int i = 0; i < 400; ++i) tuples.push_back(RandomTuple(random));
  for (const Tuple& a : tuples) {
    for (const Tuple& b : tuples) {
      ASSERT_EQ(OrderOf(Encode(a), Encode(b)), OrderOf(a, b))
          << DescribeKey(Encode(a)) << " " << DescribeKey(Encode(b));
    }
  }
}

TEST(KeyTest, KeysDecodeToTheirTuple) {
  SeededRandom random(7);
  for (int i = 0; i < 1000; ++i) {
    const Tuple tuple = RandomTuple(random);
    const std::string key = Encode(tuple);
    Tuple decoded;
    ASSERT_TRUE(DecodeKey(key, 7, decoded));
    EXPECT_EQ(decoded, tuple);
    EXPECT_FALSE(DecodeKey(key, 8, decoded));
    // Cut anywhere, or with something behind, it is no key of this table.
    for (size_t size = 0; size < key.size(); ++size)
      EXPECT_FALSE(DecodeKey(key.substr(0, size), 7, decoded));
    EXPECT_FALSE(DecodeKey(key + "x", 7, decoded));
  }
}

TEST(KeyTest, BytesOnDiskAreAsDocumented) {
  EXPECT_EQ(DescribeKey(EncodeKey<std::string, uint32_t>(33, "서울", 7)),
            "00000021ec849cec9ab8000100000007");
  EXPECT_EQ((EncodeKey<std::string, bool, int64_t>(1, std::string_view("a\0b", 3), true, -1)),
            std::string("\0\0\0\1a\0\xff"
                        "b\0\1\1\x7f\xff\xff\xff\xff\xff\xff\xff",
                        19));
}

TEST(KeyTest, APrefixRangeHoldsItsKeysAlone) {
  const KeyRange range = PrefixRange("a\xff");
  EXPECT_EQ(range.begin, "a\xff");
  EXPECT_EQ(range.end, "b");
  EXPECT_EQ(PrefixRange("\xff\xff").end, "");
  EXPECT_EQ(PrefixRange("").end, "");
}

TEST(KeyTest, InvalidPartsAreRefused) {
  std::string text;
  std::string_view unterminated("abc");
  EXPECT_FALSE(KeyPart<std::string>::Read(unterminated, text));
  std::string_view bad_escape("a\0\2", 3);
  EXPECT_FALSE(KeyPart<std::string>::Read(bad_escape, text));
  bool flag = false;
  std::string_view two("\2");
  EXPECT_FALSE(KeyPart<bool>::Read(two, flag));
}

}  // namespace
}  // namespace maru::store
