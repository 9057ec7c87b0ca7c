// Goal: every rule that domain.md (section 3) has for library. Method: tables; no server, no store.
#include "services/books/library/domain.h"

#include <optional>
#include <string>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::books::library {
namespace {

using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

v1::RenewRequest RenewalTo(const std::string& version) {
  return Proto<v1::RenewRequest>("book_id: 'dune' name: '듄' version: '" + version + "'");
}

TEST(LibraryDomainTest, TakesInWhatTheLibrarianSays) {
  const auto request = Proto<v1::WarehouseRequest>(
      "book_id: 'dune' quantity: 3 version: '1.0' name: '듄' allow_pending: true");
  const disk::Library row = TakeIn(request, kNow, "l1");
  EXPECT_TRUE(row.allow_pending());
  EXPECT_THAT(ToApi(row), IsProto(R"pb(
                id: "l1"
                book_id: "dune"
                quantity: 3
                version: "1.0"
                kind: KIND_WAREHOUSED
                name: "듄"
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  EXPECT_THAT(WarehousedOf(row),
              IsProto(R"pb(
                library_id: "l1" book_id: "dune" quantity: 3 version: "1.0" name: "듄"
              )pb"));
}

TEST(LibraryDomainTest, ARenewalIsConfirmedFromTheStart) {
  const auto renewal = Renew(std::nullopt, RenewalTo("2.0"), kNow, "l1");
  ASSERT_TRUE(renewal.ok());
  EXPECT_EQ(renewal->row.status(), v1::Library::STATUS_CONFIRMED);
  EXPECT_EQ(renewal->row.kind(), v1::Library::KIND_RENEWED);
  EXPECT_THAT(renewal->event,
              IsProto(R"pb(
                library_id: "l1" book_id: "dune" version: "2.0" name: "듄"
              )pb"));
}

TEST(LibraryDomainTest, OnlyANewerVersionIsRenewed) {
  struct Case {
    std::string known, wanted, want_reason;
  };
  for (const Case& c :
       {Case{"2.0", "2.1", ""}, Case{"2.0", "2.0", "VERSION_NOT_NEWER"},
        Case{"2.0", "2", "VERSION_NOT_NEWER"}, Case{"1.9", "1.10", "VERSION_NOT_NEWER"},
        Case{"9", "10", ""}, Case{"", "0", ""}}) {
    std::optional<disk::Known> known;
    if (!c.known.empty()) known = Learn(std::nullopt, c.known);
    EXPECT_EQ(ReasonOf(Renew(known, RenewalTo(c.wanted), kNow, "l1").status()), c.want_reason)
        << c.known << " to " << c.wanted;
  }
}

TEST(LibraryDomainTest, WhatIsKnownNeverGoesBack) {
  disk::Known known = Learn(std::nullopt, "2.0");
  known = Learn(known, "1.0");
  EXPECT_EQ(known.version(), "2.0");
  EXPECT_EQ(Learn(known, "10").version(), "10");
  EXPECT_EQ(Learn(known, "").version(), "2.0") << "book knows none";
}

}  // namespace
}  // namespace maru::books::library
