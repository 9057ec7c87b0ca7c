// maru-cli: keys, tokens, single calls and health checks. `tools/maru` is the front for people; see
// tools/README.md.
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/rpc/identity/key_files.h"
#include "common/rpc/identity/signer.h"
#include "tools/cli/call.h"
#include "tools/cli/contracts.h"

ABSL_FLAG(std::string, keys, ".maru/keys", "folder of the keys");
ABSL_FLAG(std::string, sub, "", "token: who it is for");
ABSL_FLAG(std::string, roles, "", "token: roles, separated by commas");
ABSL_FLAG(std::string, store_ids, "", "token: stores of an owner, separated by commas");
ABSL_FLAG(absl::Duration, ttl, absl::Hours(1), "token: how long it is valid");
ABSL_FLAG(std::string, as, "",
          "call: who calls, ROLE:SUB, an owner ROLE:SUB@STORE,STORE; empty: nobody");
ABSL_FLAG(std::string, deployment, "",
          "call, methods: whose contract, e.g. datecourse-schedule or broker");
ABSL_FLAG(std::string, address, "", "call: host:port");
ABSL_FLAG(std::string, position, "", "call: read-your-writes position");
ABSL_FLAG(bool, envelope, false, "call: print reply, position and error as one JSON object");
ABSL_FLAG(absl::Duration, timeout, absl::Seconds(10), "call, wait: how long at most");
ABSL_FLAG(bool, once, false, "wait: ask once and print each state");

namespace maru::cli {
namespace {

using Words = std::vector<std::string>;

constexpr int kUsageError = 64;  // EX_USAGE of sysexits.h

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(ToStd(status.message())).c_str());
  return 1;
}

// Makes the users' key pair and one for each deployment named, where there is none.
int Keys(const Words& deployments) {
  const std::string folder = absl::GetFlag(FLAGS_keys);
  absl::Status status = rpc::EnsureKeyPair(rpc::UserKeyFolder(folder));
  for (const std::string& deployment : deployments) {
    if (!rpc::IsDeploymentName(deployment))
      return Fail(absl::InvalidArgumentError("bad deployment name " + deployment));
    status.Update(rpc::EnsureKeyPair(rpc::ServiceKeyFolder(folder, deployment)));
  }
  return status.ok() ? 0 : Fail(status);
}

absl::StatusOr<std::string> UserToken(const rpc::Person& person, absl::Duration ttl) {
  const absl::StatusOr<rpc::Es256PrivateKey> key =
      rpc::LoadPrivateKey(rpc::UserKeyFolder(absl::GetFlag(FLAGS_keys)));
  if (!key.ok()) return key.status();
  return rpc::SignUserToken(*key, person, absl::Now(), ttl);
}

int Token(const Words&) {
  rpc::Person person;
  person.subject = absl::GetFlag(FLAGS_sub);
  person.roles = absl::StrSplit(absl::GetFlag(FLAGS_roles), ',', absl::SkipEmpty());
  person.store_ids = absl::StrSplit(absl::GetFlag(FLAGS_store_ids), ',', absl::SkipEmpty());
  if (person.subject.empty() || person.roles.empty()) {
    std::fprintf(stderr, "token needs --sub and --roles\n");
    return kUsageError;
  }
  const absl::StatusOr<std::string> token = UserToken(person, absl::GetFlag(FLAGS_ttl));
  if (!token.ok()) return Fail(token.status());
  std::printf("%s\n", token->c_str());
  return 0;
}

