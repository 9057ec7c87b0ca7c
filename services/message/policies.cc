#include "services/message/policies.h"

#include "common/base/status.h"
#include "services/message/datecourse_texts.h"
#include "services/message/domain.h"
#include "services/message/homecleaning_texts.h"
#include "services/message/tables.h"

namespace maru::message {
namespace {

// One message per event: also when the position was set back and the event comes again.
template <class E>
absl::Status Tell(maru::store::Txn& txn, const event::v1::Event& envelope, const E& event) {
  ASSIGN_OR_RETURN(const auto told, kCausedMessages.Get(txn, envelope.source(), envelope.id()));
  if (told.has_value()) return absl::OkStatus();
  const disk::Message row = Compose(NoticeOf(event), envelope, txn.NewId());
  kMessages.Put(txn, row.id(), row);
  kMessagesByRecipient.Put(txn, row.recipient(), row.id());
  kUnreadByRecipient.Put(txn, row.recipient(), row.id());
  disk::CausedMessage caused;
  caused.set_message_id(row.id());
  kCausedMessages.Put(txn, envelope.source(), envelope.id(), caused);
  return absl::OkStatus();
}

void AddDatecoursePolicies(events::Policies& on) {
  namespace communication = datecourse::communication::v1;
  namespace review = datecourse::review::v1;
  on.Event<communication::BookmarkRegistered>("communication",
                                              Tell<communication::BookmarkRegistered>);
  on.Event<communication::BookmarkCanceled>("communication", Tell<communication::BookmarkCanceled>);
  on.Event<review::ReviewRegistered>("review", Tell<review::ReviewRegistered>);
}

void AddHomecleaningPolicies(events::Policies& on) {
  namespace cleaning = homecleaning::cleaning::v1;
  namespace paymethod = homecleaning::paymethod::v1;
  using payment::v1::PaymentApproved;
  using payment::v1::PaymentCanceled;
  using payment::v1::PaymentKindRefused;
  on.Event<PaymentApproved>("payment", Tell<PaymentApproved>);
  on.Event<PaymentCanceled>("payment", Tell<PaymentCanceled>);
  on.Event<PaymentKindRefused>("payment", Tell<PaymentKindRefused>);
  on.Event<cleaning::CleaningConfirmed>("cleaning", Tell<cleaning::CleaningConfirmed>);
  on.Event<paymethod::PaymethodRegistered>("paymethod", Tell<paymethod::PaymethodRegistered>);
  on.Event<paymethod::PaymethodChanged>("paymethod", Tell<paymethod::PaymethodChanged>);
}

}  // namespace

bool AddPolicies(std::string_view system, events::Policies& on) {
  if (system == "datecourse") {
    AddDatecoursePolicies(on);
  } else if (system == "homecleaning") {
    AddHomecleaningPolicies(on);
  } else {
    return false;
  }
  return true;
}

}  // namespace maru::message
