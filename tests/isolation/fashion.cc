// The people of fashion: customers order and cancel, one store accepts by itself and another by
// hand, a rider delivers, and everybody wants what is rare.
#include "maru/fashion/delivery/v1/delivery.pb.h"
#include "maru/fashion/order/v1/order.pb.h"
#include "maru/fashion/orderview/v1/orderview.pb.h"
#include "maru/fashion/product/v1/product.pb.h"
#include "maru/fashion/store/v1/store.pb.h"
#include "maru/payment/v1/payment.pb.h"
#include "tests/isolation/people.h"

namespace maru::harness {
namespace {

namespace delivery = maru::fashion::delivery::v1;
namespace order = maru::fashion::order::v1;
namespace orderview = maru::fashion::orderview::v1;
namespace payment = maru::payment::v1;
namespace product = maru::fashion::product::v1;
namespace store = maru::fashion::store::v1;

using delivery::Delivery;
using order::Order;
using payment::Payment;
using product::Product;
using store::StoreOrder;

constexpr Method<product::RegisterProductRequest, Product> kRegister{
    "fashion-product", "/maru.fashion.product.v1.ProductService/RegisterProduct"};
constexpr Method<product::AddStockRequest, Product> kAddStock{
    "fashion-product", "/maru.fashion.product.v1.ProductService/AddStock"};
constexpr Method<product::ListProductsRequest, product::ListProductsResponse> kListProducts{
    "fashion-product", "/maru.fashion.product.v1.ProductService/ListProducts"};
constexpr Method<order::PlaceOrderRequest, Order> kPlace{
    "fashion-order", "/maru.fashion.order.v1.OrderService/PlaceOrder"};
constexpr Method<order::CancelOrderRequest, Order> kCancel{
    "fashion-order", "/maru.fashion.order.v1.OrderService/CancelOrder"};
constexpr Method<order::GetOrderRequest, Order> kGetOrder{
    "fashion-order", "/maru.fashion.order.v1.OrderService/GetOrder"};
constexpr Method<order::ListOrdersRequest, order::ListOrdersResponse> kListOrders{
    "fashion-order", "/maru.fashion.order.v1.OrderService/ListOrders"};
constexpr Method<payment::ListPaymentsRequest, payment::ListPaymentsResponse> kListPayments{
    "fashion-payment", "/maru.payment.v1.PaymentService/ListPayments"};
constexpr Method<store::AcceptOrderRequest, StoreOrder> kAccept{
    "fashion-store", "/maru.fashion.store.v1.StoreService/AcceptOrder"};
constexpr Method<store::ConfirmCancelRequest, StoreOrder> kConfirm{
    "fashion-store", "/maru.fashion.store.v1.StoreService/ConfirmCancel"};
constexpr Method<store::SetAutoAcceptRequest, store::Store> kSetAutoAccept{
    "fashion-store", "/maru.fashion.store.v1.StoreService/SetAutoAccept"};
constexpr Method<store::ListStoreOrdersRequest, store::ListStoreOrdersResponse> kListStoreOrders{
    "fashion-store", "/maru.fashion.store.v1.StoreService/ListStoreOrders"};
constexpr Method<delivery::CompleteDeliveryRequest, Delivery> kComplete{
    "fashion-delivery", "/maru.fashion.delivery.v1.DeliveryService/CompleteDelivery"};
constexpr Method<delivery::ListDeliveriesRequest, delivery::ListDeliveriesResponse> kListDeliveries{
    "fashion-delivery", "/maru.fashion.delivery.v1.DeliveryService/ListDeliveries"};
constexpr Method<orderview::ListOrderStatusesRequest, orderview::ListOrderStatusesResponse>
    kListStatuses{"fashion-orderview",
                  "/maru.fashion.orderview.v1.OrderviewService/ListOrderStatuses"};

// Accepts and confirms by itself; and by hand.
constexpr char kByItself[] = "s1";
constexpr char kByHand[] = "s2";
constexpr int64_t kPlenty = 1'000'000;
constexpr int64_t kFew = 20;

order::PlaceOrderRequest Two(const std::string& product_id) {
  order::PlaceOrderRequest request;
  request.set_product_id(product_id);
  request.set_quantity(2);
  request.set_customer_name("김민수");
  request.set_customer_address("서울 마포구 어울마당로 35");
  return request;
}

class Fashion final : public People {
 public:
  explicit Fashion(System& system) : People(system) {}

