// Goal: a row agrees with its reservation whatever order the topics come in, and never goes back.
// Method: every interleaving of the topics' events, each topic in its own order.
#include "services/books/mypage/domain.h"

#include <functional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "gtest/gtest.h"

namespace maru::books::mypage {
namespace {

using Step = std::function<void(disk::Row&)>;
using Topic = std::vector<Step>;

template <class E>
Step Hear(int64_t time, const std::string& text = "") {
  return [time, event = Proto<E>(text)](disk::Row& row) {
    Event envelope;
    envelope.mutable_time()->set_seconds(time);
    Apply(envelope, event, row);
  };
}

// Calls `check` with the row after every interleaving, each event once and twice.
void Interleave(const std::vector<Topic>& topics,
                const std::function<void(const disk::Row&)>& check) {
  std::vector<size_t> next(topics.size(), 0);
  const std::function<void(const disk::Row&, int)> go_on = [&](const disk::Row& row, int times) {
    bool ended = true;
    for (size_t i = 0; i < topics.size(); ++i) {
      if (next[i] == topics[i].size()) continue;
      ended = false;
      disk::Row after = row;
      for (int n = 0; n < times; ++n) topics[i][next[i]](after);
      EXPECT_GE(after.status(), row.status()) << "a status went back";
      ++next[i];
      go_on(after, times);
      --next[i];
    }
    if (ended) check(row);
  };
  for (const int times : {1, 2}) go_on(disk::Row(), times);
}

const Step kReserved =
    Hear<reservation::v1::Reserved>(1, "reservation_id: 'r1' customer_id: 'minsu' book_id: '토지'");
const Step kRequested =
    Hear<delivery::v1::DeliveryRequested>(2, "reservation_id: 'r1' delivery_id: 'd1'");
const Step kDelivered = Hear<delivery::v1::BookDelivered>(3);
const Step kOutOfStock = Hear<book::v1::OutOfStock>(4);
const Step kCanceled = Hear<reservation::v1::ReservationCanceled>(5);
const Step kDeliveryCanceled = Hear<delivery::v1::DeliveryCanceled>(6);

void Expect(const std::vector<Topic>& topics, const std::string& want) {
  Interleave(topics, [&want](const disk::Row& row) {
    EXPECT_THAT(ToApi(row), IsProto("customer_id: 'minsu' book_id: '토지' delivery_id: 'd1' "
                                    "reserve_time { seconds: 1 } " +
                                    want));
  });
}

TEST(MyPageEntryTest, AgreesWithItsReservationInEveryInterleaving) {
  Expect({{kReserved}, {kRequested}}, "status: STATUS_RESERVED");
  Expect({{kReserved}, {kRequested, kDelivered}},
         "status: STATUS_DELIVERED deliver_time { seconds: 3 }");
  Expect({{kReserved}, {kRequested}, {kOutOfStock}},
         "status: STATUS_CANCELED cancel_time { seconds: 4 }");
  Expect({{kReserved, kCanceled}, {kRequested, kDelivered, kDeliveryCanceled}},
         "status: STATUS_CANCELED deliver_time { seconds: 3 } cancel_time { seconds: 5 }");
  Expect({{kReserved, kCanceled}, {kRequested, kDeliveryCanceled}, {kOutOfStock}},
         "status: STATUS_CANCELED cancel_time { seconds: 4 }");
}

TEST(MyPageEntryTest, IsUnseenUntilItWasReserved) {
  disk::Row row;
  for (const Step& step : {kRequested, kDelivered, kOutOfStock, kDeliveryCanceled, kCanceled}) {
    step(row);
    EXPECT_FALSE(IsShown(row));
  }
  kReserved(row);
  EXPECT_TRUE(IsShown(row));
}

}  // namespace
}  // namespace maru::books::mypage
