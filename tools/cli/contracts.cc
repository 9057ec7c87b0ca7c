#include "tools/cli/contracts.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/strings.h"
#include "grpc/health/v1/health.pb.h"
#include "maru/admin/v1/admin.pb.h"
#include "maru/books/admin/v1/admin.pb.h"
#include "maru/books/book/v1/book.pb.h"
#include "maru/books/delivery/v1/delivery.pb.h"
#include "maru/books/library/v1/library.pb.h"
#include "maru/books/mypage/v1/mypage.pb.h"
#include "maru/books/reservation/v1/reservation.pb.h"
#include "maru/broker/v1/admin.pb.h"
#include "maru/broker/v1/broker.pb.h"
#include "maru/datecourse/communication/v1/communication.pb.h"
#include "maru/datecourse/review/v1/review.pb.h"
#include "maru/datecourse/schedule/v1/schedule.pb.h"
#include "maru/datecourse/viewpage/v1/viewpage.pb.h"
#include "maru/fashion/delivery/v1/delivery.pb.h"
#include "maru/fashion/order/v1/order.pb.h"
#include "maru/fashion/orderview/v1/orderview.pb.h"
#include "maru/fashion/product/v1/product.pb.h"
#include "maru/fashion/store/v1/store.pb.h"
#include "maru/food/dashboard/v1/dashboard.pb.h"
#include "maru/food/delivery/v1/delivery.pb.h"
#include "maru/food/order/v1/order.pb.h"
#include "maru/food/store/v1/store.pb.h"
#include "maru/homecleaning/cleaning/v1/cleaning.pb.h"
#include "maru/homecleaning/dashboard/v1/dashboard.pb.h"
#include "maru/homecleaning/paymethod/v1/paymethod.pb.h"
#include "maru/homecleaning/reservation/v1/reservation.pb.h"
#include "maru/message/v1/message.pb.h"
#include "maru/payment/v1/payment.pb.h"

namespace maru::cli {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// Naming a message of each file keeps the linker from dropping it.
std::vector<const FileDescriptor*> Contracts() {
  return {
      datecourse::schedule::v1::Schedule::descriptor()->file(),
      datecourse::communication::v1::Communication::descriptor()->file(),
      datecourse::review::v1::Review::descriptor()->file(),
      datecourse::viewpage::v1::ScheduleView::descriptor()->file(),
      homecleaning::reservation::v1::CleaningReservation::descriptor()->file(),
      homecleaning::paymethod::v1::Paymethod::descriptor()->file(),
      homecleaning::cleaning::v1::Cleaning::descriptor()->file(),
      homecleaning::dashboard::v1::ReservationView::descriptor()->file(),
      books::library::v1::Library::descriptor()->file(),
      books::book::v1::Book::descriptor()->file(),
      books::admin::v1::BookView::descriptor()->file(),
      books::reservation::v1::Reservation::descriptor()->file(),
      books::delivery::v1::Delivery::descriptor()->file(),
      books::mypage::v1::MyPageEntry::descriptor()->file(),
      food::order::v1::Order::descriptor()->file(),
      food::store::v1::StoreOrder::descriptor()->file(),
      food::delivery::v1::Delivery::descriptor()->file(),
      food::dashboard::v1::OrderView::descriptor()->file(),
      fashion::product::v1::Product::descriptor()->file(),
      fashion::order::v1::Order::descriptor()->file(),
      fashion::store::v1::StoreOrder::descriptor()->file(),
      fashion::delivery::v1::Delivery::descriptor()->file(),
      fashion::orderview::v1::OrderStatus::descriptor()->file(),
      message::v1::Message::descriptor()->file(),
      payment::v1::Payment::descriptor()->file(),
  };
}

void AddServices(const FileDescriptor* file, std::vector<const ServiceDescriptor*>& services) {
  for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
}

}  // namespace

std::vector<const ServiceDescriptor*> ServicesOf(std::string_view deployment) {
  std::vector<const ServiceDescriptor*> services;
  if (deployment == "broker") {
    AddServices(broker::v1::PublishRequest::descriptor()->file(), services);
    AddServices(broker::v1::ListTopicsRequest::descriptor()->file(), services);
  } else {
    const std::vector<std::string> parts =
        absl::StrSplit(ToAbsl(deployment), absl::MaxSplits('-', 1));
    const std::string& context = parts.back();
    for (const FileDescriptor* file : Contracts()) {
      // One implementation for several systems has no system in its package.
      if (file->package() == absl::StrCat("maru.", parts.front(), ".", context, ".v1") ||
          file->package() == absl::StrCat("maru.", context, ".v1")) {
        AddServices(file, services);
      }
    }
    if (!services.empty()) AddServices(admin::v1::GetStatusRequest::descriptor()->file(), services);
  }
  if (!services.empty())
    AddServices(grpc::health::v1::HealthCheckRequest::descriptor()->file(), services);
  return services;
}

absl::StatusOr<const MethodDescriptor*> FindMethod(std::string_view deployment,
                                                   std::string_view name) {
  std::vector<std::string> known;
  for (const ServiceDescriptor* service : ServicesOf(deployment)) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* method = service->method(i);
      if (method->name() == name || absl::StrCat(service->full_name(), "/", method->name()) == name)
        return method;
      known.push_back(method->name());
    }
  }
  if (known.empty())
    return absl::NotFoundError(absl::StrCat("unknown deployment ", ToAbsl(deployment)));
  return absl::NotFoundError(absl::StrCat(ToAbsl(deployment), " has no method ", ToAbsl(name),
                                          "; it has ", absl::StrJoin(known, ", ")));
}

}  // namespace maru::cli
