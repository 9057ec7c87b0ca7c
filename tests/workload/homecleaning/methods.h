// The methods of homecleaning that are called, by the names that stand in the contracts.
#ifndef MARU_TESTS_WORKLOAD_HOMECLEANING_METHODS_H_
#define MARU_TESTS_WORKLOAD_HOMECLEANING_METHODS_H_

#include "maru/homecleaning/cleaning/v1/cleaning.pb.h"
#include "maru/homecleaning/cleaning/v1/events.pb.h"
#include "maru/homecleaning/dashboard/v1/dashboard.pb.h"
#include "maru/homecleaning/paymethod/v1/events.pb.h"
#include "maru/homecleaning/paymethod/v1/paymethod.pb.h"
#include "maru/homecleaning/reservation/v1/events.pb.h"
#include "maru/homecleaning/reservation/v1/reservation.pb.h"
#include "maru/message/v1/message.pb.h"
#include "maru/payment/v1/events.pb.h"
#include "maru/payment/v1/payment.pb.h"
#include "tests/workload/api.h"

namespace maru::workload::homecleaning {

inline constexpr char kReservation[] = "homecleaning-reservation";
inline constexpr char kPayment[] = "homecleaning-payment";
inline constexpr char kPaymethod[] = "homecleaning-paymethod";
inline constexpr char kCleaning[] = "homecleaning-cleaning";
inline constexpr char kMessage[] = "homecleaning-message";
inline constexpr char kDashboard[] = "homecleaning-dashboard";

namespace reservation = maru::homecleaning::reservation::v1;
namespace payment = maru::payment::v1;
namespace paymethod = maru::homecleaning::paymethod::v1;
namespace cleaning = maru::homecleaning::cleaning::v1;
namespace message = maru::message::v1;
namespace dashboard = maru::homecleaning::dashboard::v1;

// reservation
inline constexpr Method<reservation::RequestCleaningRequest, reservation::CleaningReservation>
    kRequestCleaning{kReservation,
                     "/maru.homecleaning.reservation.v1.ReservationService/RequestCleaning"};
inline constexpr Method<reservation::CancelReservationRequest, reservation::CleaningReservation>
    kCancelReservation{kReservation,
                       "/maru.homecleaning.reservation.v1.ReservationService/CancelReservation"};
inline constexpr Method<reservation::GetReservationRequest, reservation::CleaningReservation>
    kGetReservation{kReservation,
                    "/maru.homecleaning.reservation.v1.ReservationService/GetReservation"};
inline constexpr Method<reservation::ListReservationsRequest, reservation::ListReservationsResponse>
    kListReservations{kReservation,
                      "/maru.homecleaning.reservation.v1.ReservationService/ListReservations"};

// payment
inline constexpr Method<payment::ListPaymentsRequest, payment::ListPaymentsResponse> kListPayments{
    kPayment, "/maru.payment.v1.PaymentService/ListPayments"};

// paymethod
inline constexpr Method<paymethod::RegisterPaymethodRequest, paymethod::Paymethod>
    kRegisterPaymethod{kPaymethod,
                       "/maru.homecleaning.paymethod.v1.PaymethodService/RegisterPaymethod"};
inline constexpr Method<paymethod::ChangePaymethodRequest, paymethod::Paymethod> kChangePaymethod{
    kPaymethod, "/maru.homecleaning.paymethod.v1.PaymethodService/ChangePaymethod"};
inline constexpr Method<paymethod::ListPaymethodsRequest, paymethod::ListPaymethodsResponse>
    kListPaymethods{kPaymethod, "/maru.homecleaning.paymethod.v1.PaymethodService/ListPaymethods"};

// cleaning
inline constexpr Method<cleaning::StartCleaningRequest, cleaning::Cleaning> kStartCleaning{
    kCleaning, "/maru.homecleaning.cleaning.v1.CleaningService/StartCleaning"};
inline constexpr Method<cleaning::FinishCleaningRequest, cleaning::Cleaning> kFinishCleaning{
    kCleaning, "/maru.homecleaning.cleaning.v1.CleaningService/FinishCleaning"};
inline constexpr Method<cleaning::ListCleaningsRequest, cleaning::ListCleaningsResponse>
    kListCleanings{kCleaning, "/maru.homecleaning.cleaning.v1.CleaningService/ListCleanings"};

// message
inline constexpr Method<message::ListMessagesRequest, message::ListMessagesResponse> kListMessages{
    kMessage, "/maru.message.v1.MessageService/ListMessages"};

// dashboard
inline constexpr Method<dashboard::GetReservationViewRequest, dashboard::ReservationView>
    kGetReservationView{kDashboard,
                        "/maru.homecleaning.dashboard.v1.DashboardService/GetReservationView"};
inline constexpr Method<dashboard::ListReservationViewsRequest,
                        dashboard::ListReservationViewsResponse>
    kListReservationViews{kDashboard,
                          "/maru.homecleaning.dashboard.v1.DashboardService/ListReservationViews"};

}  // namespace maru::workload::homecleaning

#endif  // MARU_TESTS_WORKLOAD_HOMECLEANING_METHODS_H_
