#include "common/rpc/grpc/call_operation.h"

namespace maru::rpc {

async::Task<std::optional<std::string>> MessageReader::Read(grpc_call* call) {
  if (ended_) co_return std::nullopt;
  if (!std::exchange(started_, true)) {
    Batch batch;
    batch.ReceiveMessage(message_);
    operation_.Start(call, batch);
  }
  co_await operation_.Wait();
  started_ = false;
  ended_ = !message_;
  if (ended_) co_return std::nullopt;
  std::string bytes(Flat(message_).view());
  message_.Reset();
  co_return bytes;
}

void MessageReader::Reset() {
  message_.Reset();
  started_ = ended_ = false;
}

async::Task<bool> MessageWriter::Write(grpc_call* call, std::string bytes) {
  co_await Quiet();
  message_ = Message(std::move(bytes));
  Batch batch;
  batch.SendMessage(message_);
  operation_.Start(call, batch);
  const bool ok = co_await operation_.Wait();
  message_.Reset();
  co_return ok;
}

async::Task<void> MessageWriter::Quiet() {
  while (operation_.in_flight()) co_await operation_.Wait();
}

async::Task<bool> MessageWriter::Close(grpc_call* call) {
  co_await Quiet();
  Batch batch;
  batch.SendClose();
  operation_.Start(call, batch);
  co_return co_await operation_.Wait();
}

void MessageWriter::Reset() { message_.Reset(); }

}  // namespace maru::rpc
