// The methods that the tests call, by the names that stand in the contracts.
#ifndef MARU_TESTS_WORKLOAD_METHODS_H_
#define MARU_TESTS_WORKLOAD_METHODS_H_

#include "google/protobuf/empty.pb.h"
#include "maru/admin/v1/admin.pb.h"
#include "maru/broker/v1/admin.pb.h"
#include "maru/datecourse/communication/v1/communication.pb.h"
#include "maru/datecourse/review/v1/review.pb.h"
#include "maru/datecourse/schedule/v1/schedule.pb.h"
#include "maru/datecourse/viewpage/v1/viewpage.pb.h"
#include "maru/message/v1/message.pb.h"
#include "tests/workload/api.h"

namespace maru::workload {

inline constexpr char kBroker[] = "broker";
inline constexpr char kSchedule[] = "datecourse-schedule";
inline constexpr char kCommunication[] = "datecourse-communication";
inline constexpr char kReview[] = "datecourse-review";
inline constexpr char kMessage[] = "datecourse-message";
inline constexpr char kViewpage[] = "datecourse-viewpage";

namespace schedule = maru::datecourse::schedule::v1;
namespace communication = maru::datecourse::communication::v1;
namespace review = maru::datecourse::review::v1;
namespace viewpage = maru::datecourse::viewpage::v1;
namespace message = maru::message::v1;

// schedule
inline constexpr Method<schedule::RegisterScheduleRequest, schedule::Schedule> kRegisterSchedule{
    kSchedule, "/maru.datecourse.schedule.v1.ScheduleService/RegisterSchedule"};
inline constexpr Method<schedule::ModifyScheduleRequest, schedule::Schedule> kModifySchedule{
    kSchedule, "/maru.datecourse.schedule.v1.ScheduleService/ModifySchedule"};
inline constexpr Method<schedule::DeleteScheduleRequest, google::protobuf::Empty> kDeleteSchedule{
    kSchedule, "/maru.datecourse.schedule.v1.ScheduleService/DeleteSchedule"};
inline constexpr Method<schedule::GetScheduleRequest, schedule::Schedule> kGetSchedule{
    kSchedule, "/maru.datecourse.schedule.v1.ScheduleService/GetSchedule"};
inline constexpr Method<schedule::ListSchedulesRequest, schedule::ListSchedulesResponse>
    kListSchedules{kSchedule, "/maru.datecourse.schedule.v1.ScheduleService/ListSchedules"};
inline constexpr Method<schedule::CheckReviewEligibilityRequest,
                        schedule::CheckReviewEligibilityResponse>
    kCheckReviewEligibility{kSchedule,
                            "/maru.datecourse.schedule.v1.ScheduleService/CheckReviewEligibility"};

// communication
inline constexpr Method<communication::RegisterRequest, communication::Communication> kRegister{
    kCommunication, "/maru.datecourse.communication.v1.CommunicationService/Register"};
inline constexpr Method<communication::ModifyCommentRequest, communication::Communication>
    kModifyComment{kCommunication,
                   "/maru.datecourse.communication.v1.CommunicationService/ModifyComment"};
inline constexpr Method<communication::DeleteCommunicationRequest, communication::Communication>
    kDeleteCommunication{
        kCommunication,
        "/maru.datecourse.communication.v1.CommunicationService/DeleteCommunication"};
inline constexpr Method<communication::GetCommunicationRequest, communication::Communication>
    kGetCommunication{kCommunication,
                      "/maru.datecourse.communication.v1.CommunicationService/GetCommunication"};
inline constexpr Method<communication::ListCommunicationsRequest,
                        communication::ListCommunicationsResponse>
    kListCommunications{
        kCommunication,
        "/maru.datecourse.communication.v1.CommunicationService/ListCommunications"};

// review
inline constexpr Method<review::WriteReviewRequest, review::Review> kWriteReview{
    kReview, "/maru.datecourse.review.v1.ReviewService/WriteReview"};
inline constexpr Method<review::ModifyReviewRequest, review::Review> kModifyReview{
    kReview, "/maru.datecourse.review.v1.ReviewService/ModifyReview"};
inline constexpr Method<review::DeleteReviewRequest, google::protobuf::Empty> kDeleteReview{
    kReview, "/maru.datecourse.review.v1.ReviewService/DeleteReview"};
inline constexpr Method<review::GetReviewRequest, review::Review> kGetReview{
    kReview, "/maru.datecourse.review.v1.ReviewService/GetReview"};
inline constexpr Method<review::ListReviewsRequest, review::ListReviewsResponse> kListReviews{
    kReview, "/maru.datecourse.review.v1.ReviewService/ListReviews"};

// message
inline constexpr Method<message::GetMessageRequest, message::Message> kGetMessage{
    kMessage, "/maru.message.v1.MessageService/GetMessage"};
inline constexpr Method<message::ListMessagesRequest, message::ListMessagesResponse> kListMessages{
    kMessage, "/maru.message.v1.MessageService/ListMessages"};
inline constexpr Method<message::MarkReadRequest, message::Message> kMarkRead{
    kMessage, "/maru.message.v1.MessageService/MarkRead"};

// viewpage
inline constexpr Method<viewpage::GetScheduleViewRequest, viewpage::ScheduleView> kGetScheduleView{
    kViewpage, "/maru.datecourse.viewpage.v1.ViewpageService/GetScheduleView"};
inline constexpr Method<viewpage::ListScheduleViewsRequest, viewpage::ListScheduleViewsResponse>
    kListScheduleViews{kViewpage, "/maru.datecourse.viewpage.v1.ViewpageService/ListScheduleViews"};

// Every context has these.
inline constexpr Method<admin::v1::GetStatusRequest, admin::v1::Status> GetStatusOf(
    std::string_view deployment) {
  return {deployment, "/maru.admin.v1.AdminService/GetStatus"};
}
inline constexpr Method<admin::v1::ListParkedEventsRequest, admin::v1::ListParkedEventsResponse>
ListParkedEventsOf(std::string_view deployment) {
  return {deployment, "/maru.admin.v1.AdminService/ListParkedEvents"};
}
inline constexpr Method<admin::v1::GetParkedEventRequest, admin::v1::ParkedEvent> GetParkedEventOf(
    std::string_view deployment) {
  return {deployment, "/maru.admin.v1.AdminService/GetParkedEvent"};
}
inline constexpr Method<admin::v1::EditParkedEventRequest, admin::v1::ParkedEvent>
EditParkedEventOf(std::string_view deployment) {
  return {deployment, "/maru.admin.v1.AdminService/EditParkedEvent"};
}
inline constexpr Method<admin::v1::ReplayParkedEventRequest, admin::v1::ReplayParkedEventResponse>
ReplayParkedEventOf(std::string_view deployment) {
  return {deployment, "/maru.admin.v1.AdminService/ReplayParkedEvent"};
}
inline constexpr Method<admin::v1::DropParkedEventRequest, admin::v1::DropParkedEventResponse>
DropParkedEventOf(std::string_view deployment) {
  return {deployment, "/maru.admin.v1.AdminService/DropParkedEvent"};
}
inline constexpr Method<admin::v1::AcceptGapRequest, admin::v1::AcceptGapResponse> AcceptGapOf(
    std::string_view deployment) {
  return {deployment, "/maru.admin.v1.AdminService/AcceptGap"};
}
inline constexpr Method<admin::v1::RebuildViewRequest, admin::v1::RebuildViewResponse>
RebuildViewOf(std::string_view deployment) {
  return {deployment, "/maru.admin.v1.AdminService/RebuildView"};
}

// broker
inline constexpr Method<broker::v1::ListTopicsRequest, broker::v1::ListTopicsResponse> kListTopics{
    kBroker, "/maru.broker.v1.BrokerAdminService/ListTopics"};
inline constexpr Method<broker::v1::GetTopicRequest, broker::v1::Topic> kGetTopic{
    kBroker, "/maru.broker.v1.BrokerAdminService/GetTopic"};
inline constexpr Method<broker::v1::CreateTopicRequest, broker::v1::Topic> kCreateTopic{
    kBroker, "/maru.broker.v1.BrokerAdminService/CreateTopic"};
inline constexpr Method<broker::v1::SetRetentionRequest, broker::v1::Topic> kSetRetention{
    kBroker, "/maru.broker.v1.BrokerAdminService/SetRetention"};
inline constexpr Method<broker::v1::DeleteTopicRequest, google::protobuf::Empty> kDeleteTopic{
    kBroker, "/maru.broker.v1.BrokerAdminService/DeleteTopic"};
inline constexpr Method<broker::v1::ListGroupsRequest, broker::v1::ListGroupsResponse> kListGroups{
    kBroker, "/maru.broker.v1.BrokerAdminService/ListGroups"};
inline constexpr Method<broker::v1::ResetGroupRequest, google::protobuf::Empty> kResetGroup{
    kBroker, "/maru.broker.v1.BrokerAdminService/ResetGroup"};
// Streams of replies: Api::CallStream.
inline constexpr Method<broker::v1::TailTopicRequest, broker::v1::TailTopicResponse> kTailTopic{
    kBroker, "/maru.broker.v1.BrokerAdminService/TailTopic"};
inline constexpr Method<broker::v1::VerifyTopicRequest, broker::v1::VerifyTopicResponse>
    kVerifyTopic{kBroker, "/maru.broker.v1.BrokerAdminService/VerifyTopic"};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_METHODS_H_