  void Prepare() override {
    shirt_ = Register("린넨 셔츠", kByItself, kPlenty);
    coat_ = Register("코트", kByHand, kPlenty);
    rare_ = Register("한정판", kByItself, kFew);
    store::SetAutoAcceptRequest by_hand;
    by_hand.mutable_store()->set_store_id(kByHand);
    by_hand.mutable_update_mask()->add_paths("auto_accept");
    Do(owner_, kSetAutoAccept, by_hand);
    const std::string canceled = Place(customer_, shirt_, Order::STATUS_DELIVERING);
    const std::string ticket = AwaitStoreOrder(Place(customer_, coat_, Order::STATUS_PAID));
    const std::string started = Place(customer_, shirt_, Order::STATUS_DELIVERING);
    const std::string delivered = AwaitDelivery(started);

    Can("order",
        [this] { return Placed(customer_.Call(kPlace, Two(shirt_)), Order::STATUS_DELIVERING); });
    Can("cancel", [this, canceled,
                   once = Once(customer_, kCancel, ById<order::CancelOrderRequest>(canceled))] {
      return Moved(once(), canceled, Order::STATUS_REFUNDED);
    });
    Can("accept", [this, once = Once(owner_, kAccept, ById<store::AcceptOrderRequest>(ticket))] {
      const auto accepted = once();
      return Moved(accepted, accepted.reply.order_id(), Order::STATUS_DELIVERING);
    });
    Can("complete",
        [this, started,
         once = Once(rider_, kComplete, ById<delivery::CompleteDeliveryRequest>(delivered))] {
          return Moved(once(), started, Order::STATUS_COMPLETED);
        });
    Can("set auto accept", Once(owner_, kSetAutoAccept, by_hand));
    auto more = ById<product::AddStockRequest>(shirt_);
    more.set_quantity(1);
    Can("add stock", [this, once = Once(owner_, kAddStock, more)] {
      const auto result = once();
      const MutexLock lock(mutex_);
      if (result.ok()) added_[shirt_] = kPlenty + 1;
      return result;
    });
    Can("products", [this] { return customer_.Call(kListProducts, {}); });
    Can("orders", [this] { return customer_.Call(kListOrders, {}); });
    Can("payments", [this] { return customer_.Call(kListPayments, {}); });
    Can("store orders", [this] { return owner_.Call(kListStoreOrders, {}); });
    Can("deliveries", [this] { return customer_.Call(kListDeliveries, {}); });
    Can("order statuses", [this] { return customer_.Call(kListStatuses, {}); });
  }

  void Live(Chance& chance) override {
    const Actor customer = By("customer", absl::StrCat("kim-", chance() % 5));
    switch (chance() % 5) {
      case 0:
        Cancel(customer, Place(customer, shirt_, Order::STATUS_DELIVERING));
        break;
      case 1:
        Deliver(customer, Place(customer, shirt_, Order::STATUS_DELIVERING));
        break;
      case 2: {
        const std::string id = Place(customer, coat_, Order::STATUS_PAID);
        Moved(Do(owner_, kAccept, ById<store::AcceptOrderRequest>(AwaitStoreOrder(id))), id,
              Order::STATUS_DELIVERING);
        break;
      }
      case 3: {
        const std::string id = Place(customer, coat_, Order::STATUS_PAID);
        Do(customer, kCancel, ById<order::CancelOrderRequest>(id));
        const std::string ticket = AwaitStoreOrder(id, StoreOrder::STATUS_CANCEL_PENDING);
        Moved(Do(owner_, kConfirm, ById<store::ConfirmCancelRequest>(ticket)), id,
              Order::STATUS_REFUNDED);
        break;
      }
      default:
        WantRare(customer);
    }
  }

