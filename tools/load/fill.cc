#include "tools/load/fill.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "common/async/thread_loop.h"
#include "common/base/os.h"
#include "common/base/status.h"
#include "common/events/journal.h"
#include "common/rpc/readers.h"
#include "common/saga/timers.h"
#include "common/store/rocksdb_backend.h"
#include "common/store/store.h"
#include "prometheus/registry.h"
#include "services/food/order/domain.h"
#include "services/food/order/tables.h"
#include "services/payment/domain.h"
#include "services/payment/ledger.h"
#include "services/payment/tables.h"

namespace maru::load {
namespace {

using store::Txn;

constexpr uint64_t kRowsPerTransaction = 1000;
constexpr uint64_t kCustomers = 100'000;
constexpr uint64_t kStores = 1000;

// The store of one deployment that is down.
class Deployment {
 public:
  static absl::StatusOr<std::unique_ptr<Deployment>> Open(const std::string& data_folder,
                                                          const std::string& name) {
    auto deployment = std::unique_ptr<Deployment>(new Deployment);
    store::RocksDbOptions engine_options;
    engine_options.folder = absl::StrCat(data_folder, "/", name);
    engine_options.write_buffer_bytes = 64 << 20;
    std::error_code failed;  // opening says what is wrong
    std::filesystem::create_directories(engine_options.folder, failed);
    ASSIGN_OR_RETURN(auto engine, store::OpenRocksDb(engine_options, deployment->loop_));
    deployment->engine_ = engine.get();
    store::StoreOptions options;
    options.deployment = name;
    options.topic = absl::StrReplaceAll(name, {{"-", "."}});
    ASSIGN_OR_RETURN(
        deployment->store_,
        store::Store::Open(options, std::move(engine), deployment->loop_, deployment->random_));
    return deployment;
  }
  ~Deployment() {
    loop_.RunHere([this] { store_.reset(); });
  }

  template <class Fn>
  absl::Status Apply(Fn fn) {
    return loop_.BlockOn(store_->Apply(std::move(fn)));
  }
  // Waits until the engine has nothing left to rewrite.
  void Settle() {
    while (engine_->DebtBytes() > 0) absl::SleepFor(absl::Milliseconds(100));
  }

  async::ThreadLoop& loop() { return loop_; }
  Random& random() { return random_; }
  store::Store& store() { return *store_; }

 private:
  Deployment() = default;

  async::ThreadLoop loop_;
  OsRandom random_;
  store::Backend* engine_ = nullptr;
  std::unique_ptr<store::Store> store_;
};

// --- Orders ---

absl::StatusOr<food::order::disk::Order> PutOrder(Txn& txn, uint64_t row) {
  food::order::v1::PlaceOrderRequest request;
  request.set_store_id(absl::StrCat("store-", row % kStores));
  request.set_store_name("김밥천국 홍대점");
  request.set_address("서울 마포구 어울마당로 35");
  food::order::v1::OrderItem& item = *request.add_items();
  item.set_item_name("김치찌개");
  item.set_quantity(2);
  item.set_unit_price(9000);
  ASSIGN_OR_RETURN(food::order::disk::Order order,
                   food::order::Place(request, absl::StrCat("customer-", row % kCustomers),
                                      txn.Now(), txn.NewId()));
  order.set_status(food::order::v1::Order::STATUS_DELIVERED);
  food::order::kOrders.Put(txn, order.id(), order);
  for (const std::string& reader : rpc::ReadersOf(order)) {
    food::order::kOrdersByReader.Put(txn, reader, order.id());
  }
  return order;
}

// What the payment of `order` leaves, but for its event, which went out long ago.
void PutPayment(Txn& txn, const food::order::disk::Order& order) {
  payment::v1::PayRequest request;
  request.set_reference_id(order.id());
  request.set_customer_id(order.customer_id());
  request.set_amount(order.price());
  request.set_currency_code(order.currency_code());
  request.set_pay_kind(order.pay_kind());
  const payment::disk::Payment row =
      payment::Pay(request, payment::Decision::kApproved, txn.Now(), txn.NewId()).payment;
  payment::disk::Reference reference;
  reference.set_payment_id(row.id());
  payment::kReferences.Put(txn, row.reference_id(), reference);
  payment::kPaymentsByCustomer.Put(txn, row.customer_id(), row.id());
  payment::kPayments.Put(txn, row.id(), row);
  payment::kEntries.Put(txn, row.reference_id(), txn.NewId(), *payment::EntryOf({}, row));
}

// --- Timers ---

// That of services/food/store.
constexpr char kTimerKind[] = "ticket-timeout";

class NoJournal final : public events::Journal {
 public:
  void Warn(std::string_view, std::string_view, const absl::Status&) override {}
  void Error(std::string_view, std::string_view, const absl::Status&) override {}
};

// Calls `fill(rows)` for each transaction that adds up to `count` rows.
template <class Fn>
absl::Status InTransactions(uint64_t count, Fn fill) {
  while (count > 0) {
    const uint64_t rows = std::min(count, kRowsPerTransaction);
    RETURN_IF_ERROR(fill(rows));
    count -= rows;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FillOrders(const std::string& data_folder, uint64_t count) {
  ASSIGN_OR_RETURN(const auto orders, Deployment::Open(data_folder, "food-order"));
  ASSIGN_OR_RETURN(const auto payments, Deployment::Open(data_folder, "food-payment"));
  uint64_t number = 0;
  std::vector<food::order::disk::Order> placed;
  RETURN_IF_ERROR(InTransactions(count, [&](uint64_t rows) -> absl::Status {
    placed.clear();
    RETURN_IF_ERROR(orders->Apply([&](Txn& txn) -> absl::Status {
      for (uint64_t i = 0; i < rows; ++i) {
        ASSIGN_OR_RETURN(food::order::disk::Order order, PutOrder(txn, number++));
        placed.push_back(std::move(order));
      }
      return absl::OkStatus();
    }));
    return payments->Apply([&](Txn& txn) {
      for (const food::order::disk::Order& order : placed) PutPayment(txn, order);
      return absl::OkStatus();
    });
  }));
  orders->Settle();
  payments->Settle();
  return absl::OkStatus();
}

absl::Status FillTimers(const std::string& data_folder, uint64_t count) {
  ASSIGN_OR_RETURN(const auto deployment, Deployment::Open(data_folder, "food-store"));
  NoJournal journal;
  prometheus::Registry registry;
  saga::Timers timers(
      {deployment->loop(), deployment->random(), deployment->store(), journal, registry}, {});
  RETURN_IF_ERROR(InTransactions(count, [&](uint64_t rows) {
    return deployment->Apply([&](Txn& txn) -> absl::Status {
      const absl::Time due = txn.Now() + absl::Hours(24 * 30);
      for (uint64_t i = 0; i < rows; ++i) {
        RETURN_IF_ERROR(timers.Set(txn, kTimerKind, txn.NewId(), due));
      }
      return absl::OkStatus();
    });
  }));
  deployment->Settle();
  return absl::OkStatus();
}

}  // namespace maru::load
