// Goal: whatever anybody sends to any method of a system, a context answers within its contract and
// keeps its state whole (design.md, G8: bad input gets INVALID_ARGUMENT naming the field, never a
// crash), and in the end money, stock and everybody's view agree (G5).
//
// Strategy: the input is a sequence of calls as text (calls.proto): method, actor, metadata, and a
// request or raw bytes; time may pass before it, peers may fail it, and what it makes others hear
// may have to wait. Each goes through the dispatch wrapper into the handler of a whole system over
// stores in memory; calls between contexts go through breaker and dispatch wrapper too. The mutator
// appends calls of random methods that refer to what earlier calls made, and changes requests field
// by field.
//
// Invariants, after each call:
//   - the answer keeps the contract (call_checks.h): declared reason and code, fields that exist;
//   - a query, and a refused call for which no other context was asked, has changed no row of any
//     context; one that asked others may leave what its saga needs to end, and a call between
//     contexts what recognises its repeat by the business key;
//   - a command that is repeated with its request_id, or its business key, gets its first answer
//   and
//     changes nothing;
//   - every event is heard without an error by everybody;
//   - a context keeps no more than in proportion to what was sent.
// In the end, with everybody there and nothing on its way:
//   - every saga has ended, and each deployment's audit holds (the payments' ledger);
//   - the system's own check holds (TestSystem::Check), unless the input has acted as a context.
#include "services/testing/calls_fuzzing.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/fuzz/proto_mutator.h"
#include "common/saga/records.h"
#include "google/protobuf/stubs/logging.h"
#include "gtest/gtest.h"
#include "services/testing/call_checks.h"
#include "services/testing/call_requests.h"
#include "services/testing/served_system.h"

namespace maru::testing {
namespace {

using maru::store::PersistentMap;

constexpr int kMaxCalls = 64;
constexpr uint32_t kMaxPauseMs = 1'000'000;

bool SameRows(const PersistentMap& a, const PersistentMap& b) {
  const PersistentMap::Row* left = a.AtOrAfter("");
  const PersistentMap::Row* right = b.AtOrAfter("");
  while (left != nullptr && right != nullptr) {
    if (left->key != right->key || left->value != right->value) return false;
    left = a.AtOrAfter(left->key + '\0');
    right = b.AtOrAfter(right->key + '\0');
  }
  return left == right;
}

bool SameStates(const std::vector<PersistentMap>& a, const std::vector<PersistentMap>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), SameRows);
}

size_t BytesOf(const PersistentMap& rows) {
  size_t bytes = 0;
  for (const auto* row = rows.AtOrAfter(""); row != nullptr; row = rows.AtOrAfter(row->key + '\0'))
    bytes += row->key.size() + row->value.size();
  return bytes;
}

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

// Plays one input.
class Play {
 public:
  explicit Play(uint32_t seed) : served_(NewSystem(seed)) {}

  void Make(const Call& call);
  void End();

 private:
  // The same call again, where it can be recognised.
  void Repeat(const rpc::Inbound& inbound, const std::string& request, const rpc::Reply& first);

  ServedSystem served_;
  Replies replies_;
  // Some peer has failed: what that left unknown may be told later too.
  bool peers_failed_ = false;
  // Somebody acted as a context does, behind the back of those who agree with each other.
  bool impersonated_ = false;
};

rpc::Inbound InboundOf(const Call& call, Instant now) {
  rpc::Inbound inbound;
  inbound.method = call.method();
  inbound.peer = "fuzz";
  inbound.deadline = now + absl::Seconds(2);
  if (!call.actor().empty()) {
    inbound.metadata.Add("authorization", absl::StrCat("Bearer ", call.actor()));
  }
  for (const auto& header : call.headers()) inbound.metadata.Add(header.key(), header.value());
  return inbound;
}

// Whether the refusal is a decision that the callee keeps under its business key.
bool IsRemembered(const rpc::MethodInfo* method, const absl::Status& status) {
  return method != nullptr && method->idempotency == options::v1::IDEMPOTENCY_BUSINESS_KEY &&
         !absl::IsInvalidArgument(status) && !absl::IsUnauthenticated(status) &&
         !absl::IsPermissionDenied(status);
}

