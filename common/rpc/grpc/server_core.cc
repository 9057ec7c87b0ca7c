#include "common/rpc/grpc/server_core.h"

#include "common/base/status.h"
#include "common/rpc/grpc/server_call.h"

namespace maru::rpc {

namespace {

// Calls that gRPC may hand over without asking first. More only save a trip through its queue of
// arrived calls.
constexpr size_t kRequested = 32;
// Call objects kept for later beyond those; what a burst needed more is freed.
constexpr size_t kMaxFree = 256;

}  // namespace

ServerCore::ServerCore(GrpcLoop& loop, InboundHandler& handler, grpc_server* server,
                       size_t max_calls)
    : loop_(loop), handler_(&handler), server_(server), max_calls_(max_calls), changed_(loop) {
  for (size_t i = 0; i < kRequested; ++i) Request();
}

ServerCore::~ServerCore() { grpc_server_destroy(server_); }

void ServerCore::Unref() {
  if (--users_ == 0) delete this;
}

void ServerCore::Request() {
  if (free_.empty()) free_.push_back(std::make_unique<ServerCall>(*this));
  ServerCall* call = free_.back().release();
  free_.pop_back();
  ++users_;
  call->Request();
}

void ServerCore::OnArrived(ServerCall& call) {
  call.index = active_.size();
  active_.push_back(&call);
  if (!shutting_down_) Request();
}

void ServerCore::OnFree(ServerCall& call, bool was_active) {
  if (was_active) {
    active_.back()->index = call.index;
    active_[call.index] = active_.back();
    active_.pop_back();
    if (shutting_down_) changed_.NotifyAll();
  }
  std::unique_ptr<ServerCall> owned(&call);
  if (free_.size() < kMaxFree) free_.push_back(std::move(owned));
  owned.reset();
  Unref();
}

void ServerCore::BeginShutdown() {
  if (shutting_down_) return;
  shutting_down_ = true;
  ++users_;
  Completion* const tag = &on_shutdown_;
  grpc_server_shutdown_and_notify(server_, loop_.queue(), tag);
}

void ServerCore::OnShutdown(bool) {
  shut_down_ = true;
  changed_.NotifyAll();
  Unref();
}

void ServerCore::CancelCalls() {
  // Destroying a frame may end other calls (its destructors run): take one at a time until none has
  // a frame. From the back, because a call that ends is replaced by the last one.
  for (size_t i = active_.size(); i > 0; --i) {
    if (i <= active_.size()) active_[i - 1]->DestroyFrame();
  }
  handler_ = nullptr;
  grpc_server_cancel_all_calls(server_);
}

void ServerCore::Abandon() {
  BeginShutdown();
  CancelCalls();
  Unref();
}

}  // namespace maru::rpc
