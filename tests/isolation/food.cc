// The people of food: customers order and cancel, a store cooks or rejects, a rider delivers.
#include "maru/food/dashboard/v1/dashboard.pb.h"
#include "maru/food/delivery/v1/delivery.pb.h"
#include "maru/food/order/v1/order.pb.h"
#include "maru/food/store/v1/store.pb.h"
#include "maru/payment/v1/payment.pb.h"
#include "tests/isolation/people.h"

namespace maru::harness {
namespace {

namespace dashboard = maru::food::dashboard::v1;
namespace delivery = maru::food::delivery::v1;
namespace order = maru::food::order::v1;
namespace payment = maru::payment::v1;
namespace store = maru::food::store::v1;

using order::Order;
using payment::Payment;
using store::StoreOrder;

constexpr Method<order::PlaceOrderRequest, Order> kPlace{
    "food-order", "/maru.food.order.v1.OrderService/PlaceOrder"};
constexpr Method<order::CancelOrderRequest, Order> kCancel{
    "food-order", "/maru.food.order.v1.OrderService/CancelOrder"};
constexpr Method<order::GetOrderRequest, Order> kGetOrder{
    "food-order", "/maru.food.order.v1.OrderService/GetOrder"};
constexpr Method<order::ListOrdersRequest, order::ListOrdersResponse> kListOrders{
    "food-order", "/maru.food.order.v1.OrderService/ListOrders"};
constexpr Method<payment::ListPaymentsRequest, payment::ListPaymentsResponse> kListPayments{
    "food-payment", "/maru.payment.v1.PaymentService/ListPayments"};
constexpr Method<store::AcceptOrderRequest, StoreOrder> kAccept{
    "food-store", "/maru.food.store.v1.StoreService/AcceptOrder"};
constexpr Method<store::RejectOrderRequest, StoreOrder> kReject{
    "food-store", "/maru.food.store.v1.StoreService/RejectOrder"};
constexpr Method<store::StartCookingRequest, StoreOrder> kStartCooking{
    "food-store", "/maru.food.store.v1.StoreService/StartCooking"};
constexpr Method<store::FinishCookingRequest, StoreOrder> kFinishCooking{
    "food-store", "/maru.food.store.v1.StoreService/FinishCooking"};
constexpr Method<store::ListStoreOrdersRequest, store::ListStoreOrdersResponse> kListTickets{
    "food-store", "/maru.food.store.v1.StoreService/ListStoreOrders"};
constexpr Method<delivery::PickUpRequest, delivery::Delivery> kPickUp{
    "food-delivery", "/maru.food.delivery.v1.DeliveryService/PickUp"};
constexpr Method<delivery::CompleteDeliveryRequest, delivery::Delivery> kComplete{
    "food-delivery", "/maru.food.delivery.v1.DeliveryService/CompleteDelivery"};
constexpr Method<delivery::ListDeliveriesRequest, delivery::ListDeliveriesResponse> kListDeliveries{
    "food-delivery", "/maru.food.delivery.v1.DeliveryService/ListDeliveries"};
constexpr Method<dashboard::ListOrderViewsRequest, dashboard::ListOrderViewsResponse> kListViews{
    "food-dashboard", "/maru.food.dashboard.v1.DashboardService/ListOrderViews"};

constexpr char kStore[] = "s1";

order::PlaceOrderRequest Dinner() {
  order::PlaceOrderRequest request;
  request.set_store_id(kStore);
  request.set_store_name("마루분식");
  request.set_address("서울 마포구 어울마당로 35");
  order::OrderItem& item = *request.add_items();
  item.set_item_name("떡볶이");
  item.set_quantity(2);
  item.set_unit_price(4'500);
  return request;
}

class Food final : public People {
 public:
  explicit Food(System& system) : People(system) {}

  void Prepare() override {
    const std::string canceled = Place(customer_);
    const std::string ticket = AwaitTicket(Place(customer_));
    const std::string cooked = Place(customer_);
    Cook(AwaitTicket(cooked));
    const std::string delivered = AwaitDelivery(cooked);
    Told(cooked, Order::STATUS_DELIVERING);
    Can("order", [this] { return Placed(customer_.Call(kPlace, Dinner())); });
    Can("cancel", [this, canceled,
                   once = Once(customer_, kCancel, ById<order::CancelOrderRequest>(canceled))] {
      return Moved(once(), canceled, Order::STATUS_REFUNDED);
    });
    Can("accept", [this, once = Once(owner_, kAccept, ById<store::AcceptOrderRequest>(ticket))] {
      const auto accepted = once();
      return Moved(accepted, accepted.reply.order_id(), Order::STATUS_ACCEPTED);
    });
    Can("pick up",
        [this, cooked, once = Once(rider_, kPickUp, ById<delivery::PickUpRequest>(delivered))] {
          return Moved(once(), cooked, Order::STATUS_PICKED_UP);
        });
    Can("orders", [this] { return customer_.Call(kListOrders, {}); });
    Can("payments", [this] { return customer_.Call(kListPayments, {}); });
    Can("tickets", [this] { return owner_.Call(kListTickets, {}); });
    Can("deliveries", [this] { return customer_.Call(kListDeliveries, {}); });
    Can("dashboard", [this] { return customer_.Call(kListViews, {}); });
  }

  void Live(Chance& chance) override {
    const Actor customer = By("customer", absl::StrCat("kim-", chance() % 5));
    const std::string id = Place(customer);
    switch (chance() % 4) {
      case 0:
        Moved(Do(customer, kCancel, ById<order::CancelOrderRequest>(id)), id,
              Order::STATUS_REFUNDED);
        break;
      case 1:
        Moved(Do(owner_, kReject, ById<store::RejectOrderRequest>(AwaitTicket(id))), id,
              Order::STATUS_REFUNDED);
        break;
      case 2:
        Cook(AwaitTicket(id));
        Deliver(id);
        break;
      default:
        break;
    }
  }

  std::string Check() override {
    const MutexLock lock(mutex_);
    const auto views = All(admin_, kListViews, &dashboard::ListOrderViewsResponse::order_views);
    const auto payments = All(admin_, kListPayments, &payment::ListPaymentsResponse::payments);
    const auto tickets = AllTickets();
    const auto deliveries =
        All(admin_, kListDeliveries, &delivery::ListDeliveriesResponse::deliveries);
    for (const absl::Status& read :
         {views.status(), payments.status(), tickets.status(), deliveries.status()}) {
      if (!read.ok()) return read.ToString();
    }
    Differences differences;
    CheckMoney(*payments, differences);
    CheckTickets(*tickets, *deliveries, differences);
    differences.Expect("number of views", views->size(), told_.size());
    for (const auto& view : *views) {
      differences.Expect(view.order_id() + " shown",
                         dashboard::OrderView::Status_Name(view.status()),
                         Order::Status_Name(told_[view.order_id()]));
    }
    for (const auto& [id, status] : told_) {
      const auto row = admin_.Call(kGetOrder, ById<order::GetOrderRequest>(id));
      if (!row.ok()) return Describe(row);
      differences.Expect(id, Order::Status_Name(row.reply.status()), Order::Status_Name(status));
    }
    return differences.text();
  }

 private:
  void Told(const std::string& id, Order::Status status) {
    const MutexLock lock(mutex_);
    told_[id] = status;
  }
  template <class R>
  R Placed(R result) {
    const MutexLock lock(mutex_);
    if (result.ok()) told_.try_emplace(result.reply.id(), Order::STATUS_PAID);
    return result;
  }
  template <class R>
  R Moved(R result, const std::string& id, Order::Status status) {
    if (result.ok()) Told(id, status);
    return result;
  }

  // Its id.
  std::string Place(const Actor& customer) {
    return Placed(Do(customer, kPlace, Dinner())).reply.id();
  }
  std::string AwaitTicket(const std::string& order_id) {
    store::ListStoreOrdersRequest request;
    request.set_order_id(order_id);
    return AwaitRow(owner_, kListTickets, &store::ListStoreOrdersResponse::store_orders, request);
  }
  std::string AwaitDelivery(const std::string& order_id) {
    delivery::ListDeliveriesRequest request;
    request.set_order_id(order_id);
    return AwaitRow(rider_, kListDeliveries, &delivery::ListDeliveriesResponse::deliveries,
                    request);
  }
  void Cook(const std::string& ticket) {
    Do(owner_, kAccept, ById<store::AcceptOrderRequest>(ticket));
    Do(owner_, kStartCooking, ById<store::StartCookingRequest>(ticket));
    Do(owner_, kFinishCooking, ById<store::FinishCookingRequest>(ticket));
  }
  void Deliver(const std::string& order_id) {
    const std::string id = AwaitDelivery(order_id);
    Do(rider_, kPickUp, ById<delivery::PickUpRequest>(id));
    Moved(Do(rider_, kComplete, ById<delivery::CompleteDeliveryRequest>(id)), order_id,
          Order::STATUS_DELIVERED);
  }

  // Paid is what is ordered, once; given back is what nobody cooks; nobody paid for anything else.
  void CheckMoney(const std::vector<Payment>& payments, Differences& differences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::map<std::string, int> rows;
    for (const Payment& row : payments) {
      const auto told = told_.find(row.reference_id());
      const bool wanted = told != told_.end() && told->second != Order::STATUS_REFUNDED;
      differences.Expect(row.reference_id() + " paid", row.status() == Payment::STATUS_APPROVED,
                         wanted);
      ++rows[row.reference_id()];
    }
    for (const auto& [id, status] : told_) differences.Expect("payments of " + id, rows[id], 1);
  }

  // The list leaves out those that ended, unless it is asked for them.
  absl::StatusOr<std::vector<StoreOrder>> AllTickets() const {
    std::vector<StoreOrder> all;
    for (const auto status : {StoreOrder::STATUS_UNSPECIFIED, StoreOrder::STATUS_REJECTED,
                              StoreOrder::STATUS_CANCELED}) {
      store::ListStoreOrdersRequest request;
      request.set_status(status);
      const auto tickets =
          All(admin_, kListTickets, &store::ListStoreOrdersResponse::store_orders, request);
      if (!tickets.ok()) return tickets.status();
      all.insert(all.end(), tickets->begin(), tickets->end());
    }
    return all;
  }

  // One ticket an order; a delivery for what was cooked, and for nothing else.
  void CheckTickets(const std::vector<StoreOrder>& tickets,
                    const std::vector<delivery::Delivery>& deliveries, Differences& differences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    differences.Expect("number of tickets", tickets.size(), told_.size());
    size_t cooked = 0;
    for (const StoreOrder& ticket : tickets) {
      const bool ended = ticket.status() == StoreOrder::STATUS_CANCELED ||
                         ticket.status() == StoreOrder::STATUS_REJECTED;
      cooked += ticket.status() == StoreOrder::STATUS_COOKED ? 1 : 0;
      differences.Expect("ticket of " + ticket.order_id() + " ended", ended,
                         told_[ticket.order_id()] == Order::STATUS_REFUNDED);
    }
    differences.Expect("number of deliveries", deliveries.size(), cooked);
  }

  const Actor customer_ = By("customer", "jiwoo");
  const Actor owner_ = By("owner", "park", {kStore});
  const Actor rider_ = By("rider", "jun");
  const Actor admin_ = By("admin", "root");
  // Acknowledged: orders, and what becomes of them.
  std::map<std::string, Order::Status> told_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<People> FoodPeople(System& system) { return std::make_unique<Food>(system); }

}  // namespace maru::harness
