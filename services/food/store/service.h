// StoreService: every command is one transaction that loads, asks the domain and saves.
#ifndef MARU_SERVICES_FOOD_STORE_SERVICE_H_
#define MARU_SERVICES_FOOD_STORE_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/food/store/v1/store.maru.h"
#include "maru/food/store/v1/store.pb.h"
#include "services/food/store/tickets.h"

namespace maru::food::store {

// Codes and reasons are in the contract.
class StoreService final : public v1::StoreServiceHandler {
 public:
  // Both outlive the service.
  StoreService(maru::store::Store& store, const Tickets& tickets)
      : store_(store), tickets_(tickets) {}

  async::Task<absl::StatusOr<v1::StoreOrder>> AcceptOrder(
      const rpc::CallContext& call, const v1::AcceptOrderRequest& request) override;
  async::Task<absl::StatusOr<v1::StoreOrder>> RejectOrder(
      const rpc::CallContext& call, const v1::RejectOrderRequest& request) override;
  async::Task<absl::StatusOr<v1::StoreOrder>> StartCooking(
      const rpc::CallContext& call, const v1::StartCookingRequest& request) override;
  async::Task<absl::StatusOr<v1::StoreOrder>> FinishCooking(
      const rpc::CallContext& call, const v1::FinishCookingRequest& request) override;
  async::Task<absl::StatusOr<v1::StoreOrder>> GetStoreOrder(
      const rpc::CallContext& call, const v1::GetStoreOrderRequest& request) override;
  async::Task<absl::StatusOr<v1::ListStoreOrdersResponse>> ListStoreOrders(
      const rpc::CallContext& call, const v1::ListStoreOrdersRequest& request) override;

 private:
  using Rule = absl::StatusOr<Decided> (*)(const std::optional<disk::Ticket>& row,
                                           std::string_view id, const rpc::Identity& owner,
                                           absl::Time now);
  // What an owner does to the ticket `id`, which lives as long as `call`.
  async::Task<absl::StatusOr<v1::StoreOrder>> Do(const rpc::CallContext& call,
                                                 const std::string& id, Rule rule);

  maru::store::Store& store_;
  const Tickets& tickets_;
};

}  // namespace maru::food::store

#endif  // MARU_SERVICES_FOOD_STORE_SERVICE_H_
