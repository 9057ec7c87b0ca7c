#include "services/food/dashboard/service.h"

#include <optional>
#include <string>
#include <utility>

#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/base/status.h"
#include "common/events/generations.h"
#include "common/rpc/readers.h"
#include "common/store/merged_page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/food/dashboard/domain.h"
#include "services/food/dashboard/tables.h"

namespace maru::food::dashboard {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using rpc::CallContext;

// The row of the live generation, if the caller may read it; else NOT_FOUND.
absl::StatusOr<disk::Row> Load(Reader& reader, const CallContext& call,
                               const std::string& order_id) {
  ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
  ASSIGN_OR_RETURN(std::optional<disk::Row> row, kShown.At(generation).Get(reader, order_id));
  if (!row.has_value() || !rpc::MayRead(*row, *call.identity)) {
    return options::v1::errors::NotFound("order view", order_id);
  }
  return *std::move(row);
}

Task<void> Keep(Task<absl::Status> task, std::optional<absl::Status>& result, async::Signal& done) {
  result = co_await std::move(task);
  done.NotifyAll();
}

}  // namespace

Task<absl::StatusOr<v1::OrderView>> DashboardService::GetOrderView(
    const CallContext& call, const v1::GetOrderViewRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::OrderView> {
    ASSIGN_OR_RETURN(const disk::Row row, Load(reader, call, request.order_id()));
    return ToApi(row);
  });
}

Task<absl::StatusOr<v1::ListOrderViewsResponse>> DashboardService::ListOrderViews(
    const CallContext& call, const v1::ListOrderViewsRequest& request) {
  const PageRequest page = PageRequestOf(
      call, request, {v1::OrderView::Status_Name(request.status()), request.store_id()});
  return store_.Read(
      [=, &call, &request](Reader& reader) -> absl::StatusOr<v1::ListOrderViewsResponse> {
        ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
        const auto shown = kShown.At(generation);
        const auto wanted = [&request](const disk::Row& row) {
          return (request.status() == v1::OrderView::STATUS_UNSPECIFIED ||
                  request.status() == StatusOf(row)) &&
                 (request.store_id().empty() || request.store_id() == row.store_id());
        };
        const rpc::Identity& actor = *call.identity;
        ASSIGN_OR_RETURN(const auto found,
                         actor.Is(options::v1::ROLE_ADMIN)
                             ? ListPage(reader, shown, page, wanted)
                             : ListMergedPage(reader, kShownByReader.At(generation), shown, page,
                                              rpc::ReaderNamesOf(actor), wanted));
        return ToListResponse(found, &v1::ListOrderViewsResponse::mutable_order_views, ToApi);
      });
}

Task<absl::Status> DashboardService::WatchOrder(const CallContext& call,
                                                const v1::WatchOrderRequest& request,
                                                rpc::StreamWriter<v1::WatchOrderResponse>& writer) {
  CO_ASSIGN_OR_RETURN(Status last, DecodeWatchPosition(request.after(), request.order_id()));
  while (true) {
    const Instant looked = executor_.Now();
    // Before the look: what is committed during it is looked at again.
    const uint64_t commits = store_.commits();
    const auto load = [&call, &request](Reader& reader) {
      return Load(reader, call, request.order_id());
    };
    CO_ASSIGN_OR_RETURN(const disk::Row row, co_await store_.Read(load));
    for (const v1::WatchOrderResponse& response : NewsAfter(last, row)) {
      CO_RETURN_IF_ERROR(co_await Send(response, writer));
      last = response.status();
    }
    if (IsLast(last)) co_return absl::OkStatus();
    co_await executor_.SleepUntil(looked + kLookInterval);
    while (store_.commits() == commits) co_await store_.committed().Wait();
  }
}

Task<absl::Status> DashboardService::Send(const v1::WatchOrderResponse& response,
                                          rpc::StreamWriter<v1::WatchOrderResponse>& writer) {
  const Instant until = executor_.Now() + kWriteLimit;
  std::optional<absl::Status> sent;
  async::Signal done(executor_);
  async::Scope scope;
  scope.Spawn(Keep(writer.Write(response), sent, done));
  while (!sent.has_value()) {
    const bool notified = co_await done.WaitUntil(until);
    if (!notified && !sent.has_value()) {
      co_return v1::errors::WatcherTooSlow(response.order_view().order_id());
    }
  }
  co_return *sent;
}

}  // namespace maru::food::dashboard
