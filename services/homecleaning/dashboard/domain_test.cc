// Goal: a row agrees with its reservation whatever order the topics come in, and never goes back.
// Method: every interleaving of the topics' events, each topic in its own order.
#include "services/homecleaning/dashboard/domain.h"

#include <functional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "gtest/gtest.h"

namespace maru::homecleaning::dashboard {
namespace {

using cleaning::v1::CleaningConfirmed;
using payment::v1::PaymentApproved;
using payment::v1::PaymentCanceled;
using payment::v1::PaymentKindChanged;
using payment::v1::PaymentKindRefused;
using paymethod::v1::PaymethodChanged;
using paymethod::v1::PaymethodRegistered;
using reservation::v1::CleaningRequestCanceled;
using reservation::v1::CleaningRequested;

using Step = std::function<void(disk::Row&)>;
using Topic = std::vector<Step>;

template <class E>
Step Hear(uint64_t sequence, const std::string& text) {
  return [sequence, event = Proto<E>(text)](disk::Row& row) {
    Event envelope;
    envelope.set_sequence(sequence);
    envelope.mutable_time()->set_seconds(static_cast<int64_t>(100 + sequence));
    Apply(envelope, event, row);
  };
}

// Calls `check` with the row after every interleaving; `twice`: each event comes again at once.
void Interleave(const std::vector<Topic>& topics, bool twice,
                const std::function<void(const disk::Row&)>& check) {
  std::vector<size_t> next(topics.size(), 0);
  const std::function<void(const disk::Row&)> go_on = [&](const disk::Row& row) {
    bool ended = true;
    for (size_t i = 0; i < topics.size(); ++i) {
      if (next[i] == topics[i].size()) continue;
      ended = false;
      disk::Row after = row;
      topics[i][next[i]](after);
      if (twice) topics[i][next[i]](after);
      EXPECT_GE(after.status(), row.status()) << "a status went back";
      ++next[i];
      go_on(after);
      --next[i];
    }
    if (ended) check(row);
  };
  go_on(disk::Row());
}

const Step kRequested = Hear<CleaningRequested>(1, R"pb(
  reservation_id: "r1"
  place: "제주시 애월읍"
  customer_name: "김민수"
  customer_id: "minsu"
  price: 20000
  currency_code: "KRW"
  pay_kind: PAY_KIND_CREDIT
)pb");
const Step kCanceled = Hear<CleaningRequestCanceled>(2, "reservation_id: 'r1'");
const Step kConfirmed =
    Hear<CleaningConfirmed>(1, "reservation_id: 'r1' clean_date { seconds: 500 }");
const Step kApproved = Hear<PaymentApproved>(1, "reference_id: 'r1' pay_kind: PAY_KIND_CREDIT");
const Step kRefunded = Hear<PaymentCanceled>(4, "reference_id: 'r1'");

TEST(DashboardDomainTest, ACanceledReservationEndsRefundedAlsoWhenItWasCleanedMeanwhile) {
  for (const bool twice : {false, true}) {
    Interleave({{kRequested, kCanceled}, {kConfirmed}, {kApproved, kRefunded}}, twice,
               [](const disk::Row& row) {
                 EXPECT_EQ(row.status(), v1::ReservationView::STATUS_REFUNDED);
                 const v1::ReservationView view = ToApi(row);
                 EXPECT_EQ(view.cancel_time().seconds(), 102);
                 EXPECT_EQ(view.clean_time().seconds(), 500);
                 EXPECT_EQ(view.refund_time().seconds(), 104);
                 EXPECT_EQ(view.customer_name(), "김민수");
               });
  }
}

TEST(DashboardDomainTest, ACleanedReservationEndsCleaned) {
  Interleave({{kRequested}, {kConfirmed}, {kApproved}}, false, [](const disk::Row& row) {
    EXPECT_EQ(row.status(), v1::ReservationView::STATUS_CLEANED);
    EXPECT_EQ(row.pay_kind(), payment::v1::PAY_KIND_CREDIT);
  });
}

// Changes c2 and c4 are taken, c3 is refused: the number of c2 or c4 shows in the end.
Topic Paymethod(bool with_last) {
  Topic topic = {
      Hear<PaymethodRegistered>(1, "reservation_id: 'r1' paymethod_id: 'c1' masked_number: '*1'"),
      Hear<PaymethodChanged>(2, "reservation_id: 'r1' change_id: 'c2' masked_number: '*2'"),
      Hear<PaymethodChanged>(3, "reservation_id: 'r1' change_id: 'c3' masked_number: '*3'")};
  if (with_last) {
    topic.push_back(
        Hear<PaymethodChanged>(4, "reservation_id: 'r1' change_id: 'c4' masked_number: '*4'"));
  }
  return topic;
}
Topic Answers(bool with_last) {
  Topic topic = {kApproved, Hear<PaymentKindChanged>(2, R"pb(reference_id: "r1"
                                                             change_id: "c1"
                                                             pay_kind: PAY_KIND_BANK
                                                             masked_number: "*1")pb"),
                 Hear<PaymentKindChanged>(3, R"pb(reference_id: "r1"
                                                  change_id: "c2"
                                                  pay_kind: PAY_KIND_CREDIT
                                                  masked_number: "*2")pb"),
                 Hear<PaymentKindRefused>(4, R"pb(reference_id: "r1"
                                                  change_id: "c3"
                                                  pay_kind: PAY_KIND_CREDIT)pb")};
  if (with_last) {
    topic.push_back(Hear<PaymentKindChanged>(5, R"pb(reference_id: "r1"
                                                     change_id: "c4"
                                                     pay_kind: PAY_KIND_BANK
                                                     masked_number: "*4")pb"));
  }
  return topic;
}

TEST(DashboardDomainTest, ARefusedChangeGoesBackToWhatWasAcceptedLast) {
  Interleave({{kRequested}, Paymethod(false), Answers(false)}, false, [](const disk::Row& row) {
    EXPECT_EQ(ToApi(row).masked_number(), "*2");
    EXPECT_EQ(row.pay_kind(), payment::v1::PAY_KIND_CREDIT);
  });
  Interleave({{kRequested}, Paymethod(true), Answers(true)}, false, [](const disk::Row& row) {
    EXPECT_EQ(ToApi(row).masked_number(), "*4");
    EXPECT_EQ(row.pay_kind(), payment::v1::PAY_KIND_BANK);
  });
}

TEST(DashboardDomainTest, AChangeShowsUntilPaymentAnswersButItsKindWaits) {
  disk::Row row;
  for (const Topic& topic : {Topic{kRequested}, Paymethod(true)}) {
    for (const Step& step : topic) step(row);
  }
  EXPECT_EQ(ToApi(row).masked_number(), "*4");
  EXPECT_EQ(row.pay_kind(), payment::v1::PAY_KIND_CREDIT);
}

TEST(DashboardDomainTest, TheKindOfTheHighestSequenceWins) {
  disk::Row row;
  const Topic answers = Answers(true);
  for (const Step& step : answers) step(row);
  for (const Step& step : answers) step(row);  // again from the beginning
  EXPECT_EQ(row.pay_kind(), payment::v1::PAY_KIND_BANK);
  EXPECT_EQ(row.accepted_number(), "*4");
  EXPECT_EQ(row.answered_change_id(), "c4");
}

TEST(DashboardDomainTest, NobodySeesARowBeforeItsReservation) {
  disk::Row row;
  for (const Step& step : {kApproved, kConfirmed, kCanceled, kRefunded}) {
    step(row);
    EXPECT_FALSE(IsShown(row));
  }
  kRequested(row);
  EXPECT_TRUE(IsShown(row));
  EXPECT_EQ(row.status(), v1::ReservationView::STATUS_REFUNDED);
}

}  // namespace
}  // namespace maru::homecleaning::dashboard
