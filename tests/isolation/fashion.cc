// The people of fashion: customers order and cancel, stores accept by themselves, a rider delivers.
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
constexpr Method<store::SetAutoAcceptRequest, store::Store> kSetAutoAccept{
    "fashion-store", "/maru.fashion.store.v1.StoreService/SetAutoAccept"};
constexpr Method<store::ListStoreOrdersRequest, store::ListStoreOrdersResponse> kListStoreOrders{
    "fashion-store", "/maru.fashion.store.v1.StoreService/ListStoreOrders"};
constexpr Method<delivery::CompleteDeliveryRequest, delivery::Delivery> kComplete{
    "fashion-delivery", "/maru.fashion.delivery.v1.DeliveryService/CompleteDelivery"};
constexpr Method<delivery::ListDeliveriesRequest, delivery::ListDeliveriesResponse> kListDeliveries{
    "fashion-delivery", "/maru.fashion.delivery.v1.DeliveryService/ListDeliveries"};
constexpr Method<orderview::ListOrderStatusesRequest, orderview::ListOrderStatusesResponse>
    kListStatuses{"fashion-orderview",
                  "/maru.fashion.orderview.v1.OrderviewService/ListOrderStatuses"};

// The first accepts by itself, the second does not.
constexpr char kStore[] = "s1";
constexpr char kSlowStore[] = "s2";
constexpr int64_t kStock = 100'000;
constexpr int64_t kMore = 50;

