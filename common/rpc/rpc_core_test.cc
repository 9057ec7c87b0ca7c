// Goal: errors, paths and positions are what callers on the other side of the wire can rely on.
// Method: build them as generated code does, carry them over as the transport does, read them back.
#include <limits>
#include <string>

#include "absl/strings/cord.h"
#include "common/base/strings.h"
#include "common/rpc/call_context.h"
#include "common/rpc/error.h"
#include "common/rpc/field_rules.h"
#include "common/rpc/readers.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {
namespace {

namespace errors = options::v1::errors;

absl::Status Travel(const absl::Status& status) {
  return DecodeDetails(status.code(), ToStd(status.message()), EncodeDetails(status));
}

TEST(ErrorTest, CarriesReasonMessageAndMetadata) {
  const absl::Status status = errors::NotFound("schedule", "일정-1");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "schedule 일정-1 does not exist");
  EXPECT_EQ(ReasonOf(status), "NOT_FOUND");
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("id"), "일정-1");
  // The context that answers fills its domain in.
  EXPECT_EQ(ErrorInfoOf(status)->domain(), "");
  EXPECT_FALSE(RetryDelayOf(status).has_value());
}

TEST(ErrorTest, AValueThatLooksLikeAReferenceIsLeftAlone) {
  EXPECT_EQ(errors::NotFound("{id}", "7").message(), "{id} 7 does not exist");
}

TEST(ErrorTest, AValueThatIsNoTextIsEscapedSoThatTheDetailsCanBeDecoded) {
  const absl::Status status = errors::UnknownMethod("maru.\xff");
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_METHOD");
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("method"), "maru.\\xff");
  EXPECT_EQ(status.message(), "unknown method maru.\\xff");
}

TEST(ErrorTest, SaysWhenToRetry) {
  EXPECT_EQ(RetryDelayOf(errors::Overloaded()), absl::Milliseconds(200));
  EXPECT_EQ(RetryDelayOf(errors::DiskFull()), absl::Seconds(5));
}

TEST(ErrorTest, AStatusWithoutDetailsHasNone) {
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), "");
  EXPECT_FALSE(ErrorInfoOf(absl::OkStatus()).has_value());
  EXPECT_FALSE(BadRequestOf(absl::InternalError("x")).has_value());
}

TEST(ErrorTest, DetailsTravel) {
  const absl::Status sent = errors::CalleeUnavailable("일정");
  EXPECT_EQ(Travel(sent), sent);
  EXPECT_EQ(ErrorInfoOf(Travel(sent))->metadata().at("callee"), "일정");
  EXPECT_EQ(RetryDelayOf(Travel(sent)), absl::Seconds(1));
}

TEST(ErrorTest, DamagedDetailsLeaveCodeAndMessage) {
  const absl::Status status = DecodeDetails(absl::StatusCode::kAborted, "원인", "\xff\xff");
  EXPECT_EQ(status, absl::AbortedError("원인"));
}

TEST(ErrorTest, ADamagedDetailIsNone) {
  absl::Status status = absl::AbortedError("x");
  status.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord("\xff\xff"));
  EXPECT_FALSE(ErrorInfoOf(status).has_value());
}

TEST(InvalidFieldsTest, NamesEachField) {
  const absl::Status status =
      InvalidFields({{"title", "required"}, {"items[3]", "must be a UUID"}});
  const google::rpc::BadRequest bad = *BadRequestOf(Travel(status));
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(1).field(), "items[3]");
  EXPECT_EQ(bad.field_violations(1).description(), "must be a UUID");
}

TEST(InvalidFieldsTest, HasTheReasonOfTheContract) {
  absl::Status status = InvalidField("제목", "required");
  const absl::Status generated = errors::InvalidField();
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
  status.ErasePayload("type.googleapis.com/google.rpc.BadRequest");
  EXPECT_EQ(status, generated);
}

TEST(UnsentTest, IsKnownHereAndNeverTravels) {
  const absl::Status unsent = MarkUnsent(errors::CalleeUnavailable("schedule"));
  EXPECT_TRUE(SurelyUnsent(unsent));
  EXPECT_EQ(ReasonOf(unsent), "CALLEE_UNAVAILABLE");
  google::rpc::Status encoded;
  ASSERT_TRUE(encoded.ParseFromString(EncodeDetails(unsent)));
  for (const google::protobuf::Any& detail : encoded.details()) {
    EXPECT_TRUE(detail.Is<google::rpc::ErrorInfo>() || detail.Is<google::rpc::RetryInfo>())
        << detail.type_url();
  }
  EXPECT_FALSE(SurelyUnsent(errors::CalleeUnavailable("schedule")));
}

TEST(UnsentTest, CannotBeForgedByTheCallee) {
  google::rpc::Status forged;
  forged.add_details()->set_type_url("maru/unsent");
  EXPECT_FALSE(
      SurelyUnsent(DecodeDetails(absl::StatusCode::kUnavailable, "", forged.SerializeAsString())));
}

