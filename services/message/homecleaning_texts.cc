#include "services/message/homecleaning_texts.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace maru::message {
namespace {

using payment::v1::PayKind;

// "20,000원"; "20,000 USD" in the minor unit, as amounts are everywhere.
std::string MoneyOf(int64_t amount, const std::string& currency_code) {
  std::string digits = absl::StrCat(amount);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return currency_code == "KRW" ? digits + "원" : absl::StrCat(digits, " ", currency_code);
}

std::string NameOf(PayKind kind) {
  switch (kind) {
    case PayKind::PAY_KIND_CREDIT:
      return "신용카드";
    case PayKind::PAY_KIND_BANK:
      return "계좌이체";
    default:
      return "결제 수단 없음";
  }
}

}  // namespace

Notice NoticeOf(const payment::v1::PaymentApproved& event) {
  return {.recipient = event.customer_id(),
          .subject_id = event.reference_id(),
          .text = absl::StrCat(
              "청소 예약이 결제되었습니다: ", MoneyOf(event.amount(), event.currency_code()), ", ",
              NameOf(event.pay_kind()))};
}

Notice NoticeOf(const payment::v1::PaymentCanceled& event) {
  return {.recipient = event.customer_id(),
          .subject_id = event.reference_id(),
          .text = absl::StrCat("결제가 취소되어 환불되었습니다: ",
                               MoneyOf(event.amount(), event.currency_code()))};
}

Notice NoticeOf(const payment::v1::PaymentKindRefused& event) {
  return {.recipient = event.customer_id(),
          .subject_id = event.reference_id(),
          .text = absl::StrCat("결제 수단 변경이 거절되었습니다. 그대로 유지됩니다: ",
                               NameOf(event.pay_kind()))};
}

Notice NoticeOf(const homecleaning::cleaning::v1::CleaningConfirmed& event) {
  return {.recipient = event.customer_id(),
          .subject_id = event.reservation_id(),
          .text = "청소가 끝났습니다."};
}

Notice NoticeOf(const homecleaning::paymethod::v1::PaymethodRegistered& event) {
  return {.recipient = event.customer_id(),
          .subject_id = event.reservation_id(),
          .text = absl::StrCat("결제 수단이 등록되었습니다: ", NameOf(event.kind()), " ",
                               event.masked_number())};
}

Notice NoticeOf(const homecleaning::paymethod::v1::PaymethodChanged& event) {
  return {.recipient = event.customer_id(),
          .subject_id = event.reservation_id(),
          .text = absl::StrCat("결제 수단 변경을 요청했습니다: ", NameOf(event.kind()), " ",
                               event.masked_number())};
}

}  // namespace maru::message
