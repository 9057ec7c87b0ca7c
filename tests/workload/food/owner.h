// The owner of a store of food: accepts, rejects and cooks what was ordered, or forgets it, while
// customers cancel and time runs out.
#ifndef MARU_TESTS_WORKLOAD_FOOD_OWNER_H_
#define MARU_TESTS_WORKLOAD_FOOD_OWNER_H_

#include <string>

#include "tests/workload/food/town.h"
#include "tests/workload/person.h"

namespace maru::workload::food {

class Owner final : public Person {
 public:
  Owner(Api& api, const std::string& store_id, Town& town, PersonOptions options)
      : Person(Actor(api, "owner", absl::StrCat("owner-", store_id), {store_id}), options),
        store_id_(store_id),
        town_(town) {}

  // Looks at all tickets, then does something with one.
  async::Task<> Step() override;

 private:
  async::Task<> WorkOn(store::StoreOrder ticket);
  // One command about a ticket; `Event` is what it publishes.
  template <typename Event, typename Request>
  async::Task<> Do(Method<Request, store::StoreOrder> method, store::StoreOrder ticket,
                   store::StoreOrder::Status wanted);

  const std::string store_id_;
  Town& town_;
};

}  // namespace maru::workload::food

#endif  // MARU_TESTS_WORKLOAD_FOOD_OWNER_H_
