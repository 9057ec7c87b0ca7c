// Goal: every setting can come from each layer, the highest wins, and every bad value is named in
// one error with its source.
#include "common/service/config.h"

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/strings.h"
#include "common/service/settings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "maru/config/v1/config.maru.h"
#include "maru/config/v1/config.pb.h"

namespace maru::service {
namespace {

using config::v1::BrokerConfig;
using config::v1::ContextConfig;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A complete configuration on the command line.
const std::vector<std::string> kComplete = {
    "--system=datecourse", "--listen=127.0.0.1:7103", "--metrics=127.0.0.1:17103",
    "--data=/var/lib/maru/review", "--broker=127.0.0.1:7000"};

// In `only_in` of the contract.
const std::vector<std::string> kNames = {"review", "datecourse.review"};

ConfigSources Sources(std::vector<std::string> flags,
                      std::vector<std::pair<std::string, std::string>> environment = {}) {
  ConfigSources sources;
  sources.program = "maru-datecourse-review";
  sources.about = "reviews of date courses";
  sources.flags = std::move(flags);
  sources.environment = std::move(environment);
  return sources;
}

std::vector<std::string> With(std::vector<std::string> more) {
  std::vector<std::string> flags = kComplete;
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

ConfigRules Rules() {
  ConfigRules rules;
  rules.names = kNames;
  rules.check = [](const google::protobuf::Message& config, rpc::FieldViolations& violations) {
    MaruValidate(static_cast<const ContextConfig&>(config), rpc::FieldPath(), violations);
  };
  return rules;
}

std::string WriteFile(std::string_view name, std::string_view text) {
  std::string path = absl::StrCat(testing::TempDir(), "/", ToAbsl(name));
  std::ofstream(path) << text;
  return path;
}

struct Outcome {
  absl::StatusOr<LoadedConfig> loaded;
  ContextConfig config;

  std::string error() const { return std::string(loaded.status().message()); }
};

Outcome Load(const ConfigSources& sources) {
  Outcome outcome;
  outcome.loaded = LoadConfig(sources, Rules(), outcome.config);
  return outcome;
}

// --- Layers
// -----------------------------------------------------------------------------------------------------------

TEST(ConfigTest, DefaultsComeFromTheContract) {
  const Outcome outcome = Load(Sources(kComplete));
  ASSERT_TRUE(outcome.loaded.ok()) << outcome.error();
  EXPECT_TRUE(outcome.loaded->run);
  EXPECT_EQ(outcome.config.keys(), ".maru/keys");
  EXPECT_EQ(outcome.config.log().level(), config::v1::LOG_LEVEL_INFO);
  EXPECT_EQ(outcome.config.breaker().open_min().seconds(), 5);
  EXPECT_EQ(outcome.config.store().min_free_bytes(), 256u << 20);
  EXPECT_TRUE(outcome.config.limits().reflection());
}

TEST(ConfigTest, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  const std::string file = WriteFile("layers.yaml",
                                     "keys: from-file\n"
                                     "shutdown: {drain: 1s, finish: 1s}\n"
                                     "breaker:\n"
                                     "  probes: 7\n");
  const Outcome outcome =
      Load(Sources(With({"--config", file, "--shutdown.drain=3s"}),
                   {{"MARU_SHUTDOWN_DRAIN", "2s"}, {"MARU_SHUTDOWN_FINISH", "2s"}}));
  ASSERT_TRUE(outcome.loaded.ok()) << outcome.error();
  EXPECT_EQ(outcome.config.shutdown().drain().seconds(), 3);
  EXPECT_EQ(outcome.config.shutdown().finish().seconds(), 2);
  EXPECT_EQ(outcome.config.keys(), "from-file");
  EXPECT_EQ(outcome.config.breaker().probes(), 7u);
  EXPECT_EQ(outcome.config.shutdown().flush().seconds(), 2);
}

TEST(ConfigTest, FileMayBeNamedByTheEnvironment) {
  const std::string file = WriteFile("named.yaml", "keys: 열쇠\n");
  const Outcome outcome = Load(Sources(kComplete, {{"MARU_CONFIG", file}}));
  ASSERT_TRUE(outcome.loaded.ok()) << outcome.error();
  EXPECT_EQ(outcome.config.keys(), "열쇠");
}

TEST(ConfigTest, EmptyFileAndEmptyGroupChangeNothing) {
  for (std::string_view text : {"", "# nothing\n", "log:\nshutdown: {}\n"}) {
    const Outcome outcome = Load(Sources(With({"--config", WriteFile("empty.yaml", text)})));
    EXPECT_TRUE(outcome.loaded.ok()) << outcome.error();
  }
}

TEST(ConfigTest, PeersComeTogetherFromAllLayers) {
  const std::string file =
      WriteFile("peers.yaml", "peers:\n  schedule: file:1\n  review: file:2\n");
  const Outcome outcome =
      Load(Sources(With({"--config", file, "--peers.schedule=flag:3", "--peers.message=flag:4"})));
  ASSERT_TRUE(outcome.loaded.ok()) << outcome.error();
  EXPECT_EQ(outcome.config.peers().at("schedule"), "flag:3");
  EXPECT_EQ(outcome.config.peers().at("review"), "file:2");
  EXPECT_EQ(outcome.config.peers().at("message"), "flag:4");

  const Outcome whole = Load(Sources(kComplete, {{"MARU_PEERS", "a=b:1,c=d:2"}}));
  ASSERT_TRUE(whole.loaded.ok()) << whole.error();
  EXPECT_EQ(whole.config.peers().at("c"), "d:2");
}

TEST(ConfigTest, SwitchNeedsNoValue) {
  const Outcome outcome = Load(Sources(With({"--log.calls", "--limits.reflection=false"})));
  ASSERT_TRUE(outcome.loaded.ok()) << outcome.error();
  EXPECT_TRUE(outcome.config.log().calls());
  EXPECT_FALSE(outcome.config.limits().reflection());
}

TEST(ConfigTest, DerivedValuesAreCheckedToo) {
  ConfigRules rules = Rules();
  rules.derive = [](google::protobuf::Message& config) {
    static_cast<ContextConfig&>(config).set_broker("nonsense");
  };
  ContextConfig config;
  const auto loaded = LoadConfig(
      Sources({"--system=datecourse", "--listen=h:1", "--metrics=h:2", "--data=d"}), rules, config);
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr("broker = \"nonsense\" (derived)"));
}

// --- Bad values
// -------------------------------------------------------------------------------------------------------

TEST(ConfigTest, EveryBadValueIsNamedInOneErrorWithItsSource) {
  const std::string file = WriteFile("bad.yaml",
                                     "keys: ok\n"
                                     "colour: blue\n"
                                     "breaker:\n"
                                     "  probes: many\n"
                                     "  prob: 3\n"
                                     "log: loud\n"
                                     "store: {max_queued: [1, 2]}\n"
                                     "keys: twice\n");
  const Outcome outcome =
      Load(Sources({"--system=Datecourse", "--listen=7103", "--shutdown.drian=1s", "--config", file,
                    "--data=d", "stray", "--store.min_free_bytes=1MB", "--broker=h:1"},
                   {{"MARU_SHUTDOWN_FINISH", "soon"}, {"MARU_LOG_LEVEL", "loud"}}));
  ASSERT_EQ(outcome.loaded.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string error = outcome.error();
  EXPECT_THAT(error, HasSubstr("14 bad values in the configuration of maru-datecourse-review:"));
  for (const std::string& line : std::vector<std::string>{
           absl::StrCat("colour (", file, ":2): is no setting; --help lists them"),
           absl::StrCat("breaker.probes = \"many\" (", file, ":4): must be a whole number"),
           absl::StrCat("breaker.prob (", file, ":5): is no setting; did you mean breaker.probes?"),
           absl::StrCat("log (", file, ":6): must be a map of settings"),
           absl::StrCat("store.max_queued (", file, ":7): must be one value"),
           absl::StrCat("keys (", file, ":8): is given twice"),
           std::string("system = \"Datecourse\" (--system): "),
           std::string("listen = \"7103\" (--listen): "),
           std::string(
               "shutdown.drian (--shutdown.drian): is no setting; did you mean shutdown.drain?"),
           std::string("\"stray\" (command line): only --SETTING=VALUE is understood here"),
           std::string("store.min_free_bytes = \"1MB\" (--store.min_free_bytes): must be a size"),
           std::string("shutdown.finish = \"soon\" (MARU_SHUTDOWN_FINISH): must be a duration"),
           std::string(
               "log.level = \"loud\" (MARU_LOG_LEVEL): must be one of debug, info, warning, error"),
           std::string("metrics (not given): ")}) {
    EXPECT_THAT(error, HasSubstr(line));
  }
}

TEST(ConfigTest, BadValueOfALosingLayerIsAMistakeToo) {
  const Outcome outcome =
      Load(Sources(With({"--shutdown.drain=1s"}), {{"MARU_SHUTDOWN_DRAIN", "1 s"}}));
  EXPECT_THAT(outcome.error(), HasSubstr("shutdown.drain = \"1 s\" (MARU_SHUTDOWN_DRAIN)"));
}

TEST(ConfigTest, RulesOfTheContractAreApplied) {
  EXPECT_THAT(Load(Sources(With({"--breaker.failure_percent=101"}))).error(),
              HasSubstr("breaker.failure_percent = \"101\" (--breaker.failure_percent): "));
  EXPECT_THAT(Load(Sources(With({"--breaker.min_calls=0"}))).error(),
              HasSubstr("breaker.min_calls = \"0\""));
}

TEST(ConfigTest, NumbersDurationsAndSizesAreExact) {
  for (std::string_view bad : {"-1", "+1", " 1", "1 ", "1.5", "", "0x10", "4294967296"}) {
    EXPECT_FALSE(
        Load(Sources(With({absl::StrCat("--breaker.min_calls=", ToAbsl(bad))}))).loaded.ok())
        << bad;
  }
  for (std::string_view bad : {"-1s", "5", "inf", "1 s", "", "9000h"}) {
    EXPECT_FALSE(Load(Sources(With({absl::StrCat("--shutdown.drain=", ToAbsl(bad))}))).loaded.ok())
        << bad;
  }
  for (std::string_view bad : {"1MB", "MiB", "99999999999999999999", "18446744073709551615KiB"}) {
    EXPECT_FALSE(
        Load(Sources(With({absl::StrCat("--store.min_free_bytes=", ToAbsl(bad))}))).loaded.ok())
        << bad;
  }
  const Outcome outcome = Load(
      Sources(With({"--store.min_free_bytes=18446744073709551615", "--shutdown.drain=1m500ms"})));
  ASSERT_TRUE(outcome.loaded.ok()) << outcome.error();
  EXPECT_EQ(outcome.config.store().min_free_bytes(), ~uint64_t{0});
  EXPECT_EQ(outcome.config.shutdown().drain().seconds(), 60);
  EXPECT_EQ(outcome.config.shutdown().drain().nanos(), 500'000'000);
}

TEST(ConfigTest, FileThatIsAbsentOrNoYamlIsNamed) {
  EXPECT_THAT(Load(Sources(With({"--config=/nowhere/x.yaml"}))).error(),
              HasSubstr("config = \"/nowhere/x.yaml\": cannot be read"));
  EXPECT_THAT(Load(Sources(With({"--config", testing::TempDir()}))).error(),
              HasSubstr("cannot be read"));
  const std::string broken = WriteFile("broken.yaml", "a: b\n  c: [\n");
  EXPECT_THAT(Load(Sources(With({"--config", broken}))).error(), HasSubstr("is not YAML"));
  const std::string list = WriteFile("list.yaml", "- a\n- b\n");
  EXPECT_THAT(Load(Sources(With({"--config", list}))).error(),
              HasSubstr("must be a map of settings"));
}

TEST(ConfigTest, FlagWithoutAValueIsNamed) {
  EXPECT_THAT(Load(Sources(With({"--keys"}))).error(), HasSubstr("keys (--keys): has no value"));
  EXPECT_THAT(Load(Sources(With({"--config"}))).error(),
              HasSubstr("config (--config): has no value"));
}

TEST(ConfigTest, WhatIsNoTextIsNamed) {
  const Outcome outcome = Load(Sources(With({"--data=/var/\xff", "--peers.schedule=\xc0:1"})));
  EXPECT_THAT(outcome.error(), HasSubstr(R"(data = "/var/\xff" (--data): must be text in UTF-8)"));
  EXPECT_THAT(outcome.error(), HasSubstr("peers.schedule"));
}

TEST(ConfigTest, LikelyMisspeltVariableIsAWarningAndOthersAreLeftAlone) {
  const Outcome outcome = Load(Sources(
      kComplete,
      {{"MARU_LISTN", "x"}, {"MARU_BROKER_SERVICE_HOST", "10.0.0.1"}, {"MARU_BINARY_DIR", "b"}}));
  ASSERT_TRUE(outcome.loaded.ok()) << outcome.error();
  EXPECT_THAT(
      outcome.loaded->warnings,
      ElementsAre("environment variable MARU_LISTN is no setting; did you mean MARU_LISTEN?"));
}

// --- Help and print
// -----------------------------------------------------------------------------------------------------

TEST(ConfigTest, HelpNamesEverySettingWithItsComment) {
  const Outcome outcome = Load(Sources({"--help", "--colour=blue"}));
  ASSERT_TRUE(outcome.loaded.ok()) << outcome.error();
  EXPECT_FALSE(outcome.loaded->run);
  for (const Setting& setting : SettingsOf(*ContextConfig::descriptor(), kNames)) {
    EXPECT_THAT(outcome.loaded->output,
                HasSubstr(absl::StrCat("  --", setting.path, "=", ShapeOf(setting), "  (",
                                       setting.environment, ")\n      ")));
  }
  EXPECT_THAT(outcome.loaded->output, HasSubstr("Retries may be this percentage of the calls"));
  EXPECT_THAT(outcome.loaded->output, HasSubstr("Default: 256MiB."));
}

TEST(ConfigTest, SettingsOfAnotherContextAreNone) {
  EXPECT_THAT(Load(Sources({"--help"})).loaded->output, Not(HasSubstr("provider")));
  EXPECT_THAT(Load(Sources(With({"--provider.limit=1"}))).error(),
              HasSubstr("provider.limit (--provider.limit): is no setting"));
  EXPECT_THAT(
      Load(Sources(With({"--config", WriteFile("other.yaml", "provider: {limit: 1}")}))).error(),
      HasSubstr("provider (" + testing::TempDir()));
  EXPECT_FALSE(Load(Sources(kComplete)).config.has_provider());
  ConfigRules payments;
  payments.names = {"payment", "food.payment"};
  ContextConfig config;
  ASSERT_TRUE(LoadConfig(Sources({"--provider.limit=1"}), payments, config).ok());
  EXPECT_EQ(config.provider().limit(), 1);
  EXPECT_EQ(config.provider().refused_digits(), "0002");
  EXPECT_FALSE(config.has_ticket());
}

TEST(ConfigTest, PrintedConfigurationReadsBackTheSame) {
  const Outcome first = Load(Sources(With(
      {"--print-config", "--peers.schedule=h:1", "--keys=열쇠 \"1\"", "--shutdown.drain=1.5s"})));
  ASSERT_TRUE(first.loaded.ok()) << first.error();
  EXPECT_FALSE(first.loaded->run);
  const Outcome second =
      Load(Sources({"--config", WriteFile("printed.yaml", first.loaded->output)}));
  ASSERT_TRUE(second.loaded.ok()) << second.error();
  EXPECT_EQ(first.config.SerializeAsString(), second.config.SerializeAsString());
  EXPECT_EQ(second.config.keys(), "열쇠 \"1\"");
}

TEST(ConfigTest, PrintedPeersMayHaveSeveralAddresses) {
  const std::string file =
      WriteFile("peers.yaml", "peers: {schedule: 'ipv4:h:1,i:2', a=b: 'x: y:1'}\n");
  const Outcome first = Load(Sources(With({"--print-config", "--config=" + file})));
  ASSERT_TRUE(first.loaded.ok()) << first.error();
  const Outcome second =
      Load(Sources({"--config", WriteFile("printed.yaml", first.loaded->output)}));
  ASSERT_TRUE(second.loaded.ok()) << second.error();
  EXPECT_EQ(second.config.peers().at("schedule"), "ipv4:h:1,i:2");
  EXPECT_EQ(second.config.DebugString(), first.config.DebugString());
}

// --- The contract itself
// ------------------------------------------------------------------------------------------------

TEST(ConfigContractTest, NamesAreUniqueAndEveryDefaultIsValid) {
  for (const google::protobuf::Descriptor* type :
       {ContextConfig::descriptor(), BrokerConfig::descriptor()}) {
    absl::flat_hash_set<std::string> variables;
    std::unique_ptr<google::protobuf::Message> config(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
    for (const Setting& setting : SettingsOf(*type, {"payment", "food.store"})) {
      EXPECT_TRUE(variables.insert(setting.environment).second) << setting.environment;
      if (const std::string text = DefaultOf(setting); !text.empty()) {
        EXPECT_TRUE(SetFromText(setting, text, *config).ok()) << setting.path << " " << text;
      }
    }
  }
}

}  // namespace
}  // namespace maru::service
