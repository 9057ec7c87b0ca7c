// What homecleaning's events tell the customer (domain.md, section 2, "Policies"); the subject is
// the reservation. Pure.
#ifndef MARU_SERVICES_MESSAGE_HOMECLEANING_TEXTS_H_
#define MARU_SERVICES_MESSAGE_HOMECLEANING_TEXTS_H_

#include "maru/homecleaning/cleaning/v1/events.pb.h"
#include "maru/homecleaning/paymethod/v1/events.pb.h"
#include "maru/payment/v1/events.pb.h"
#include "services/message/domain.h"

namespace maru::message {

Notice NoticeOf(const payment::v1::PaymentApproved& event);
Notice NoticeOf(const payment::v1::PaymentCanceled& event);
Notice NoticeOf(const payment::v1::PaymentKindRefused& event);
Notice NoticeOf(const homecleaning::cleaning::v1::CleaningConfirmed& event);
Notice NoticeOf(const homecleaning::paymethod::v1::PaymethodRegistered& event);
Notice NoticeOf(const homecleaning::paymethod::v1::PaymethodChanged& event);

}  // namespace maru::message

#endif  // MARU_SERVICES_MESSAGE_HOMECLEANING_TEXTS_H_
