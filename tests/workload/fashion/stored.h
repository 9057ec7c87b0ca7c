// All that fashion at rest shows, read once: what the checkers compare with what people were told.
#ifndef MARU_TESTS_WORKLOAD_FASHION_STORED_H_
#define MARU_TESTS_WORKLOAD_FASHION_STORED_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/workload/fashion/town.h"
#include "tests/workload/stored.h"

namespace maru::workload::fashion {

struct Stored {
  // All of them, whatever their status.
  std::vector<product::Product> products;
  std::vector<order::Order> orders;
  std::vector<payment::Payment> payments;
  std::vector<store::StoreOrder> store_orders;
  std::vector<delivery::Delivery> deliveries;
  std::vector<orderview::OrderStatus> views;
  // By name.
  std::map<std::string, Topic> topics;
};

// Once nothing flows any more. Errors of the calls. The arguments must live until the task is
// finished.
async::Task<absl::StatusOr<Stored>> ReadStored(const Actor& admin, const std::vector<Flow>& flows);

}  // namespace maru::workload::fashion

#endif  // MARU_TESTS_WORKLOAD_FASHION_STORED_H_