int CallOnce(const Words& words) {
  if (words.empty() || words.size() > 2) {
    std::fprintf(stderr, "call needs METHOD and JSON\n");
    return kUsageError;
  }
  CallArguments arguments;
  arguments.address = absl::GetFlag(FLAGS_address);
  arguments.deployment = absl::GetFlag(FLAGS_deployment);
  arguments.method = words[0];
  arguments.json = words.size() == 2 ? words[1] : "{}";
  arguments.position = absl::GetFlag(FLAGS_position);
  arguments.envelope = absl::GetFlag(FLAGS_envelope);
  arguments.timeout = absl::GetFlag(FLAGS_timeout);
  const std::string as = absl::GetFlag(FLAGS_as);
  if (!as.empty()) {
    const std::pair<std::string, std::string> role_and_sub =
        absl::StrSplit(as, absl::MaxSplits(':', 1));
    rpc::Person person;
    person.roles = {role_and_sub.first};
    const std::pair<std::string, std::string> sub_and_stores =
        absl::StrSplit(role_and_sub.second, absl::MaxSplits('@', 1));
    person.subject = sub_and_stores.first;
    person.store_ids = absl::StrSplit(sub_and_stores.second, ',', absl::SkipEmpty());
    if (person.subject.empty()) {
      std::fprintf(stderr, "--as is ROLE:SUB[@STORE,…], e.g. customer:kim, owner:park@s1\n");
      return kUsageError;
    }
    // Long enough for the call, the wait before it included.
    absl::StatusOr<std::string> token = UserToken(person, arguments.timeout + absl::Minutes(1));
    if (!token.ok()) return Fail(token.status());
    arguments.token = *std::move(token);
  }
  return Call(arguments);
}

// Prints each address as it starts SERVING; an error names those that do not in time.
int Wait(const Words& addresses) {
  const absl::Time until = absl::Now() + absl::GetFlag(FLAGS_timeout);
  Words waiting = addresses;
  while (true) {
    Words missing;
    for (const Health& health : CheckHealth(waiting, absl::Seconds(2))) {
      if (absl::GetFlag(FLAGS_once) || health.word == "SERVING") {
        std::printf("%s %s\n", health.address.c_str(), health.word.c_str());
        std::fflush(stdout);
      }
      if (health.word != "SERVING") missing.push_back(health.address);
    }
    waiting = std::move(missing);
    if (waiting.empty()) return 0;
    if (absl::GetFlag(FLAGS_once)) return 1;
    if (absl::Now() > until) {
      std::fprintf(stderr, "not SERVING in time:");
      for (const std::string& address : waiting) std::fprintf(stderr, " %s", address.c_str());
      std::fprintf(stderr, "\n");
      return 1;
    }
    absl::SleepFor(absl::Milliseconds(20));
  }
}

int Methods(const Words&) {
  for (const auto* service : ServicesOf(absl::GetFlag(FLAGS_deployment))) {
    for (int i = 0; i < service->method_count(); ++i) {
      if (!service->method(i)->client_streaming())
        std::printf("%s\n", service->method(i)->name().c_str());
    }
  }
  return 0;
}

int Main(int argc, char** argv) {
  const std::map<std::string, int (*)(const Words&)> verbs = {
      {"call", CallOnce}, {"keys", Keys}, {"methods", Methods}, {"token", Token}, {"wait", Wait},
  };
  absl::SetProgramUsageMessage(
      "maru-cli VERB [--flag=value…] [WORD…]\n"
      "  keys [DEPLOYMENT…]      make the keys that are missing\n"
      "  token                   print a token for --sub with --roles\n"
      "  call METHOD [JSON]      call METHOD of --deployment at --address, --as somebody\n"
      "  wait ADDRESS…           until all are SERVING (--once: print their states)\n"
      "  methods                 the methods of --deployment");
  std::vector<char*> left = absl::ParseCommandLine(argc, argv);
  Words words(left.begin() + 1, left.end());
  const auto verb = words.empty() ? verbs.end() : verbs.find(words.front());
  if (verb == verbs.end()) {
    std::fprintf(stderr, "%s\n", std::string(ToStd(absl::ProgramUsageMessage())).c_str());
    return kUsageError;
  }
  words.erase(words.begin());
  return verb->second(words);
}

}  // namespace
}  // namespace maru::cli

int main(int argc, char** argv) { return maru::cli::Main(argc, argv); }
