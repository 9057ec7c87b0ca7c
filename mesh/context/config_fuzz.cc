// Goal: a configuration is complete, or every bad value in it is named; a file never harms.
//
// Strategy: the input is text. Lines at its start that begin with "--" are flags, with "MARU_"
// environment; the rest is the YAML file. Both configurations of the mesh are loaded from it, with
// the rules across settings that the processes use.
//
// Invariants: an error is INVALID_ARGUMENT with at least one bad value; what is loaded breaks no
// rule, and printed (--print-config) and loaded again it is the same.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/service/config.h"
#include "google/protobuf/stubs/logging.h"
#include "maru/config/v1/config.pb.h"
#include "mesh/context/context_config.h"

namespace maru::mesh {
namespace {

// A file without a disk.
class File {
 public:
  explicit File(const std::string& text) : fd_(memfd_create("config", MFD_CLOEXEC)) {
    MARU_CHECK(fd_ >= 0);
    MARU_CHECK(write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::string path() const { return absl::StrCat("/proc/self/fd/", fd_); }

 private:
  const int fd_;
};

struct Text {
  service::ConfigSources sources;
  std::string yaml;
};

Text Split(std::string text) {
  Text split;
  split.sources.program = "maru-fuzz";
  while (absl::StartsWith(text, "--") || absl::StartsWith(text, "MARU_")) {
    const size_t end = text.find('\n');
    const std::string line = text.substr(0, end);
    if (line[0] == '-') {
      // Files elsewhere are none of ours.
      if (!absl::StartsWith(line, "--config")) split.sources.flags.push_back(line);
    } else if (!absl::StartsWith(line, "MARU_CONFIG")) {
      const size_t equals = line.find('=');
      split.sources.environment.emplace_back(line.substr(0, equals),
                                             equals == line.npos ? "" : line.substr(equals + 1));
    }
    text.erase(0, end == text.npos ? end : end + 1);
  }
  split.yaml = std::move(text);
  return split;
}

template <class Config>
void Check(Text text, const service::ConfigRules& rules) {
  const File file(text.yaml);
  text.sources.flags.push_back("--config=" + file.path());
  Config config;
  const absl::StatusOr<service::LoadedConfig> loaded = LoadConfig(text.sources, rules, config);
  if (!loaded.ok()) {
    MARU_CHECK(loaded.status().code() == absl::StatusCode::kInvalidArgument);
    MARU_CHECK(
        absl::StrContains(loaded.status().message(), "in the configuration of maru-fuzz:\n  "));
    return;
  }
  if (!loaded->run && absl::StrContains(loaded->output, "--print-config")) return;  // --help
  rpc::FieldViolations violations;
  rules.check(config, violations);
  MARU_CHECK(violations.empty());

  Config printed;
  text.sources.flags.push_back("--print-config");
  const auto print = LoadConfig(text.sources, rules, printed);
  MARU_CHECK(print.ok());
  const File again(print->output);
  const service::ConfigSources sources = {.program = "maru-fuzz",
                                          .about = "",
                                          .flags = {"--config=" + again.path()},
                                          .environment = {}};
  Config reloaded;
  const auto reload = LoadConfig(sources, rules, reloaded);
  if (!reload.ok()) std::fprintf(stderr, "%s\n", reload.status().ToString().c_str());
  MARU_CHECK(reload.ok());
  MARU_CHECK(reloaded.DebugString() == config.DebugString());
}

}  // namespace
}  // namespace maru::mesh

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace maru::mesh;
  [[maybe_unused]] static const auto logged = google::protobuf::SetLogHandler(nullptr);
  const Text text = Split(std::string(reinterpret_cast<const char*>(data), size));
  Check<maru::config::v1::ContextConfig>(text, ContextRules("datecourse", "review"));
  Check<maru::config::v1::BrokerConfig>(text, BrokerRules());
  return 0;
}
