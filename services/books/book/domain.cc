#include "services/books/book/domain.h"

#include "common/base/decimal.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "maru/books/book/v1/book.maru.h"

namespace maru::books::book {
namespace {

disk::Book Changed(const disk::Book& book, absl::Time now) {
  disk::Book changed = book;
  changed.set_revision(book.revision() + 1);
  *changed.mutable_update_time() = ToTimestamp(now);
  return changed;
}

// The book before copies of it come, with what they say of it.
template <class Arrival>
disk::Book Described(const Row& book, const Arrival& arrival, absl::Time now) {
  disk::Book changed = Changed(book.value_or(disk::Book()), now);
  if (!book.has_value()) {
    changed.set_id(arrival.book_id());
    *changed.mutable_create_time() = ToTimestamp(now);
  }
  if (CompareDecimals(arrival.version(), changed.version()) > 0) {
    changed.set_version(arrival.version());
  }
  if (!arrival.name().empty()) changed.set_name(arrival.name());
  return changed;
}

template <class Arrival>
disk::Receipt ReceiptOf(const Arrival& arrival, disk::Receipt::Outcome outcome, int64_t quantity) {
  disk::Receipt receipt;
  receipt.set_outcome(outcome);
  receipt.set_book_id(arrival.book_id());
  receipt.set_quantity(quantity);
  receipt.set_version(arrival.version());
  receipt.set_name(arrival.name());
  return receipt;
}

template <class E>
E AnswerTo(const delivery::v1::DeliveryRequested& event) {
  E answer;
  answer.set_reservation_id(event.reservation_id());
  answer.set_book_id(event.book_id());
  answer.set_delivery_id(event.delivery_id());
  answer.set_customer_id(event.customer_id());
  return answer;
}

}  // namespace

Received Receive(const Row& book, const v1::ReceiveRequest& request, absl::Time now) {
  disk::Book changed = Described(book, request, now);
  changed.set_received(changed.received() + request.quantity());
  changed.set_stock(changed.stock() + request.quantity());
  return {changed, ReceiptOf(request, disk::Receipt::OUTCOME_RECEIVED, request.quantity())};
}

absl::Status CheckRepeat(const disk::Receipt& receipt, const v1::ReceiveRequest& request) {
  if (receipt.outcome() == disk::Receipt::OUTCOME_FENCED) {
    return v1::errors::ReceiptFenced(request.library_id());
  }
  const bool same = receipt.outcome() == disk::Receipt::OUTCOME_RECEIVED &&
                    receipt.book_id() == request.book_id() &&
                    receipt.quantity() == request.quantity() &&
                    receipt.version() == request.version() && receipt.name() == request.name();
  return same ? absl::OkStatus() : v1::errors::ReceiptReused(request.library_id());
}

disk::Receipt Fence() {
  disk::Receipt receipt;
  receipt.set_outcome(disk::Receipt::OUTCOME_FENCED);
  return receipt;
}

Received Renew(const Row& book, const library::v1::Renewed& event, absl::Time now) {
  disk::Book changed = Described(book, event, now);
  const int64_t reset = kStockAfterRenewal - changed.stock();
  changed.set_reset(changed.reset() + reset);
  changed.set_stock(kStockAfterRenewal);
  return {changed, ReceiptOf(event, disk::Receipt::OUTCOME_RENEWED, reset)};
}

Issued Issue(const Row& book, const delivery::v1::DeliveryRequested& event, absl::Time now) {
  Issued result;
  result.issue.set_book_id(event.book_id());
  result.issue.set_status(disk::Issue::STATUS_REFUSED);
  if (!book.has_value() || book->stock() < 1) return result;
  result.issue.set_status(disk::Issue::STATUS_ISSUED);
  disk::Book& changed = result.book.emplace(Changed(*book, now));
  changed.set_issued(changed.issued() + 1);
  changed.set_stock(changed.stock() - 1);
  return result;
}

std::optional<Returned> Return(const std::optional<disk::Issue>& issue, const Row& book,
                               const delivery::v1::DeliveryCanceled& event, absl::Time now) {
  Returned result;
  if (!issue.has_value()) {
    result.issue.set_book_id(event.book_id());
    result.issue.set_status(disk::Issue::STATUS_REFUSED);
    return result;
  }
  if (issue->status() != disk::Issue::STATUS_ISSUED) return std::nullopt;
  result.issue = *issue;
  result.issue.set_status(disk::Issue::STATUS_RETURNED);
  disk::Book& changed = result.book.emplace(Changed(*book, now));
  changed.set_returned(changed.returned() + 1);
  changed.set_stock(changed.stock() + 1);
  return result;
}

v1::BookUpdated UpdatedOf(const disk::Book& book) {
  v1::BookUpdated event;
  event.set_book_id(book.id());
  event.set_name(book.name());
  event.set_stock(book.stock());
  event.set_version(book.version());
  event.set_revision(book.revision());
  *event.mutable_create_time() = book.create_time();
  return event;
}

v1::BookIssued IssuedOf(const delivery::v1::DeliveryRequested& event) {
  return AnswerTo<v1::BookIssued>(event);
}

v1::OutOfStock OutOfStockOf(const delivery::v1::DeliveryRequested& event) {
  return AnswerTo<v1::OutOfStock>(event);
}

v1::Book ToApi(const disk::Book& book) {
  v1::Book shown;
  shown.set_id(book.id());
  shown.set_name(book.name());
  shown.set_stock(book.stock());
  shown.set_version(book.version());
  shown.set_revision(book.revision());
  shown.set_received(book.received());
  shown.set_reset(book.reset());
  shown.set_issued(book.issued());
  shown.set_returned(book.returned());
  *shown.mutable_create_time() = book.create_time();
  *shown.mutable_update_time() = book.update_time();
  return shown;
}

}  // namespace maru::books::book
