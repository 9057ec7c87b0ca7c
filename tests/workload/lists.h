// Lists, read to their end.
#ifndef MARU_TESTS_WORKLOAD_LISTS_H_
#define MARU_TESTS_WORKLOAD_LISTS_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "tests/workload/actor.h"
#include "tests/workload/methods.h"

namespace maru::workload {

inline constexpr int kPageSize = 1000;

// Every page of a list, in pages of request.page_size(), or the largest there are; `rows` is where
// a page keeps its rows. INTERNAL: a page leads to itself, and the list would never end. `actor`
// must live until the task is finished.
template <typename Request, typename Response, typename Row>
async::Task<absl::StatusOr<std::vector<Row>>> ReadAll(
    const Actor& actor, Method<Request, Response> method, Request request,
    google::protobuf::RepeatedPtrField<Row>* (Response::*rows)()) {
  std::vector<Row> all;
  if (request.page_size() == 0) request.set_page_size(kPageSize);
  do {
    Result<Response> page = co_await actor.Call(method, request);
    if (!page.ok()) co_return ToStatus(page);
    for (Row& row : *(page.reply.*rows)()) all.push_back(std::move(row));
    if (!request.page_token().empty() && page.reply.next_page_token() == request.page_token()) {
      co_return absl::InternalError("the list never ends: a page leads to itself");
    }
    request.set_page_token(page.reply.next_page_token());
  } while (!request.page_token().empty());
  co_return all;
}

// The same of a list that leaves out what has ended unless asked for it: status by status.
template <typename Request, typename Response, typename Row>
async::Task<absl::StatusOr<std::vector<Row>>> ReadEach(
    const Actor& actor, Method<Request, Response> method,
    google::protobuf::RepeatedPtrField<Row>* (Response::*rows)()) {
  std::vector<Row> all;
  for (int status = Row::Status_MIN + 1; status <= Row::Status_MAX; ++status) {
    Request request;
    request.set_status(static_cast<typename Row::Status>(status));
    CO_ASSIGN_OR_RETURN(const std::vector<Row> some,
                        co_await ReadAll(actor, method, request, rows));
    all.insert(all.end(), some.begin(), some.end());
  }
  co_return all;
}

// What `actor` may see of the rows that `request` asks for.
async::Task<absl::StatusOr<std::vector<communication::Communication>>> AllCommunications(
    const Actor& actor, communication::ListCommunicationsRequest request = {});
async::Task<absl::StatusOr<std::vector<schedule::Schedule>>> AllSchedules(
    const Actor& actor, schedule::ListSchedulesRequest request = {});
async::Task<absl::StatusOr<std::vector<review::Review>>> AllReviews(
    const Actor& actor, review::ListReviewsRequest request = {});
async::Task<absl::StatusOr<std::vector<viewpage::ScheduleView>>> AllPages(
    const Actor& actor, viewpage::ListScheduleViewsRequest request = {});
async::Task<absl::StatusOr<std::vector<message::Message>>> AllMessages(
    const Actor& actor, message::ListMessagesRequest request = {});

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_LISTS_H_