  std::string Check() override {
    const MutexLock lock(mutex_);
    const auto products = All(admin_, kListProducts, &product::ListProductsResponse::products);
    const auto payments = All(admin_, kListPayments, &payment::ListPaymentsResponse::payments);
    const auto store_orders = AllStoreOrders();
    const auto deliveries =
        All(admin_, kListDeliveries, &delivery::ListDeliveriesResponse::deliveries);
    const auto statuses =
        All(admin_, kListStatuses, &orderview::ListOrderStatusesResponse::order_statuses);
    for (const absl::Status& read : {products.status(), payments.status(), store_orders.status(),
                                     deliveries.status(), statuses.status()}) {
      if (!read.ok()) return read.ToString();
    }
    Differences differences;
    CheckPieces(*products, differences);
    CheckMoney(*payments, differences);
    CheckFlow(*store_orders, *deliveries, differences);
    differences.Expect("number of order statuses", statuses->size(), told_.size());
    for (const auto& shown : *statuses) {
      differences.Expect(shown.order_id() + " shown",
                         orderview::OrderStatus::Status_Name(shown.order_status()),
                         Order::Status_Name(told_[shown.order_id()].status));
    }
    for (const auto& [id, wanted] : told_) {
      const auto row = admin_.Call(kGetOrder, ById<order::GetOrderRequest>(id));
      if (!row.ok()) return Describe(row);
      differences.Expect(id, Order::Status_Name(row.reply.status()),
                         Order::Status_Name(wanted.status));
      differences.Expect(id + " is to be canceled", row.reply.cancel_requested(),
                         wanted.status == Order::STATUS_REFUNDED);
    }
    return differences.text();
  }

 private:
  // An order that was acknowledged, and what becomes of it.
  struct Told {
    std::string product_id;
    Order::Status status;
  };

  template <class R>
  R Placed(R result, Order::Status status) {
    const MutexLock lock(mutex_);
    if (result.ok()) {
      told_.try_emplace(result.reply.id(), Told{result.reply.product_id(), status});
    }
    return result;
  }
  template <class R>
  R Moved(R result, const std::string& id, Order::Status status) {
    const MutexLock lock(mutex_);
    if (result.ok()) told_[id].status = status;
    return result;
  }