product::RegisterProductRequest Coat(const std::string& store_id) {
  product::RegisterProductRequest request;
  request.set_store_id(store_id);
  request.set_name("한복 두루마기");
  request.set_price(89'000);
  request.set_stock(kStock);
  return request;
}

order::PlaceOrderRequest Wish(const std::string& product_id, int quantity) {
  order::PlaceOrderRequest request;
  request.set_product_id(product_id);
  request.set_quantity(quantity);
  request.set_customer_name("김민수");
  request.set_customer_address("서울 마포구 어울마당로 35");
  return request;
}

store::SetAutoAcceptRequest AutoAccept(const std::string& store_id, bool on) {
  store::SetAutoAcceptRequest request;
  request.mutable_store()->set_store_id(store_id);
  request.mutable_store()->set_auto_accept(on);
  request.mutable_update_mask()->add_paths("auto_accept");
  return request;
}

class Fashion final : public People {
 public:
  explicit Fashion(System& system) : People(system) {}

  void Prepare() override {
    Do(owner_, kSetAutoAccept, AutoAccept(kSlowStore, false));
    coat_ = Do(owner_, kRegister, Coat(kStore)).reply.id();
    const std::string slow_coat = Do(owner_, kRegister, Coat(kSlowStore)).reply.id();
    {
      const MutexLock lock(mutex_);
      stock_ = {{coat_, kStock}, {slow_coat, kStock}};
    }
    const std::string canceled = Place(customer_, 1);
    const std::string completed = Place(customer_, 2);
    const std::string accepted =
        Placed(Do(customer_, kPlace, Wish(slow_coat, 3)), Order::STATUS_PAID).reply.id();
    Can("order", [this] {
      return Placed(customer_.Call(kPlace, Wish(coat_, 1)), Order::STATUS_DELIVERING);
    });
    Can("cancel", [this, canceled,
                   once = Once(customer_, kCancel, ById<order::CancelOrderRequest>(canceled))] {
      return Moved(once(), canceled, Order::STATUS_REFUNDED);
    });
    Can("accept",
        [this, accepted,
         once = Once(owner_, kAccept, ById<store::AcceptOrderRequest>(AwaitStoreOrder(accepted)))] {
          return Moved(once(), accepted, Order::STATUS_DELIVERING);
        });
    Can("complete",
        [this, completed,
         once = Once(rider_, kComplete,
                     ById<delivery::CompleteDeliveryRequest>(AwaitDelivery(completed)))] {
          return Moved(once(), completed, Order::STATUS_COMPLETED);
        });
    product::AddStockRequest more;
    more.set_id(slow_coat);
    more.set_quantity(kMore);
    Can("add stock", [this, slow_coat, once = Once(owner_, kAddStock, more)] {
      const auto added = once();
      const MutexLock lock(mutex_);
      if (added.ok()) stock_[slow_coat] = kStock + kMore;
      return added;
    });
    Can("set auto accept", Once(owner_, kSetAutoAccept, AutoAccept(kStore, true)));
    Can("products", [this] { return customer_.Call(kListProducts, {}); });
    Can("orders", [this] { return customer_.Call(kListOrders, {}); });
    Can("payments", [this] { return customer_.Call(kListPayments, {}); });
    Can("store orders", [this] { return owner_.Call(kListStoreOrders, {}); });
    Can("deliveries", [this] { return customer_.Call(kListDeliveries, {}); });
    Can("order statuses", [this] { return customer_.Call(kListStatuses, {}); });
  }

  void Live(Chance& chance) override {
    const Actor customer = By("customer", absl::StrCat("kim-", chance() % 5));
    const std::string id = Place(customer, 1 + static_cast<int>(chance() % 3));
    switch (chance() % 3) {
      case 0:
        Moved(Do(customer, kCancel, ById<order::CancelOrderRequest>(id)), id,
              Order::STATUS_REFUNDED);
        break;
      case 1:
        Moved(Do(rider_, kComplete, ById<delivery::CompleteDeliveryRequest>(AwaitDelivery(id))), id,
              Order::STATUS_COMPLETED);
        break;
      default:
        break;
    }
  }

  std::string Check() override {
    const MutexLock lock(mutex_);
    const auto products = All(admin_, kListProducts, &product::ListProductsResponse::products);
    const auto payments = All(admin_, kListPayments, &payment::ListPaymentsResponse::payments);
    const auto statuses =
        All(admin_, kListStatuses, &orderview::ListOrderStatusesResponse::order_statuses);
    const auto deliveries =
        All(admin_, kListDeliveries, &delivery::ListDeliveriesResponse::deliveries);
    for (const absl::Status& read :
         {products.status(), payments.status(), statuses.status(), deliveries.status()}) {
      if (!read.ok()) return read.ToString();
    }
    Differences differences;
    CheckStock(*products, differences);
    CheckMoney(*payments, differences);
    differences.Expect("number of order statuses", statuses->size(), told_.size());
    for (const auto& row : *statuses) {
      differences.Expect(row.order_id() + " shown",
                         orderview::OrderStatus::Status_Name(row.order_status()),
                         Order::Status_Name(told_[row.order_id()].status));
    }
    for (const auto& row : *deliveries) {
      differences.Expect("delivery of " + row.order_id() + " canceled",
                         row.status() == delivery::Delivery::STATUS_CANCELED,
                         told_[row.order_id()].status == Order::STATUS_REFUNDED);
    }
    for (const auto& [id, told] : told_) {
      const auto row = admin_.Call(kGetOrder, ById<order::GetOrderRequest>(id));
      if (!row.ok()) return Describe(row);
      differences.Expect(id, Order::Status_Name(row.reply.status()),
                         Order::Status_Name(told.status));
    }
    return differences.text();
  }

 private:
  struct Told {
    Order::Status status = Order::STATUS_UNSPECIFIED;
    std::string product_id = {};
    int64_t quantity = 0;
  };

  template <class R>
  R Placed(R result, Order::Status status) {
    const MutexLock lock(mutex_);
    if (result.ok()) {
      told_.try_emplace(result.reply.id(),
                        Told{status, result.reply.product_id(), result.reply.quantity()});
    }
    return result;
  }
  template <class R>
  R Moved(R result, const std::string& id, Order::Status status) {
    const MutexLock lock(mutex_);
    if (result.ok()) told_[id].status = status;
    return result;
  }

  // Its id. The store accepts by itself, so that it is on its way in the end.
  std::string Place(const Actor& customer, int quantity) {
    return Placed(Do(customer, kPlace, Wish(coat_, quantity)), Order::STATUS_DELIVERING).reply.id();
  }
  std::string AwaitStoreOrder(const std::string& order_id) {
    store::ListStoreOrdersRequest request;
    request.set_order_id(order_id);
    return AwaitRow(owner_, kListStoreOrders, &store::ListStoreOrdersResponse::store_orders,
                    request);
  }
  std::string AwaitDelivery(const std::string& order_id) {
    delivery::ListDeliveriesRequest request;
    request.set_order_id(order_id);
    return AwaitRow(rider_, kListDeliveries, &delivery::ListDeliveriesResponse::deliveries,
                    request);
  }

  // What owners added is there, or sold to somebody who keeps it.
  void CheckStock(const std::vector<Product>& products, Differences& differences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::map<std::string, int64_t> sold;
    for (const auto& [id, told] : told_) {
      if (told.status != Order::STATUS_REFUNDED) sold[told.product_id] += told.quantity;
    }
    differences.Expect("number of products", products.size(), stock_.size());
    for (const Product& row : products) {
      differences.Expect(row.id() + " sold", row.sold(), sold[row.id()]);
      differences.Expect(row.id() + " reserved", row.reserved(), 0);
      differences.Expect(row.id() + " stock", row.stock(), stock_[row.id()] - sold[row.id()]);
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
    for (const auto& [id, told] : told_) differences.Expect("payments of " + id, rows[id], 1);
  }

  const Actor customer_ = By("customer", "jiwoo");
  const Actor owner_ = By("owner", "park", {kStore, kSlowStore});
  const Actor rider_ = By("rider", "jun");
  const Actor admin_ = By("admin", "root");
  std::string coat_;
  // What owners added, by product; acknowledged orders, and what becomes of them.
  std::map<std::string, int64_t> stock_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Told> told_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<People> FashionPeople(System& system) { return std::make_unique<Fashion>(system); }

}  // namespace maru::harness
