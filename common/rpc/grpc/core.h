// Small owners and conversions for gRPC's C interface, which the rest of this folder is written
// against (README.md says why).
#ifndef MARU_COMMON_RPC_GRPC_CORE_H_
#define MARU_COMMON_RPC_GRPC_CORE_H_

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

// What waits for a completion of the queue: its address is the tag of the operation. Whoever starts
// an operation keeps the Completion alive until it has been called.
class Completion {
 public:
  // Called once per started operation, on the loop's thread, on an otherwise empty stack.
  virtual void OnComplete(bool ok) = 0;

 protected:
  ~Completion() = default;
};

// A Completion that calls a member function: `MemberCompletion<&ServerCall::OnArrived>
// arrived_{*this}`.
template <auto kMethod>
class MemberCompletion;
template <class Owner, void (Owner::*kMethod)(bool)>
class MemberCompletion<kMethod> final : public Completion {
 public:
  explicit MemberCompletion(Owner& owner) : owner_(owner) {}
  void OnComplete(bool ok) override { (owner_.*kMethod)(ok); }

 private:
  Owner& owner_;
};

// Instant and GPR_CLOCK_MONOTONIC are the same clock.
gpr_timespec ToTimespec(Instant when);
Instant ToInstant(gpr_timespec when);

inline std::string_view View(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

// A copy; up to 23 bytes without an allocation.
inline grpc_slice CopiedSlice(std::string_view text) {
  return grpc_slice_from_copied_buffer(text.data(), text.size());
}

// Owns one message on its way out or in.
class Message {
 public:
  Message() = default;
  // To be sent. Long messages are moved, short ones copied.
  explicit Message(std::string bytes);
  Message(Message&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  Message& operator=(Message&& other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~Message() { Reset(); }

  explicit operator bool() const { return buffer_ != nullptr; }
  grpc_byte_buffer* get() const { return buffer_; }
  // For an operation that receives into it.
  grpc_byte_buffer** Receive() {
    Reset();
    return &buffer_;
  }
  void Reset() {
    if (buffer_ != nullptr) grpc_byte_buffer_destroy(std::exchange(buffer_, nullptr));
  }

 private:
  grpc_byte_buffer* buffer_ = nullptr;
};

// The bytes of a received message as one piece; copies only when it came in several. Keep the
// message meanwhile.
class Flat {
 public:
  explicit Flat(const Message& message);
  ~Flat() { grpc_slice_unref(slice_); }
  Flat(const Flat&) = delete;
  Flat& operator=(const Flat&) = delete;

  std::string_view view() const { return View(slice_); }

 private:
  grpc_slice slice_;
};

// Metadata that was received. The entries belong to the call.
class ReceivedMetadata {
 public:
  ReceivedMetadata() { grpc_metadata_array_init(&array_); }
  ~ReceivedMetadata() { grpc_metadata_array_destroy(&array_); }
  ReceivedMetadata(const ReceivedMetadata&) = delete;
  ReceivedMetadata& operator=(const ReceivedMetadata&) = delete;

  // For an operation that receives into it.
  grpc_metadata_array* Receive() {
    array_.count = 0;
    return &array_;
  }
  void AppendTo(Metadata& metadata) const;
  // Empty when absent.
  std::string_view Find(std::string_view key) const;

 private:
  grpc_metadata_array array_;
};

// Metadata to be sent; owns its entries.
class SentMetadata {
 public:
  SentMetadata() = default;
  ~SentMetadata() { Clear(); }
  SentMetadata(const SentMetadata&) = delete;
  SentMetadata& operator=(const SentMetadata&) = delete;

  // INVALID_ARGUMENT for what HTTP/2 cannot carry: keys other than lower-case ASCII, values outside
  // of printable ASCII unless the key ends in "-bin".
  absl::Status Add(std::string_view key, std::string_view value);
  absl::Status Add(const Metadata& metadata);
  void Clear();
  size_t size() const { return entries_.size(); }
  grpc_metadata* data() { return entries_.data(); }

 private:
  std::vector<grpc_metadata> entries_;
};

// A list of channel arguments. Keys are gRPC's constants.
class ChannelArgs {
 public:
  ChannelArgs& Set(const char* key, int value);
  // Valid until the next Set.
  const grpc_channel_args* get();

 private:
  std::vector<grpc_arg> args_;
  grpc_channel_args list_{};
};

// The operations of one batch.
class Batch {
 public:
  Batch& SendInitialMetadata(SentMetadata& metadata);
  Batch& SendMessage(Message& message);
  Batch& SendClose();
  // `details` is read before Start returns.
  Batch& SendStatus(SentMetadata& trailing, grpc_status_code code, grpc_slice* details);
  Batch& ReceiveInitialMetadata(ReceivedMetadata& metadata);
  Batch& ReceiveMessage(Message& message);
  Batch& ReceiveStatus(ReceivedMetadata& trailing, grpc_status_code& code, grpc_slice& details);
  Batch& ReceiveClose(int& cancelled);

  // Starts the batch: `done` is called when all of it is done.
  void Start(grpc_call* call, Completion& done);

 private:
  grpc_op& Next(grpc_op_type type);

  static constexpr size_t kMost = 6;
  grpc_op ops_[kMost];
  size_t count_ = 0;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_GRPC_CORE_H_
