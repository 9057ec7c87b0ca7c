// Server and Channel: how encoded calls travel. common/rpc/grpc implements both over gRPC; a
// simulation does it in memory.
//
// Everything here lives on the Executor's thread.
#ifndef MARU_COMMON_RPC_TRANSPORT_H_
#define MARU_COMMON_RPC_TRANSPORT_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/base/clock.h"

namespace maru::rpc {

// Lower-case ASCII keys; values without control characters, except for keys that end in "-bin".
// Small and ordered as sent.
class Metadata {
 public:
  void Add(std::string_view key, std::string value) {
    entries_.emplace_back(std::string(key), std::move(value));
  }
  // The first value of `key`.
  std::optional<std::string_view> Find(std::string_view key) const {
    for (const auto& [name, value] : entries_) {
      if (name == key) return value;
    }
    return std::nullopt;
  }
  const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

// Outcome of a unary call. `status` carries google.rpc details as payloads by type URL (see
// status_details.h). The metadata is what the server sent, initial and trailing together.
struct Reply {
  absl::Status status;
  std::string message;
  Metadata metadata;
};

// --- Server side
// ----------------------------------------------------------------------------------------------------

// A call that has arrived.
struct Inbound {
  // Without a leading slash.
  std::string method;
  Metadata metadata;
  // The caller's deadline; InfiniteFuture when it has none.
  Instant deadline = Instant::InfiniteFuture();
  // "ipv4:127.0.0.1:50312"
  std::string peer;
};

// The server's half of a streaming call. One Read and one Write may be pending at a time.
class ServerStream {
 public:
  virtual ~ServerStream() = default;
  // The next message; nullopt when the client has finished sending; CANCELLED when the call is
  // gone.
  virtual async::Task<absl::StatusOr<std::optional<std::string>>> Read() = 0;
  // Completes when the transport has taken the message (flow control). CANCELLED when the call is
  // gone.
  virtual async::Task<absl::Status> Write(std::string message) = 0;
  // Metadata to send with the status. Before the handler returns.
  virtual void AddTrailing(std::string_view key, std::string value) = 0;
};

// What a server does with calls: the dispatch wrapper (dispatcher.h). The frame of a call is
// destroyed when a streaming call is cancelled or the server stops; unary handlers run to their
// end.
class InboundHandler {
 public:
  virtual ~InboundHandler() = default;
  // Whether `method` streams; unknown methods are unary.
  virtual bool IsStream(std::string_view method) const = 0;
  // `call` and `message` live until the task ends.
  virtual async::Task<Reply> OnUnary(const Inbound& call, std::string_view message) = 0;
  virtual async::Task<absl::Status> OnStream(const Inbound& call, ServerStream& stream) = 0;
};

class Server {
 public:
  virtual ~Server() = default;
  // The port that it listens on.
  virtual int port() const = 0;
  // Stops accepting (GOAWAY), waits for calls in flight until `until`, then cancels the rest.
  // Idempotent. Completes when no call of this server is left.
  virtual async::Task<void> Shutdown(Instant until) = 0;
};

// --- Client side
// ----------------------------------------------------------------------------------------------------

struct CallOptions {
  Instant deadline = Instant::InfiniteFuture();
  Metadata metadata;
};

// The client's half of a streaming call. Destroying it cancels the call. One Read and one Write may
// be pending at a time.
class ClientStream {
 public:
  virtual ~ClientStream() = default;
  // The next message; nullopt when the server has finished with OK; its error status otherwise.
  virtual async::Task<absl::StatusOr<std::optional<std::string>>> Read() = 0;
  // Completes when the transport has taken the message. An error says only that the call is over:
  // Read tells why.
  virtual async::Task<absl::Status> Write(std::string message) = 0;
  // Tells the server that nothing more comes.
  virtual async::Task<absl::Status> WritesDone() = 0;
};

// A connection to one target; connects by itself, again and again, with backoff.
class Channel {
 public:
  virtual ~Channel() = default;
  // Never waits for a connection: UNAVAILABLE at once while the target cannot be reached.
  // `method` must outlive the call (it is a constant of the generated code).
  virtual async::Task<Reply> Call(std::string_view method, std::string message,
                                  CallOptions options) = 0;
  virtual std::unique_ptr<ClientStream> Open(std::string_view method, CallOptions options) = 0;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_TRANSPORT_H_
