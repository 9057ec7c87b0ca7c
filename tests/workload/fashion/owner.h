// The owner of a store of fashion: brings few pieces, accepts orders and confirms cancels, or lets
// the store do both by itself.
#ifndef MARU_TESTS_WORKLOAD_FASHION_OWNER_H_
#define MARU_TESTS_WORKLOAD_FASHION_OWNER_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/fashion/town.h"
#include "tests/workload/person.h"

namespace maru::workload::fashion {

class Owner final : public Person {
 public:
  Owner(Api& api, const std::string& store_id, Town& town, PersonOptions options)
      : Person(Actor(api, "owner", absl::StrCat("owner-", store_id), {store_id}), options),
        store_id_(store_id),
        town_(town) {}

  async::Task<> Step() override;

 private:
  async::Task<> Register();
  async::Task<> AddStock();
  async::Task<> SetAutoAccept();
  // Looks at all store orders, then does something with one.
  async::Task<> Work();
  async::Task<> Accept(store::StoreOrder row);
  async::Task<> ConfirmCancel(store::StoreOrder row);

  const std::string store_id_;
  Town& town_;
  // Products of this store that are known to be there.
  std::vector<std::string> products_;
};

}  // namespace maru::workload::fashion

#endif  // MARU_TESTS_WORKLOAD_FASHION_OWNER_H_
