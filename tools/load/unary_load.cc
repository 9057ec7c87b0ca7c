#include "tools/load/unary_load.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/load/own_cpu.h"

namespace maru::load {
namespace {

class Run {
 public:
  explicit Run(const UnaryLoad& load)
      : load_(load),
        measure_from_(absl::Now() + load.warm_up),
        until_(measure_from_ + load.duration) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    for (int i = 0; i < load.connections; ++i) {
      stubs_.push_back(std::make_unique<grpc::GenericStub>(
          grpc::CreateCustomChannel(load.address, grpc::InsecureChannelCredentials(), arguments)));
    }
  }

  UnaryResult Go() {
    if (load_.rate > 0) {
      RunAtRate();
    } else {
      for (int i = 0; i < load_.callers; ++i) Start();
    }
    void* tag;
    bool ok;
    while (in_flight_ > 0 && queue_.Next(&tag, &ok)) Finished(static_cast<Call*>(tag));
    result_.measured = load_.duration;
    result_.own_cpu = cpu_end_ - cpu_begin_;
    queue_.Shutdown();
    return std::move(result_);
  }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer reply;
    grpc::Status status;
    absl::Time began;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  };

  // Until the time is over.
  void RunAtRate() {
    const absl::Duration distance = absl::Seconds(1) / load_.rate;
    absl::Time due = absl::Now();
    while (due < until_) {
      if (absl::Now() >= due && in_flight_ < load_.callers) {
        Start();
        due += distance;
        continue;
      }
      void* tag;
      bool ok;
      if (queue_.AsyncNext(&tag, &ok, absl::ToChronoTime(std::max(due, absl::Now()))) ==
          grpc::CompletionQueue::GOT_EVENT) {
        Finished(static_cast<Call*>(tag));
      }
    }
  }

  void Start() {
    auto* call = new Call;
    grpc::GenericStub* stub = stubs_[next_ % stubs_.size()].get();
    if (!load_.metadata.empty()) {
      for (const auto& [key, value] : load_.metadata[next_ % load_.metadata.size()]) {
        call->context.AddMetadata(key, value);
      }
    }
    call->context.set_deadline(absl::ToChronoTime(absl::Now() + load_.deadline));
    const grpc::Slice slice(load_.request(next_++));
    const grpc::ByteBuffer request(&slice, 1);
    call->reader = stub->PrepareUnaryCall(&call->context, load_.method, request, &queue_);
    call->began = absl::Now();
    call->reader->StartCall();
    call->reader->Finish(&call->reply, &call->status, call);
    ++in_flight_;
  }

  void Finished(Call* finished) {
    const std::unique_ptr<Call> call(finished);
    const absl::Time now = absl::Now();
    --in_flight_;
    if (now >= measure_from_ && cpu_begin_ == absl::ZeroDuration()) cpu_begin_ = OwnCpu();
    if (call->status.ok()) ++result_.all_ok;
    if (call->began >= measure_from_ && now < until_) {
      ++result_.codes[call->status.error_code()];
      if (call->status.ok()) {
        result_.latency.Add(now - call->began);
      } else if (result_.first_error.empty()) {
        result_.first_error = absl::StrCat(static_cast<int>(call->status.error_code()), " ",
                                           call->status.error_message());
      }
    }
    if (now < until_) {
      if (load_.rate == 0) Start();
    } else if (cpu_end_ == absl::ZeroDuration()) {
      cpu_end_ = OwnCpu();
    }
  }

  const UnaryLoad& load_;
  const absl::Time measure_from_;
  const absl::Time until_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
  int in_flight_ = 0;
  uint64_t next_ = 0;
  absl::Duration cpu_begin_;
  absl::Duration cpu_end_;
  UnaryResult result_;
};

}  // namespace

double UnaryResult::OkPerSecond() const {
  return static_cast<double>(latency.total()) / absl::ToDoubleSeconds(measured);
}

UnaryResult RunUnaryLoad(const UnaryLoad& load) { return Run(load).Go(); }

}  // namespace maru::load
