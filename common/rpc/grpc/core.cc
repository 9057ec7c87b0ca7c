#include "common/rpc/grpc/core.h"

#include <grpc/byte_buffer_reader.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"

namespace maru::rpc {

namespace {

// Below this a copy is cheaper than the two allocations that a moved string needs.
constexpr size_t kCopyUpTo = 4096;

grpc_slice MovedSlice(std::string bytes) {
  auto* owner = new std::string(std::move(bytes));
  return grpc_slice_new_with_user_data(
      owner->data(), owner->size(), [](void* data) { delete static_cast<std::string*>(data); },
      owner);
}

}  // namespace

gpr_timespec ToTimespec(Instant when) {
  if (when == Instant::InfiniteFuture()) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  const timespec time = absl::ToTimespec(when.SinceStart());
  return {.tv_sec = time.tv_sec,
          .tv_nsec = static_cast<int32_t>(time.tv_nsec),
          .clock_type = GPR_CLOCK_MONOTONIC};
}

Instant ToInstant(gpr_timespec when) {
  const gpr_timespec time = gpr_convert_clock_type(when, GPR_CLOCK_MONOTONIC);
  if (gpr_time_cmp(time, gpr_inf_future(GPR_CLOCK_MONOTONIC)) == 0)
    return Instant::InfiniteFuture();
  return Instant::FromDuration(absl::Seconds(time.tv_sec) + absl::Nanoseconds(time.tv_nsec));
}

Message::Message(std::string bytes) {
  grpc_slice slice = bytes.size() <= kCopyUpTo ? CopiedSlice(bytes) : MovedSlice(std::move(bytes));
  buffer_ = grpc_raw_byte_buffer_create(&slice, 1);
  grpc_slice_unref(slice);
}

Flat::Flat(const Message& message) {
  grpc_byte_buffer_reader reader;
  MARU_CHECK(grpc_byte_buffer_reader_init(&reader, message.get()) != 0);
  if (grpc_byte_buffer_length(message.get()) == 0) {
    slice_ = grpc_empty_slice();
  } else {
    MARU_CHECK(grpc_byte_buffer_reader_next(&reader, &slice_) != 0);
    if (GRPC_SLICE_LENGTH(slice_) != grpc_byte_buffer_length(message.get())) {
      grpc_slice_unref(slice_);
      grpc_byte_buffer_reader_destroy(&reader);
      MARU_CHECK(grpc_byte_buffer_reader_init(&reader, message.get()) != 0);
      slice_ = grpc_byte_buffer_reader_readall(&reader);
    }
  }
  grpc_byte_buffer_reader_destroy(&reader);
}

void ReceivedMetadata::AppendTo(Metadata& metadata) const {
  for (size_t i = 0; i < array_.count; ++i) {
    const grpc_metadata& entry = array_.metadata[i];
    metadata.Add(View(entry.key), std::string(View(entry.value)));
  }
}

std::string_view ReceivedMetadata::Find(std::string_view key) const {
  for (size_t i = 0; i < array_.count; ++i) {
    if (View(array_.metadata[i].key) == key) return View(array_.metadata[i].value);
  }
  return {};
}

absl::Status SentMetadata::Add(std::string_view key, std::string_view value) {
  grpc_metadata entry{};
  entry.key = CopiedSlice(key);
  entry.value = CopiedSlice(value);
  const bool legal = grpc_header_key_is_legal(entry.key) != 0 &&
                     (grpc_is_binary_header(entry.key) != 0 ||
                      grpc_header_nonbin_value_is_legal(entry.value) != 0);
  if (!legal) {
    grpc_slice_unref(entry.key);
    grpc_slice_unref(entry.value);
    return absl::InvalidArgumentError(
        absl::StrCat("metadata cannot carry this value of '", ToAbsl(key), "'"));
  }
  entries_.push_back(entry);
  return absl::OkStatus();
}

absl::Status SentMetadata::Add(const Metadata& metadata) {
  for (const auto& [key, value] : metadata.entries()) RETURN_IF_ERROR(Add(key, value));
  return absl::OkStatus();
}

void SentMetadata::Clear() {
  for (grpc_metadata& entry : entries_) {
    grpc_slice_unref(entry.key);
    grpc_slice_unref(entry.value);
  }
  entries_.clear();
}

ChannelArgs& ChannelArgs::Set(const char* key, int value) {
  grpc_arg arg{};
  arg.type = GRPC_ARG_INTEGER;
  arg.key = const_cast<char*>(key);  // gRPC does not write to it
  arg.value.integer = value;
  args_.push_back(arg);
  return *this;
}

const grpc_channel_args* ChannelArgs::get() {
  list_ = {.num_args = args_.size(), .args = args_.data()};
  return &list_;
}

grpc_op& Batch::Next(grpc_op_type type) {
  MARU_CHECK(count_ < kMost);
  grpc_op& op = ops_[count_++];
  std::memset(&op, 0, sizeof(op));
  op.op = type;
  return op;
}

Batch& Batch::SendInitialMetadata(SentMetadata& metadata) {
  auto& data = Next(GRPC_OP_SEND_INITIAL_METADATA).data.send_initial_metadata;
  data.count = metadata.size();
  data.metadata = metadata.data();
  return *this;
}

Batch& Batch::SendMessage(Message& message) {
  Next(GRPC_OP_SEND_MESSAGE).data.send_message.send_message = message.get();
  return *this;
}

Batch& Batch::SendClose() {
  Next(GRPC_OP_SEND_CLOSE_FROM_CLIENT);
  return *this;
}

Batch& Batch::SendStatus(SentMetadata& trailing, grpc_status_code code, grpc_slice* details) {
  auto& data = Next(GRPC_OP_SEND_STATUS_FROM_SERVER).data.send_status_from_server;
  data.trailing_metadata_count = trailing.size();
  data.trailing_metadata = trailing.data();
  data.status = code;
  data.status_details = details;
  return *this;
}

Batch& Batch::ReceiveInitialMetadata(ReceivedMetadata& metadata) {
  Next(GRPC_OP_RECV_INITIAL_METADATA).data.recv_initial_metadata.recv_initial_metadata =
      metadata.Receive();
  return *this;
}

Batch& Batch::ReceiveMessage(Message& message) {
  Next(GRPC_OP_RECV_MESSAGE).data.recv_message.recv_message = message.Receive();
  return *this;
}

Batch& Batch::ReceiveStatus(ReceivedMetadata& trailing, grpc_status_code& code,
                            grpc_slice& details) {
  auto& data = Next(GRPC_OP_RECV_STATUS_ON_CLIENT).data.recv_status_on_client;
  data.trailing_metadata = trailing.Receive();
  data.status = &code;
  data.status_details = &details;
  return *this;
}

Batch& Batch::ReceiveClose(int& cancelled) {
  Next(GRPC_OP_RECV_CLOSE_ON_SERVER).data.recv_close_on_server.cancelled = &cancelled;
  return *this;
}

void Batch::Start(grpc_call* call, Completion& done) {
  // Anything but OK is a misuse of the interface: two operations of one kind at a time, or one
  // after the end.
  MARU_CHECK(grpc_call_start_batch(call, ops_, count_, &done, nullptr) == GRPC_CALL_OK);
}

}  // namespace maru::rpc
