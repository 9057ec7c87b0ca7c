#include "services/fashion/product/service.h"

#include <string>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/fashion/product/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/fashion/product/domain.h"
#include "services/fashion/product/reservations.h"
#include "services/fashion/product/tables.h"

namespace maru::fashion::product {
namespace {

using async::Task;
using google::protobuf::Empty;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

}  // namespace

Task<absl::StatusOr<v1::Product>> ProductService::RegisterProduct(
    const CallContext& call, const v1::RegisterProductRequest& request) {
  return store_.Transact(call, [&call, &request](Txn& txn) -> absl::StatusOr<v1::Product> {
    ASSIGN_OR_RETURN(
        const Registered result,
        Register(request, *call.identity, txn.Now(), txn.NewId(), [&txn] { return txn.NewId(); }));
    kProducts.Put(txn, result.product.id(), result.product);
    kProductsByStore.Put(txn, result.product.store_id(), result.product.id());
    txn.Emit(result.event);
    return ToApi(result.product);
  });
}

Task<absl::StatusOr<v1::Product>> ProductService::ModifyProduct(
    const CallContext& call, const v1::ModifyProductRequest& request) {
  const std::string& id = request.product().id();
  return store_.Transact(
      call, {kProducts.KeyOf(id)}, [&call, &request, &id](Txn& txn) -> absl::StatusOr<v1::Product> {
        ASSIGN_OR_RETURN(const Row row, kProducts.Get(txn, id));
        ASSIGN_OR_RETURN(const Modified result, Modify(row, request, *call.identity, txn.Now(),
                                                       [&txn] { return txn.NewId(); }));
        if (result.event.has_value()) {
          kProducts.Put(txn, id, result.product);
          txn.Emit(*result.event);
        }
        return ToApi(result.product);
      });
}

Task<absl::StatusOr<v1::Product>> ProductService::AddStock(const CallContext& call,
                                                           const v1::AddStockRequest& request) {
  return store_.Transact(call, {kProducts.KeyOf(request.id())},
                         [&call, &request](Txn& txn) -> absl::StatusOr<v1::Product> {
                           ASSIGN_OR_RETURN(const Row row, kProducts.Get(txn, request.id()));
                           ASSIGN_OR_RETURN(
                               const StockChanged result,
                               product::AddStock(row, request, *call.identity, txn.Now()));
                           kProducts.Put(txn, request.id(), result.product);
                           txn.Emit(result.event);
                           return ToApi(result.product);
                         });
}

Task<absl::StatusOr<Empty>> ProductService::RemoveProduct(const CallContext& call,
                                                          const v1::RemoveProductRequest& request) {
  return store_.Transact(call, {kProducts.KeyOf(request.id())},
                         [&call, &request](Txn& txn) -> absl::StatusOr<Empty> {
                           ASSIGN_OR_RETURN(const Row row, kProducts.Get(txn, request.id()));
                           ASSIGN_OR_RETURN(const Removed result,
                                            Remove(row, request.id(), *call.identity, txn.Now()));
                           if (result.event.has_value()) {
                             kProducts.Put(txn, request.id(), result.product);
                             kProductsByStore.Delete(txn, result.product.store_id(), request.id());
                             txn.Emit(*result.event);
                           }
                           return Empty();
                         });
}

Task<absl::StatusOr<v1::Product>> ProductService::GetProduct(const CallContext&,
                                                             const v1::GetProductRequest& request) {
  return store_.Read([&request](Reader& reader) -> absl::StatusOr<v1::Product> {
    ASSIGN_OR_RETURN(const Row row, kProducts.Get(reader, request.id()));
    if (!row.has_value() || !IsListed(*row)) {
      return options::v1::errors::NotFound("product", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListProductsResponse>> ProductService::ListProducts(
    const CallContext& call, const v1::ListProductsRequest& request) {
  const PageRequest page = PageRequestOf(call, request, {request.store_id()});
  return store_.Read([page, &request](Reader& reader) -> absl::StatusOr<v1::ListProductsResponse> {
    ASSIGN_OR_RETURN(const auto found,
                     request.store_id().empty()
                         ? ListPage(reader, kProducts, page, IsListed)
                         : ListPage(reader, kProductsByStore, kProducts, page, request.store_id()));
    return ToListResponse(found, &v1::ListProductsResponse::mutable_products, ToApi);
  });
}

Task<absl::StatusOr<v1::ReserveResponse>> ProductService::Reserve(
    const CallContext& call, const v1::ReserveRequest& request) {
  return store_.Transact(
      call, {kProducts.KeyOf(request.product_id()), kReservations.KeyOf(request.order_id())},
      [&request](Txn& txn) -> absl::StatusOr<v1::ReserveResponse> {
        ASSIGN_OR_RETURN(const disk::Reservation reservation, ReserveOnce(txn, request));
        auto answer = AnswerTo(request, reservation);
        if (!answer.ok()) txn.CommitRefusal();
        return answer;
      });
}

Task<absl::StatusOr<Empty>> ProductService::Release(const CallContext& call,
                                                    const v1::ReleaseRequest& request) {
  return store_.Transact(
      call, {kReservations.KeyOf(request.order_id())},
      [&request](Txn& txn) -> absl::StatusOr<Empty> {
        ASSIGN_OR_RETURN(const auto known, kReservations.Get(txn, request.order_id()));
        if (known.has_value() && known->status() == disk::RESERVATION_STATUS_SOLD) {
          return v1::errors::AlreadySold(request.order_id());
        }
        RETURN_IF_ERROR(PutBackOnce(txn, request.order_id()));
        return Empty();
      });
}

}  // namespace maru::fashion::product
