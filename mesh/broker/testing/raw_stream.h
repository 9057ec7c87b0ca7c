// For tests: a client that says exactly what the test wants, as one in another language would.
#ifndef MARU_MESH_BROKER_TESTING_RAW_STREAM_H_
#define MARU_MESH_BROKER_TESTING_RAW_STREAM_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/rpc/transport.h"
#include "gtest/gtest.h"
#include "maru/broker/v1/broker.maru.h"

namespace maru::broker {

template <class Request, class Response>
class RawStream {
 public:
  RawStream(async::Executor& executor, rpc::Channel& channel, std::string_view method,
            const std::string& subject, bool reads = true)
      : outgoing_(executor) {
    rpc::CallOptions options;
    options.metadata.Add("authorization", "Bearer " + subject);
    stream_ = channel.Open(method, std::move(options));
    if (reads) scope_.Spawn(Read());
    scope_.Spawn(Write());
  }
  ~RawStream() { scope_.CancelAll(); }

  void Send(Request request) {
    queue_.push_back(std::move(request));
    outgoing_.NotifyAll();
  }
  void HalfClose() {
    half_close_ = true;
    outgoing_.NotifyAll();
  }
  // The next message that was received; a default one, failing the test, when there is none.
  Response Take() {
    if (received.empty()) {
      ADD_FAILURE() << "nothing was received; "
                    << (ended.has_value() ? ended->ToString() : "the stream stands");
      return {};
    }
    Response response = std::move(received.front());
    received.pop_front();
    return response;
  }
  // All messages of one kind; the others are dropped.
  std::deque<Response> TakeAll(typename Response::MessageCase kind) {
    std::deque<Response> taken;
    for (Response& response : std::exchange(received, {})) {
      if (response.message_case() == kind) taken.push_back(std::move(response));
    }
    return taken;
  }

  std::deque<Response> received;
  std::optional<absl::Status> ended;

 private:
  async::Task<void> Read() {
    while (true) {
      auto message = co_await stream_->Read();
      if (!message.ok() || !message->has_value()) {
        ended = message.status();
        co_return;
      }
      Response response;
      EXPECT_TRUE(response.ParseFromString(**message));
      Received(std::move(response));
    }
  }
  // Batches that came together are received one by one.
  void Received(Response response) {
    if constexpr (requires { response.batches(); }) {
      if (response.has_batches()) {
        for (auto& batch : *response.mutable_batches()->mutable_batches()) {
          *received.emplace_back().mutable_batches()->add_batches() = std::move(batch);
        }
        return;
      }
    }
    received.push_back(std::move(response));
  }
  async::Task<void> Write() {
    while (true) {
      while (queue_.empty() && !half_close_) co_await outgoing_.Wait();
      if (queue_.empty()) {
        (co_await stream_->WritesDone()).IgnoreError();
        co_return;
      }
      std::string message = queue_.front().SerializeAsString();
      queue_.pop_front();
      if (!(co_await stream_->Write(std::move(message))).ok()) co_return;
    }
  }

  async::Signal outgoing_;
  std::deque<Request> queue_;
  bool half_close_ = false;
  std::unique_ptr<rpc::ClientStream> stream_;
  async::Scope scope_;
};

using RawPublisher = RawStream<v1::PublishRequest, v1::PublishResponse>;
using RawSubscriber = RawStream<v1::SubscribeRequest, v1::SubscribeResponse>;

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_TESTING_RAW_STREAM_H_
