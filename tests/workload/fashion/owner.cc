#include "tests/workload/fashion/owner.h"

#include "tests/workload/lists.h"

namespace maru::workload::fashion {

using async::Task;
using store::StoreOrder;

namespace {

constexpr Refusal kWrongStatus{absl::StatusCode::kFailedPrecondition, "WRONG_STATUS"};
constexpr Refusal kCancelPending{absl::StatusCode::kFailedPrecondition, "CANCEL_PENDING"};
// So few that they run out.
constexpr size_t kMostPieces = 12;

}  // namespace

Task<> Owner::Step() {
  if (products_.empty()) return Register();
  switch (Pick(16)) {
    case 0:
      return products_.size() < 3 ? Register() : AddStock();
    case 1:
      return AddStock();
    case 2:
      return SetAutoAccept();
    default:
      return Work();
  }
}

Task<> Owner::Register() {
  product::RegisterProductRequest request;
  request.set_store_id(store_id_);
  request.set_name(absl::StrCat("린넨 셔츠 ", products_.size()));
  request.set_price(OneIn(4) ? kLimit / 2 : static_cast<int64_t>(1 + Pick(50'000)));
  request.set_stock(static_cast<int64_t>(Pick(kMostPieces)));
  request.set_request_id(NewId());
  const auto result = co_await Insist(kRegisterProduct, request);
  if (Judge("RegisterProduct", result, /*may_succeed=*/true, {}) != Verdict::kDone) co_return;
  const std::string& id = result.reply.id();
  products_.push_back(id);
  town_.products[id] = result.reply;
}

Task<> Owner::AddStock() {
  const std::string id = products_[Pick(products_.size())];
  product::AddStockRequest request;
  request.set_id(id);
  request.set_quantity(static_cast<int64_t>(1 + Pick(kMostPieces)));
  request.set_request_id(NewId());
  const auto result = co_await Insist(kAddStock, request);
  const Verdict verdict = Judge("AddStock", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone) town_.deeds.Again<product::StockAdded>(id);
  if (verdict == Verdict::kUnknown) town_.deeds.Perhaps<product::StockAdded>(id);
}

Task<> Owner::SetAutoAccept() {
  store::SetAutoAcceptRequest request;
  request.mutable_store()->set_store_id(store_id_);
  request.mutable_store()->set_auto_accept(OneIn(2));
  request.mutable_update_mask()->add_paths("auto_accept");
  request.set_request_id(NewId());
  const auto result = co_await Insist(kSetAutoAccept, request);
  Judge("SetAutoAccept", result, /*may_succeed=*/true, {});
}

Task<> Owner::Work() {
  const Instant began = Now();
  const auto rows = co_await ReadAll(actor_, kListStoreOrders, store::ListStoreOrdersRequest(),
                                     &store::ListStoreOrdersResponse::mutable_store_orders);
  if (!Listed("ListStoreOrders", rows.status(), began) || rows->empty()) co_return;
  std::vector<StoreOrder> open;
  for (const StoreOrder& row : *rows) {
    if (row.store_id() != store_id_) {
      Note(absl::StrCat("listed somebody else's: ", row.ShortDebugString()));
    }
    if (row.status() != StoreOrder::STATUS_ACCEPTED) open.push_back(row);
  }
  // Now and then what waits for nobody, or in the wrong order.
  const StoreOrder row =
      open.empty() || OneIn(10) ? (*rows)[Pick(rows->size())] : open[Pick(open.size())];
  const bool confirm = (row.status() == StoreOrder::STATUS_CANCEL_PENDING) != OneIn(10);
  co_await (confirm ? ConfirmCancel(row) : Accept(row));
}

Task<> Owner::Accept(StoreOrder row) {
  store::AcceptOrderRequest request;
  request.set_id(row.id());
  request.set_request_id(NewId());
  const auto result = co_await Insist(kAcceptOrder, request);
  const Verdict verdict =
      Judge("AcceptOrder", result, /*may_succeed=*/true, {kWrongStatus, kCancelPending});
  if (verdict == Verdict::kDone && result.reply.status() != StoreOrder::STATUS_ACCEPTED) {
    Note(absl::StrCat("accepted, got {", result.reply.ShortDebugString(), "}"));
  }
  if (verdict == Verdict::kDone) town_.deeds.Once<store::StoreAccepted>(row.order_id());
  if (verdict == Verdict::kUnknown) town_.deeds.Perhaps<store::StoreAccepted>(row.order_id());
}

Task<> Owner::ConfirmCancel(StoreOrder row) {
  store::ConfirmCancelRequest request;
  request.set_id(row.id());
  request.set_request_id(NewId());
  const auto result = co_await Insist(kConfirmCancel, request);
  const Verdict verdict = Judge("ConfirmCancel", result, /*may_succeed=*/true, {kWrongStatus});
  if (verdict == Verdict::kDone && result.reply.status() != StoreOrder::STATUS_CANCELED) {
    Note(absl::StrCat("confirmed, got {", result.reply.ShortDebugString(), "}"));
  }
}

}  // namespace maru::workload::fashion
