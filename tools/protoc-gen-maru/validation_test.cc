// Goal: every rule refuses what breaks it, names the field, and lets everything else through.
// Method: one valid request; each case changes it and expects the violations whole.
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/protoc-gen-maru/testdata/contract.maru.h"

namespace maru::golden::v1 {
namespace {

constexpr char kUuid[] = "0192f3e4-1B2c-7000-8000-0123456789ab";

PlantTreeRequest Valid() {
  PlantTreeRequest request;
  request.set_name("사과나무");
  request.set_height_mm(10);
  request.set_age(1);
  request.set_alive(false);
  request.set_depth(0);
  request.set_fruit(FRUIT_APPLE);
  request.mutable_trunk();
  request.add_branches();
  request.mutable_planted();
  request.mutable_mask()->add_paths("name");
  request.add_sizes(5);
  return request;
}

std::string Repeat(const std::string& text, int count) {
  std::string repeated;
  for (int i = 0; i < count; ++i) repeated += text;
  return repeated;
}

std::vector<std::string> ViolationsOf(const PlantTreeRequest& request) {
  rpc::FieldViolations violations;
  MaruValidate(request, {}, violations);
  std::vector<std::string> texts;
  for (const rpc::FieldViolation& violation : violations)
    texts.push_back(violation.field + ": " + violation.description);
  return texts;
}

struct Case {
  std::string name;
  std::function<void(PlantTreeRequest&)> change;
  // Empty: nothing is wrong.
  std::vector<std::string> violations;
};

class ValidationTest : public testing::TestWithParam<Case> {};

TEST_P(ValidationTest, NamesWhatIsWrong) {
  PlantTreeRequest request = Valid();
  GetParam().change(request);
  EXPECT_THAT(ViolationsOf(request), testing::ElementsAreArray(GetParam().violations));
}

using Request = PlantTreeRequest;

std::string NameOf(const testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Text, ValidationTest,
    testing::Values(
        Case{"Valid", [](Request&) {}, {}},
        Case{"RequiredAbsent", [](Request& r) { r.clear_name(); }, {"name: required"}},
        Case{"FiveKoreanCharacters", [](Request& r) { r.set_name("가나다라마"); }, {}},
        Case{"SixKoreanCharacters",
             [](Request& r) { r.set_name("가나다라마바"); },
             {"name: must have at most 5 characters"}},
        Case{"OneKoreanCharacter",
             [](Request& r) { r.set_name("가"); },
             {"name: must have at least 2 characters"}},
        Case{"WithoutRule256", [](Request& r) { r.set_note(Repeat("한", 256)); }, {}},
        Case{"WithoutRule257",
             [](Request& r) { r.set_note(Repeat("한", 257)); },
             {"note: must have at most 256 characters"}},
        Case{"PatternMatches", [](Request& r) { r.set_code("AB1"); }, {}},
        Case{"PatternMustMatchWhole",
             [](Request& r) { r.set_code("xAB1"); },
             {"code: must match [A-Z]{2}\\d"}},
        Case{"PatternAndKorean",
             [](Request& r) { r.set_code("가1"); },
             {"code: must match [A-Z]{2}\\d"}},
        Case{"Uuid", [](Request& r) { r.set_request_id(kUuid); }, {}},
        Case{"UuidTooShort",
             [](Request& r) { r.set_request_id("0192f3e4"); },
             {"request_id: must be a UUID"}},
        Case{"UuidBadDigit",
             [](Request& r) { r.set_request_id("0192f3e4-1b2c-7000-8000-0123456789ag"); },
             {"request_id: must be a UUID"}},
        Case{"UuidMisplacedDash",
             [](Request& r) { r.set_request_id("0192f3e41-b2c-7000-8000-0123456789ab"); },
             {"request_id: must be a UUID"}},
        Case{"NameTakenByTheLanguage",
             [](Request& r) { r.set_class_("가나다라"); },
             {"class: must have at most 3 characters"}},
        Case{"OutputOnlyIsNotLookedAt",
             [](Request& r) { r.set_server_note(Repeat("x", 300)); },
             {}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Bytes, ValidationTest,
    testing::Values(
        Case{"InRange", [](Request& r) { r.set_photo("12345678"); }, {}},
        Case{"TooShort",
             [](Request& r) { r.set_photo("123"); },
             {"photo: must have at least 4 bytes"}},
        Case{"BytesNotCharacters",
             [](Request& r) { r.set_photo("가나다"); },
             {"photo: must have at most 8 bytes"}},
        Case{"WithoutRuleUnlimited", [](Request& r) { r.set_raw(std::string(5000, '\xff')); }, {}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Numbers, ValidationTest,
    testing::Values(
        Case{"AbsentIsNotChecked", [](Request& r) { r.clear_rating(); }, {}},
        Case{"Lowest", [](Request& r) { r.set_rating(1); }, {}},
        Case{"Highest", [](Request& r) { r.set_rating(5); }, {}},
        Case{"PresentZeroIsChecked",
             [](Request& r) { r.set_rating(0); },
             {"rating: must be from 1 to 5"}},
        Case{"AboveMax", [](Request& r) { r.set_rating(6); }, {"rating: must be from 1 to 5"}},
        Case{
            "BelowMin", [](Request& r) { r.set_height_mm(9); }, {"height_mm: must be at least 10"}},
        Case{"LargestUnsigned",
             [](Request& r) { r.set_height_mm(std::numeric_limits<uint64_t>::max()); },
             {}},
        Case{"DoubleInRange", [](Request& r) { r.set_weight(3.0); }, {}},
        Case{
            "DoubleAboveMax", [](Request& r) { r.set_weight(3.5); }, {"weight: must be at most 3"}},
        Case{"NotANumber",
             [](Request& r) { r.set_weight(std::nan("")); },
             {"weight: must be at most 3"}},
        Case{"RequiredZero", [](Request& r) { r.set_age(0); }, {"age: required"}},
        Case{"RequiredAbsentBool", [](Request& r) { r.clear_alive(); }, {"alive: required"}},
        Case{"RequiredAbsentNumber", [](Request& r) { r.clear_depth(); }, {"depth: required"}},
        Case{"RequiredNumberOutOfRange",
             [](Request& r) { r.set_depth(8); },
             {"depth: must be at most 7"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(Enums, ValidationTest,
                         testing::Values(Case{"RequiredUnspecified",
                                              [](Request& r) { r.set_fruit(FRUIT_UNSPECIFIED); },
                                              {"fruit: required"}},
                                         Case{"Unknown",
                                              [](Request& r) {
                                                r.set_fruit(static_cast<Fruit>(99));
                                              },
                                              {"fruit: must be a known value"}},
                                         Case{"UnknownElement",
                                              [](Request& r) {
                                                r.add_other_fruits(FRUIT_PEAR);
                                                r.add_other_fruits(static_cast<Fruit>(-1));
                                              },
                                              {"other_fruits[1]: must be a known value"}}),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(
    Lists, ValidationTest,
    testing::Values(Case{"RequiredEmpty", [](Request& r) { r.clear_sizes(); }, {"sizes: required"}},
                    Case{"ElementOutOfRange",
                         [](Request& r) { r.add_sizes(10); },
                         {"sizes[1]: must be from 1 to 9"}},
                    Case{"TooFew",
                         [](Request& r) { r.clear_branches(); },
                         {"branches: must have at least 1 elements"}},
                    Case{"TooMany",
                         [](Request& r) {
                           r.add_branches();
                           r.add_branches();
                         },
                         {"branches: must have at most 2 elements"}},
                    Case{"TooManyByDefault",
                         [](Request& r) { r.mutable_other_fruits()->Resize(1001, FRUIT_PEAR); },
                         {"other_fruits: must have at most 1000 elements"}},
                    Case{"EmptyElementIsChecked",
                         [](Request& r) { r.add_neighbours(""); },
                         {"neighbours[0]: must be a UUID"}},
                    Case{"MapValueTooLong",
                         [](Request& r) { (*r.mutable_signs())["빨강"] = "가나다라"; },
                         {"signs[\"빨강\"]: must have at most 3 characters"}},
                    Case{"MapTooLarge",
                         [](Request& r) {
                           for (const char* key : {"a", "b", "c"}) (*r.mutable_signs())[key] = "x";
                         },
                         {"signs: must have at most 2 elements"}},
                    Case{"MapKeyTooLong",
                         [](Request& r) { (*r.mutable_signs())[Repeat("k", 257)] = "x"; },
                         {"signs[\"" + Repeat("k", 249) + ": must have at most 256 characters"}},
                    Case{"MapOfMessages",
                         [](Request& r) { (*r.mutable_grafts())[-3].add_leaves("x"); },
                         {"grafts[-3].leaves[0]: must have at least 2 characters"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Messages, ValidationTest,
    testing::Values(
        Case{"RequiredAbsent", [](Request& r) { r.clear_trunk(); }, {"trunk: required"}},
        Case{"Nested",
             [](Request& r) { r.mutable_trunk()->add_leaves("잎"); },
             {"trunk.leaves[0]: must have at least 2 characters"}},
        Case{"NestedInList",
             [](Request& r) {
               r.add_branches()->add_leaves("잎사귀");
               r.mutable_branches(1)->add_leaves("잎");
             },
             {"branches[1].leaves[1]: must have at least 2 characters"}},
        Case{"OfAnotherContract",
             [](Request& r) {
               r.mutable_price()->set_amount(-1);
               r.mutable_price()->set_currency_code("원");
             },
             {"price.amount: must be at least 0", "price.currency_code: must match [A-Z]{3}"}},
        Case{"OfAnotherContractAbsent", [](Request& r) { r.clear_price(); }, {}},
        Case{"OneofText",
             [](Request& r) { r.set_person("가나다라마"); },
             {"person: must have at most 4 characters"}},
        Case{"OneofNumber", [](Request& r) { r.set_company(0); }, {"company: must be at least 1"}},
        Case{"OneofMessage",
             [](Request& r) { r.mutable_root()->add_leaves("잎"); },
             {"root.leaves[0]: must have at least 2 characters"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    WellKnown, ValidationTest,
    testing::Values(
        Case{"TimeAbsent", [](Request& r) { r.clear_planted(); }, {"planted: required"}},
        Case{"TimeBeyondYear9999",
             [](Request& r) { r.mutable_planted()->set_seconds(253402300800); },
             {"planted: must be a time of the years 1 to 9999"}},
        Case{"TimeWithNegativeNanos",
             [](Request& r) { r.mutable_planted()->set_nanos(-1); },
             {"planted: must be a time of the years 1 to 9999"}},
        Case{"DurationNegative",
             [](Request& r) {
               r.mutable_shade()->set_seconds(-1);
               r.mutable_shade()->set_nanos(-5);
             },
             {}},
        Case{"DurationOfMixedSigns",
             [](Request& r) {
               r.mutable_shade()->set_seconds(1);
               r.mutable_shade()->set_nanos(-5);
             },
             {"shade: must be a duration of at most 10000 years"}},
        Case{"MaskAbsent", [](Request& r) { r.clear_mask(); }, {"mask: required"}},
        Case{"MaskEmpty", [](Request& r) { r.mutable_mask()->clear_paths(); }, {"mask: required"}},
        Case{"MaskPathTooLong",
             [](Request& r) { r.mutable_mask()->add_paths(Repeat("p", 257)); },
             {"mask.paths[1]: must have at most 256 characters"}}),
    NameOf);

TEST(ValidationReportTest, NamesEveryBrokenRule) {
  PlantTreeRequest request = Valid();
  request.clear_name();
  request.set_age(0);
  EXPECT_THAT(ViolationsOf(request), testing::ElementsAre("name: required", "age: required"));
}

TEST(ValidationReportTest, StopsWhereATrailerCouldNotCarryMore) {
  PlantTreeRequest request = Valid();
  for (int i = 0; i < 1000; ++i) request.add_sizes(10);
  request.mutable_sizes()->RemoveLast();
  EXPECT_EQ(ViolationsOf(request).size(), rpc::kMaxViolations);
}

}  // namespace
}  // namespace maru::golden::v1