  // Its id.
  std::string Register(const std::string& name, const std::string& store_id, int64_t stock) {
    product::RegisterProductRequest request;
    request.set_store_id(store_id);
    request.set_name(name);
    request.set_price(9'000);
    request.set_stock(stock);
    const std::string id = Do(owner_, kRegister, request).reply.id();
    const MutexLock lock(mutex_);
    added_[id] = stock;
    return id;
  }
  // Its id. `status`: where it gets by itself.
  std::string Place(const Actor& customer, const std::string& product_id, Order::Status status) {
    return Placed(Do(customer, kPlace, Two(product_id)), status).reply.id();
  }
  void Cancel(const Actor& customer, const std::string& id) {
    Moved(Do(customer, kCancel, ById<order::CancelOrderRequest>(id)), id, Order::STATUS_REFUNDED);
  }
  // A cancel comes too late, whether the order knows that already or not.
  void Deliver(const Actor& customer, const std::string& id) {
    const auto request = ById<delivery::CompleteDeliveryRequest>(AwaitDelivery(id));
    Moved(Do(rider_, kComplete, request), id, Order::STATUS_COMPLETED);
    auto cancel = ById<order::CancelOrderRequest>(id);
    cancel.set_request_id(NewRequestId());
    const auto late = customer.Insist(kCancel, cancel);
    if (!late.ok() && late.reason() != "NOT_CANCELABLE") Wrong(Describe(late));
  }
  // Gets it, or is told that there is none.
  void WantRare(const Actor& customer) {
    order::PlaceOrderRequest request = Two(rare_);
    request.set_request_id(NewRequestId());
    const auto placed = Placed(customer.Insist(kPlace, request), Order::STATUS_DELIVERING);
    if (!placed.ok() && placed.reason() != "OUT_OF_STOCK") Wrong(Describe(placed));
  }
  std::string AwaitStoreOrder(const std::string& order_id,
                              StoreOrder::Status status = StoreOrder::STATUS_UNSPECIFIED) {
    store::ListStoreOrdersRequest request;
    request.set_order_id(order_id);
    request.set_status(status);
    return AwaitRow(owner_, kListStoreOrders, &store::ListStoreOrdersResponse::store_orders,
                    request);
  }
  std::string AwaitDelivery(const std::string& order_id) {
    delivery::ListDeliveriesRequest request;
    request.set_order_id(order_id);
    return AwaitRow(rider_, kListDeliveries, &delivery::ListDeliveriesResponse::deliveries,
                    request);
  }

  // Sold is what is ordered and not given back; nothing is lost, made or held.
  void CheckPieces(const std::vector<Product>& products, Differences& differences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::map<std::string, int64_t> sold;
    for (const auto& [id, wanted] : told_) {
      if (wanted.status != Order::STATUS_REFUNDED) sold[wanted.product_id] += 2;
    }
    differences.Expect("number of products", products.size(), added_.size());
    for (const Product& row : products) {
      differences.Expect(row.name() + " sold", row.sold(), sold[row.id()]);
      differences.Expect(row.name() + " reserved", row.reserved(), 0);
      differences.Expect(row.name() + " in stock", row.stock(), added_[row.id()] - sold[row.id()]);
    }
  }

  // Paid is what is ordered, once; given back is what is canceled; nobody paid for anything else.
  void CheckMoney(const std::vector<Payment>& payments, Differences& differences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::map<std::string, int> rows;
    for (const Payment& row : payments) {
      const auto told = told_.find(row.reference_id());
      const bool wanted = told != told_.end() && told->second.status != Order::STATUS_REFUNDED;
      differences.Expect(row.reference_id() + " paid", row.status() == Payment::STATUS_APPROVED,
                         wanted);
      ++rows[row.reference_id()];
    }
    for (const auto& [id, wanted] : told_) differences.Expect("payments of " + id, rows[id], 1);
  }

  // The list leaves out those that are canceled, unless it is asked for them.
  absl::StatusOr<std::vector<StoreOrder>> AllStoreOrders() const {
    std::vector<StoreOrder> all;
    for (const auto status : {StoreOrder::STATUS_UNSPECIFIED, StoreOrder::STATUS_CANCELED}) {
      store::ListStoreOrdersRequest request;
      request.set_status(status);
      const auto found =
          All(admin_, kListStoreOrders, &store::ListStoreOrdersResponse::store_orders, request);
      if (!found.ok()) return found.status();
      all.insert(all.end(), found->begin(), found->end());
    }
    return all;
  }

  // One store order an order; a delivery for what was accepted, which ends as the order does.
  void CheckFlow(const std::vector<StoreOrder>& store_orders,
                 const std::vector<Delivery>& deliveries, Differences& differences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    differences.Expect("number of store orders", store_orders.size(), told_.size());
    for (const StoreOrder& row : store_orders) {
      differences.Expect("store order of " + row.order_id() + " canceled",
                         row.status() == StoreOrder::STATUS_CANCELED,
                         told_[row.order_id()].status == Order::STATUS_REFUNDED);
    }
    std::map<std::string, Order::Status> delivered;
    for (const Delivery& row : deliveries) {
      delivered[row.order_id()] = row.status() == Delivery::STATUS_CANCELED ? Order::STATUS_REFUNDED
                                  : row.status() == Delivery::STATUS_COMPLETED
                                      ? Order::STATUS_COMPLETED
                                      : Order::STATUS_DELIVERING;
    }
    differences.Expect("orders with a delivery", delivered.size(), deliveries.size());
    for (const auto& [id, wanted] : told_) {
      const auto found = delivered.find(id);
      // One that was canceled before it was accepted has none.
      if (found == delivered.end() && wanted.status == Order::STATUS_REFUNDED) continue;
      differences.Expect("delivery of " + id,
                         found == delivered.end() ? Order::STATUS_PAID : found->second,
                         wanted.status);
    }
  }

  const Actor customer_ = By("customer", "jiwoo");
  const Actor owner_ = By("owner", "park", {kByItself, kByHand});
  const Actor rider_ = By("rider", "jun");
  const Actor admin_ = By("admin", "root");
  // Products; made before anybody lives.
  std::string shirt_;
  std::string coat_;
  std::string rare_;
  // What owners added, by product.
  std::map<std::string, int64_t> added_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Told> told_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<People> FashionPeople(System& system) { return std::make_unique<Fashion>(system); }

}  // namespace maru::harness
