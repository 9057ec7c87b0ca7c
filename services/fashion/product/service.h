// ProductService: each command is one transaction that loads, asks the domain and saves.
#ifndef MARU_SERVICES_FASHION_PRODUCT_SERVICE_H_
#define MARU_SERVICES_FASHION_PRODUCT_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "google/protobuf/empty.pb.h"
#include "maru/fashion/product/v1/product.maru.h"
#include "maru/fashion/product/v1/product.pb.h"

namespace maru::fashion::product {

// Codes and reasons are in the contract.
class ProductService final : public v1::ProductServiceHandler {
 public:
  // `store` outlives the service.
  explicit ProductService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::Product>> RegisterProduct(
      const rpc::CallContext& call, const v1::RegisterProductRequest& request) override;
  async::Task<absl::StatusOr<v1::Product>> ModifyProduct(
      const rpc::CallContext& call, const v1::ModifyProductRequest& request) override;
  async::Task<absl::StatusOr<v1::Product>> AddStock(const rpc::CallContext& call,
                                                    const v1::AddStockRequest& request) override;
  async::Task<absl::StatusOr<google::protobuf::Empty>> RemoveProduct(
      const rpc::CallContext& call, const v1::RemoveProductRequest& request) override;
  async::Task<absl::StatusOr<v1::Product>> GetProduct(
      const rpc::CallContext& call, const v1::GetProductRequest& request) override;
  async::Task<absl::StatusOr<v1::ListProductsResponse>> ListProducts(
      const rpc::CallContext& call, const v1::ListProductsRequest& request) override;
  async::Task<absl::StatusOr<v1::ReserveResponse>> Reserve(
      const rpc::CallContext& call, const v1::ReserveRequest& request) override;
  async::Task<absl::StatusOr<google::protobuf::Empty>> Release(
      const rpc::CallContext& call, const v1::ReleaseRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::fashion::product

#endif  // MARU_SERVICES_FASHION_PRODUCT_SERVICE_H_
