// MetricsServer: Prometheus metrics over HTTP, under /metrics.
//
// Our own few lines of HTTP rather than prometheus::Exposer: that one takes two seconds to stop,
// wakes up every two seconds for nothing, and brings a web server along (README.md).
#ifndef MARU_COMMON_SERVICE_METRICS_SERVER_H_
#define MARU_COMMON_SERVICE_METRICS_SERVER_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "prometheus/collectable.h"

namespace maru::service {

// Serves from a thread of its own, one request at a time: scrapes are few. A client that dawdles is
// dropped after two seconds. Nothing wakes up when nobody asks.
class MetricsServer {
 public:
  // Listens on `address` ("127.0.0.1:17101"; port 0 takes a free one) and serves what `sources`
  // collect at that moment. FAILED_PRECONDITION: the address cannot be listened on; says why.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      const std::string& address, std::vector<std::shared_ptr<prometheus::Collectable>> sources);
  // Waits for the request under way.
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  int port() const { return port_; }

 private:
  MetricsServer(int listener, int port,
                std::vector<std::shared_ptr<prometheus::Collectable>> sources);

  void Run();
  void Answer(int connection) const;
  std::string AnswerTo(const std::string& request) const;
  std::string Metrics() const;

  const std::vector<std::shared_ptr<prometheus::Collectable>> sources_;
  const int listener_;
  const int port_;
  const int stop_;  // eventfd
  std::thread thread_;
};

}  // namespace maru::service

#endif  // MARU_COMMON_SERVICE_METRICS_SERVER_H_
