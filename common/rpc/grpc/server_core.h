// ServerCore: what outlives a GrpcServer until gRPC has given everything back: the C server and the
// call objects.
#ifndef MARU_COMMON_RPC_GRPC_SERVER_CORE_H_
#define MARU_COMMON_RPC_GRPC_SERVER_CORE_H_

#include <grpc/grpc.h>

#include <memory>
#include <vector>

#include "common/async/signal.h"
#include "common/rpc/grpc/loop.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

class ServerCall;

// Counts its users: the GrpcServer, each call object that gRPC has or that serves a call, and the
// pending shutdown. Destroys itself with the last one. Loop's thread only.
class ServerCore {
 public:
  // `server` is started. Begins to accept calls.
  ServerCore(GrpcLoop& loop, InboundHandler& handler, grpc_server* server, size_t max_calls);

  GrpcLoop& loop() { return loop_; }
  grpc_server* server() { return server_; }
  // Null once calls are not served any more.
  InboundHandler* handler() { return handler_; }

  // Calls that have arrived and are not finished.
  size_t active() const { return active_.size(); }
  bool overloaded() const { return active_.size() > max_calls_; }
  bool shut_down() const { return shut_down_; }
  // Notified when a call is finished or the shutdown is complete, once it has begun.
  async::Signal& changed() { return changed_; }

  // Stops accepting and tells the clients to go away. Idempotent.
  void BeginShutdown();
  // Destroys the frames of all calls and closes their connections; the handler is not called any
  // more. After BeginShutdown.
  void CancelCalls();
  // The GrpcServer goes away.
  void Abandon();

  // For ServerCall: this one has arrived; has been given back by gRPC and may be used again.
  void OnArrived(ServerCall& call);
  void OnFree(ServerCall& call, bool was_active);

 private:
  ~ServerCore();
  void Request();
  void OnShutdown(bool ok);
  void Unref();

  GrpcLoop& loop_;
  InboundHandler* handler_;
  grpc_server* const server_;
  const size_t max_calls_;
  async::Signal changed_;
  MemberCompletion<&ServerCore::OnShutdown> on_shutdown_{*this};
  size_t users_ = 1;
  bool shutting_down_ = false;
  bool shut_down_ = false;
  // Every call object is either with gRPC (requested), in active_, or in free_.
  std::vector<ServerCall*> active_;
  std::vector<std::unique_ptr<ServerCall>> free_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_GRPC_SERVER_CORE_H_