event::v1::PositionEntry Entry(const std::string& topic, uint32_t partition, uint64_t sequence) {
  event::v1::PositionEntry entry;
  entry.set_topic(topic);
  entry.set_partition(partition);
  entry.set_sequence(sequence);
  return entry;
}

TEST(CallContextTest, KeepsTheHighestSequenceOfEachPartition) {
  const CallContext call;
  call.Published(Entry("datecourse.schedule", 1, 7));
  event::v1::Position position;
  *position.add_entries() = Entry("datecourse.schedule", 1, 5);
  *position.add_entries() = Entry("datecourse.schedule", 2, 3);
  *position.add_entries() = Entry("datecourse.review", 1, 4);
  call.Published(position);
  call.Published(Entry("datecourse.schedule", 2, 9));
  ASSERT_EQ(call.published().entries_size(), 3);
  EXPECT_EQ(call.published().entries(0).sequence(), 7u);
  EXPECT_EQ(call.published().entries(1).sequence(), 9u);
  EXPECT_EQ(call.published().entries(2).sequence(), 4u);
}

TEST(IdentityTest, OwnsTheStoresOfItsToken) {
  Identity identity;
  identity.store_ids = {"가게-1"};
  EXPECT_TRUE(identity.OwnsStore("가게-1"));
  EXPECT_FALSE(identity.OwnsStore("가게-2"));
}

TEST(TraceTest, WritesTraceparent) {
  Trace trace;
  trace.trace_id = "0af7651916cd43dd8448eb211c80319c";
  trace.span_id = "b7ad6b7169203331";
  EXPECT_EQ(trace.Traceparent(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
  trace.sampled = true;
  EXPECT_EQ(trace.Traceparent(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
}

TEST(FieldPathTest, JoinsNamesIndexesAndKeys) {
  const FieldPath root;
  const FieldPath items(root, "items", 3);
  const std::string colour = "색";
  const FieldPath labels(items, "labels", colour);
  EXPECT_EQ(root.ToString(), "");
  EXPECT_EQ(FieldPath(labels, "text").ToString(), "items[3].labels[\"색\"].text");
  EXPECT_EQ(FieldPath(root, "n", std::numeric_limits<uint64_t>::max()).ToString(),
            "n[18446744073709551615]");
  EXPECT_EQ(FieldPath(root, "n", int64_t{-5}).ToString(), "n[-5]");
}

TEST(FieldPathTest, IsCutBetweenCharacters) {
  std::string key;
  for (int i = 0; i < 200; ++i) key += "색";
  const std::string text = FieldPath(FieldPath(), "m", key).ToString();
  EXPECT_LE(text.size(), kMaxPathBytes);
  EXPECT_EQ(text.substr(text.size() - 3), "색");
}

struct Row {
  std::string customer_id() const { return "kim"; }
  std::string store_id() const { return "김밥천국"; }
  std::string rider_id() const { return rider; }
  std::string rider;
};

TEST(ReadersTest, ARowIsItsCustomersItsStoresOwnersItsRidersAndAdmins) {
  const auto identity = [](std::string subject, options::v1::Role role,
                           std::vector<std::string> stores = {}) {
    return Identity{.subject = std::move(subject), .roles = {role}, .store_ids = std::move(stores)};
  };
  const Identity owner = identity("park", options::v1::ROLE_OWNER, {"다른집", "김밥천국"});
  EXPECT_TRUE(MayRead(Row{}, identity("kim", options::v1::ROLE_CUSTOMER)));
  EXPECT_FALSE(MayRead(Row{}, identity("lee", options::v1::ROLE_CUSTOMER)));
  EXPECT_TRUE(MayRead(Row{}, owner));
  EXPECT_FALSE(MayRead(Row{}, identity("park", options::v1::ROLE_OWNER, {"다른집"})));
  EXPECT_FALSE(MayRead(Row{}, identity("park", options::v1::ROLE_CUSTOMER, {"김밥천국"})))
      << "stores are owners'";
  EXPECT_FALSE(MayRead(Row{}, identity("jun", options::v1::ROLE_RIDER)));
  EXPECT_FALSE(MayRead(Row{}, identity("", options::v1::ROLE_RIDER))) << "no rider yet";
  EXPECT_TRUE(MayRead(Row{"jun"}, identity("jun", options::v1::ROLE_RIDER)));
  EXPECT_TRUE(MayRead(Row{}, identity("root", options::v1::ROLE_ADMIN)));
  EXPECT_EQ(ReadersOf(Row{"jun"}),
            (std::vector<std::string>{"person/kim", "store/김밥천국", "person/jun"}));
  EXPECT_EQ(ReaderNamesOf(owner),
            (std::vector<std::string>{"person/park", "store/다른집", "store/김밥천국"}));
}

}  // namespace
}  // namespace maru::rpc
