// KeyCache: keys are read from their files once for all runs: decoding them took longer than all
// else.
#ifndef MARU_TESTS_SIMULATION_KEY_CACHE_H_
#define MARU_TESTS_SIMULATION_KEY_CACHE_H_

#include <map>
#include <memory>
#include <string>

#include "common/rpc/identity/key_files.h"

namespace maru::simulation {

class KeyCache {
 public:
  // The cache outlives the result.
  std::unique_ptr<rpc::KeySource> Open() { return std::make_unique<Source>(*this); }

 private:
  class Source final : public rpc::KeySource {
   public:
    explicit Source(KeyCache& cache) : cache_(cache) {}
    absl::StatusOr<rpc::Es256PublicKey> PublicKey(const std::string& folder) override {
      auto found = cache_.public_keys_.find(folder);
      if (found == cache_.public_keys_.end()) {
        found = cache_.public_keys_.emplace(folder, rpc::LoadPublicKey(folder)).first;
      }
      return found->second;
    }
    absl::StatusOr<rpc::Es256PrivateKey> PrivateKey(const std::string& folder) override {
      auto found = cache_.private_keys_.find(folder);
      if (found == cache_.private_keys_.end()) {
        found = cache_.private_keys_.emplace(folder, rpc::LoadPrivateKey(folder)).first;
      }
      return found->second;
    }

   private:
    KeyCache& cache_;
  };

  std::map<std::string, absl::StatusOr<rpc::Es256PublicKey>> public_keys_;
  std::map<std::string, absl::StatusOr<rpc::Es256PrivateKey>> private_keys_;
};

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_KEY_CACHE_H_