void Play::Make(const Call& call) {
  TestSystem& system = served_.system();
  served_.SetPeers(call.peers());
  peers_failed_ |= call.peers() != PEERS_ANSWER;
  system.Pass(absl::Milliseconds(call.pause_ms() % kMaxPauseMs));

  const rpc::MethodInfo* method = served_.Find(call.method());
  const rpc::Inbound inbound = InboundOf(call, system.executor().Now());
  const std::string request = replies_.RequestOf(call);
  const int peer_calls = served_.peer_calls();
  const std::vector<PersistentMap> before = served_.States();
  const size_t bytes_before = BytesOf(served_.StateOf(call.method()));

  const rpc::Reply reply = served_.Serve(inbound, request);
  const std::string problem = ProblemOf(call.method(), reply, peers_failed_);
  if (!problem.empty()) {
    Fail(absl::StrCat(call.method(), ": ", problem, ": ", reply.status.ToString()));
  }
  const bool query = method != nullptr && method->idempotency == options::v1::IDEMPOTENCY_QUERY;
  const bool decided = reply.status.ok() || IsRemembered(method, reply.status);
  if (query || (!decided && served_.peer_calls() == peer_calls)) {
    MARU_CHECK(SameStates(before, served_.States()));
  }
  // State, index, event, recorded reply and the request's own texts in each.
  MARU_CHECK(BytesOf(served_.StateOf(call.method())) <= bytes_before + 16 * request.size() + 8192);
  if (decided && !query) {
    Repeat(inbound, request, reply);
    impersonated_ |= call.actor().starts_with("service:");
  }
  replies_.Add(call.method(), reply);
  if (!call.hold_events()) system.queues().DeliverAll();
}

void Play::Repeat(const rpc::Inbound& inbound, const std::string& request,
                  const rpc::Reply& first) {
  const rpc::MethodInfo* method = served_.Find(inbound.method);
  const bool by_request_id = method->idempotency == options::v1::IDEMPOTENCY_REQUEST_ID &&
                             first.metadata.Find("maru-request-id").has_value();
  if (!by_request_id && method->idempotency != options::v1::IDEMPOTENCY_BUSINESS_KEY) return;
  const std::vector<PersistentMap> before = served_.States();
  const rpc::Reply again = served_.Serve(inbound, request);
  MARU_CHECK(again.status.code() == first.status.code());
  MARU_CHECK(again.status.message() == first.status.message() && again.message == first.message);
  MARU_CHECK(SameStates(before, served_.States()));
}

void Play::End() {
  TestSystem& system = served_.system();
  served_.SetPeers(PEERS_ANSWER);
  system.Settle();
  for (const TestSystem::Deployment& deployed : system.Deployments()) {
    const absl::StatusOr<bool> audited = deployed.context.Run(deployed.context.store().Read(
        [&deployed](maru::store::Reader& reader) -> absl::StatusOr<bool> {
          RETURN_IF_ERROR(saga::CheckEnded(reader));
          if (deployed.audit != nullptr) RETURN_IF_ERROR(deployed.audit(reader));
          return true;
        }));
    if (!audited.ok()) {
      Fail(absl::StrCat(deployed.context.topic(), ": ", audited.status().ToString()));
    }
  }
  if (!impersonated_) system.Check();
}

std::vector<std::string> AllMethods(TestSystem& system) {
  std::vector<std::string> methods;
  for (const TestSystem::Deployment& deployed : system.Deployments()) {
    for (const auto& bound : deployed.service.methods()) {
      methods.emplace_back(bound->info().full_name);
    }
  }
  return methods;
}

}  // namespace
}  // namespace maru::testing

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  static const std::unique_ptr<maru::testing::TestSystem> system = maru::testing::NewSystem(0);
  static const std::vector<std::string> methods = maru::testing::AllMethods(*system);
  maru::fuzz::Generator random(seed);
  maru::testing::Calls calls;
  if (random() % 3 != 0) return maru::fuzz::MutateText(data, size, max_size, seed, calls);
  if (!maru::fuzz::ParseText(data, size, calls)) calls.Clear();
  maru::testing::AddCall(system->name(), methods, calls, random);
  return maru::fuzz::PrintText(calls, data, size, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data_a, size_t size_a,
                                            const uint8_t* data_b, size_t size_b, uint8_t* out,
                                            size_t max_size, unsigned seed) {
  maru::testing::Calls a;
  maru::testing::Calls b;
  return maru::fuzz::CrossOverText(data_a, size_a, data_b, size_b, out, max_size, seed, a, b);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using maru::testing::Call;
  using maru::testing::Calls;
  using maru::testing::kMaxCalls;
  using maru::testing::Play;
  // protobuf would log every text that is no UTF-8.
  [[maybe_unused]] static const auto logged = google::protobuf::SetLogHandler(nullptr);
  // What a check of GoogleTest finds is a finding: there is no test around that would fail.
  GTEST_FLAG_SET(break_on_failure, true);
  Calls calls;
  if (!maru::fuzz::ParseText(data, size, calls) || calls.calls_size() > kMaxCalls) {
    return maru::fuzz::Reject();
  }
  Play play(calls.seed());
  for (const Call& call : calls.calls()) play.Make(call);
  play.End();
  return 0;
}
