// Goal: every rule that domain.md (section 2) has for cleanings.
// Method: a table over all states and commands; no server, no store.
#include "services/homecleaning/cleaning/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::homecleaning::cleaning {
namespace {

using Row = std::optional<disk::Cleaning>;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

disk::Cleaning OpenRow() {
  return Open(Proto<reservation::v1::CleaningRequested>(R"pb(
                reservation_id: "r1"
                request_date { seconds: 1800000000 }
                place: "서울 마포구 어울마당로 35"
                customer_name: "김민수"
                customer_id: "minsu"
                price: 20000
              )pb"),
              kNow, "c1");
}
disk::Cleaning StartedRow() { return *Start(OpenRow(), "c1", "sora", kNow); }
disk::Cleaning FinishedRow() { return Finish(StartedRow(), "c1", "sora", kNow)->cleaning; }
disk::Cleaning CanceledRow() { return *Cancel(StartedRow(), kNow); }

TEST(CleaningDomainTest, OpensWithWhatACleanerNeeds) {
  EXPECT_THAT(ToApi(OpenRow()), IsProto(R"pb(
                id: "c1"
                reservation_id: "r1"
                customer_id: "minsu"
                status: STATUS_OPEN
                request_date { seconds: 1800000000 }
                place: "서울 마포구 어울마당로 35"
                customer_name: "김민수"
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
}

struct Case {
  std::string name;
  Row from;
  std::string cleaner;
  // Where it stands after the command; unspecified where it is refused.
  v1::Cleaning::Status want_state;
  bool want_event;
  std::string want_reason;
};

TEST(CleaningDomainTest, StartSetsTheCleaner) {
  const auto started = v1::Cleaning::STATUS_STARTED;
  const auto refused = v1::Cleaning::STATUS_UNSPECIFIED;
  for (const Case& c : std::vector<Case>{
           {"open", OpenRow(), "sora", started, false, ""},
           {"again", StartedRow(), "sora", started, false, ""},
           {"second cleaner", StartedRow(), "jun", refused, false, "ALREADY_STARTED"},
           {"own finished", FinishedRow(), "sora", refused, false, "ALREADY_FINISHED"},
           {"another's finished", FinishedRow(), "jun", refused, false, "ALREADY_STARTED"},
           {"canceled", CanceledRow(), "sora", refused, false, "CLEANING_CANCELED"},
           {"unknown", std::nullopt, "sora", refused, false, "NOT_FOUND"},
       }) {
    const auto result = Start(c.from, "c1", c.cleaner, kNow);
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_EQ(result->status(), c.want_state) << c.name;
    EXPECT_EQ(result->cleaner_id(), "sora") << c.name;
  }
}

TEST(CleaningDomainTest, OnlyTheCleanerWhoStartedFinishes) {
  const auto finished = v1::Cleaning::STATUS_FINISHED;
  const auto refused = v1::Cleaning::STATUS_UNSPECIFIED;
  for (const Case& c : std::vector<Case>{
           {"started", StartedRow(), "sora", finished, true, ""},
           {"again", FinishedRow(), "sora", finished, false, ""},
           {"another's", StartedRow(), "jun", refused, false, "ALREADY_STARTED"},
           {"open", OpenRow(), "sora", refused, false, "NOT_STARTED"},
           {"canceled", CanceledRow(), "sora", refused, false, "CLEANING_CANCELED"},
           {"unknown", std::nullopt, "sora", refused, false, "NOT_FOUND"},
       }) {
    const auto result = Finish(c.from, "c1", c.cleaner, kNow);
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_EQ(result->cleaning.status(), c.want_state) << c.name;
    EXPECT_EQ(result->event.has_value(), c.want_event) << c.name;
  }
  EXPECT_THAT(*Finish(StartedRow(), "c1", "sora", kNow)->event, IsProto(R"pb(
    cleaning_id: "c1"
    reservation_id: "r1"
    customer_id: "minsu"
    cleaner_id: "sora"
    clean_date { seconds: 1700000000 }
  )pb"));
}

TEST(CleaningDomainTest, CanceledUnlessFinished) {
  EXPECT_EQ(Cancel(OpenRow(), kNow)->status(), v1::Cleaning::STATUS_CANCELED);
  EXPECT_EQ(Cancel(StartedRow(), kNow)->status(), v1::Cleaning::STATUS_CANCELED);
  EXPECT_FALSE(Cancel(FinishedRow(), kNow).has_value());
  EXPECT_FALSE(Cancel(CanceledRow(), kNow).has_value());
}

TEST(CleaningDomainTest, CleanersSeeAllCustomersTheirOwn) {
  const rpc::Identity minsu{
      .subject = "minsu", .roles = {options::v1::ROLE_CUSTOMER}, .store_ids = {}};
  const rpc::Identity lee{.subject = "lee", .roles = {options::v1::ROLE_CUSTOMER}, .store_ids = {}};
  const rpc::Identity jun{.subject = "jun", .roles = {options::v1::ROLE_CLEANER}, .store_ids = {}};
  const rpc::Identity root{.subject = "root", .roles = {options::v1::ROLE_ADMIN}, .store_ids = {}};
  EXPECT_TRUE(MayRead(OpenRow(), minsu));
  EXPECT_FALSE(MayRead(OpenRow(), lee));
  EXPECT_TRUE(MayRead(OpenRow(), jun));
  EXPECT_TRUE(MayRead(OpenRow(), root));
}

}  // namespace
}  // namespace maru::homecleaning::cleaning
