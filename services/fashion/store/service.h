// StoreService: every command is one transaction that loads, asks the domain and saves.
#ifndef MARU_SERVICES_FASHION_STORE_SERVICE_H_
#define MARU_SERVICES_FASHION_STORE_SERVICE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/fashion/store/v1/store.maru.h"
#include "maru/fashion/store/v1/store.pb.h"
#include "services/fashion/store/domain.h"

namespace maru::fashion::store {

// Codes and reasons are in the contract.
class StoreService final : public v1::StoreServiceHandler {
 public:
  // `store` outlives the service.
  explicit StoreService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::StoreOrder>> AcceptOrder(
      const rpc::CallContext& call, const v1::AcceptOrderRequest& request) override;
  async::Task<absl::StatusOr<v1::StoreOrder>> ConfirmCancel(
      const rpc::CallContext& call, const v1::ConfirmCancelRequest& request) override;
  async::Task<absl::StatusOr<v1::StoreOrder>> GetStoreOrder(
      const rpc::CallContext& call, const v1::GetStoreOrderRequest& request) override;
  async::Task<absl::StatusOr<v1::ListStoreOrdersResponse>> ListStoreOrders(
      const rpc::CallContext& call, const v1::ListStoreOrdersRequest& request) override;
  async::Task<absl::StatusOr<v1::Store>> SetAutoAccept(
      const rpc::CallContext& call, const v1::SetAutoAcceptRequest& request) override;
  async::Task<absl::StatusOr<v1::Store>> GetStore(const rpc::CallContext& call,
                                                  const v1::GetStoreRequest& request) override;

 private:
  using Rule = absl::StatusOr<Decided> (*)(const std::optional<disk::StoreOrder>& row,
                                           std::string_view id, const rpc::Identity& owner,
                                           absl::Time now);
  // What an owner does to the store order `id`, which lives as long as `call`.
  async::Task<absl::StatusOr<v1::StoreOrder>> Do(const rpc::CallContext& call,
                                                 const std::string& id, Rule rule);

  maru::store::Store& store_;
};

}  // namespace maru::fashion::store

#endif  // MARU_SERVICES_FASHION_STORE_SERVICE_H_
