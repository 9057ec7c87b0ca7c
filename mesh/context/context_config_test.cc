// Goal: a context that is told nothing finds its place in a local run, and what contradicts itself
// is refused.
#include "mesh/context/context_config.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesh/context/deployments.h"

namespace maru::mesh {
namespace {

using config::v1::BrokerConfig;
using config::v1::ContextConfig;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

template <class C>
absl::Status Load(std::vector<std::string> flags, const service::ConfigRules& rules, C& config) {
  service::ConfigSources sources;
  sources.program = "test";
  sources.flags = std::move(flags);
  return service::LoadConfig(sources, rules, config).status();
}

TEST(DeploymentsTest, ListsWhatDesignSays) {
  const Deployments deployments(0);
  EXPECT_EQ(deployments.broker(), "127.0.0.1:7000");
  EXPECT_EQ(deployments.AddressOf("datecourse", "schedule"), "127.0.0.1:7101");
  EXPECT_EQ(deployments.AddressOf("datecourse", "communication"), "127.0.0.1:7102");
  EXPECT_EQ(deployments.AddressOf("datecourse", "review"), "127.0.0.1:7103");
  EXPECT_EQ(deployments.AddressOf("datecourse", "message"), "127.0.0.1:7104");
  EXPECT_EQ(deployments.AddressOf("datecourse", "viewpage"), "127.0.0.1:7105");
  EXPECT_EQ(deployments.AddressOf("food", "order"), "127.0.0.1:7401");
  EXPECT_EQ(deployments.AddressOf("food", "dashboard"), "127.0.0.1:7405");
  EXPECT_EQ(deployments.AddressOf("fashion", "product"), "127.0.0.1:7501");
  EXPECT_EQ(deployments.AddressOf("fashion", "orderview"), "127.0.0.1:7506");
  EXPECT_EQ(deployments.AddressOf("datecourse", "없음"), std::nullopt);
  EXPECT_EQ(Deployments(20000).AddressOf("datecourse", "review"), "127.0.0.1:20103");
}

TEST(DeploymentsTest, MetricsAreTenThousandPortsUp) {
  const Deployments deployments(0);
  EXPECT_EQ(deployments.MetricsAddressOf("127.0.0.1:7103"), "127.0.0.1:17103");
  EXPECT_EQ(deployments.MetricsAddressOf("[::1]:7103"), "[::1]:17103");
  EXPECT_EQ(deployments.MetricsAddressOf("127.0.0.1:0"), "127.0.0.1:0");
  EXPECT_EQ(deployments.MetricsAddressOf("localhost"), std::nullopt);
}

TEST(ContextConfigTest, ToldNothingItHasItsPlaceInALocalRun) {
  ContextConfig config;
  ASSERT_EQ(Load({}, ContextRules("datecourse", "review"), config), absl::OkStatus());
  EXPECT_EQ(config.system(), "datecourse");
  EXPECT_EQ(config.listen(), "127.0.0.1:7103");
  EXPECT_EQ(config.metrics(), "127.0.0.1:17103");
  EXPECT_EQ(config.broker(), "127.0.0.1:7000");
  EXPECT_EQ(config.data(), ".maru/data/datecourse-review");
  EXPECT_THAT(config.peers(), UnorderedElementsAre(Pair("schedule", "127.0.0.1:7101"),
                                                   Pair("communication", "127.0.0.1:7102"),
                                                   Pair("message", "127.0.0.1:7104"),
                                                   Pair("viewpage", "127.0.0.1:7105")));
}

TEST(ContextConfigTest, PortBaseMovesEverything) {
  ContextConfig config;
  ASSERT_EQ(Load({"--port_base=20000", "--peers.schedule=other:1"},
                 ContextRules("datecourse", "review"), config),
            absl::OkStatus());
  EXPECT_EQ(config.listen(), "127.0.0.1:20103");
  EXPECT_EQ(config.metrics(), "127.0.0.1:30103");
  EXPECT_EQ(config.broker(), "127.0.0.1:20000");
  EXPECT_EQ(config.peers().at("schedule"), "other:1");
  EXPECT_EQ(config.peers().at("viewpage"), "127.0.0.1:20105");
}

TEST(ContextConfigTest, GenericContextMustBeToldItsSystem) {
  ContextConfig config;
  EXPECT_THAT(std::string(Load({}, ContextRules("", "message"), config).message()),
              HasSubstr("system (not given)"));
  ContextConfig told;
  ASSERT_EQ(Load({"--system=datecourse"}, ContextRules("", "message"), told), absl::OkStatus());
  EXPECT_EQ(told.listen(), "127.0.0.1:7104");
}

TEST(ContextConfigTest, GenericContextServesOnlySystemsThatDeployIt) {
  ContextConfig config;
  EXPECT_THAT(
      std::string(Load({"--system=teahouse"}, ContextRules("", "message"), config).message()),
      HasSubstr("no system teahouse has a context message"));
}

TEST(ContextConfigTest, ContradictionsAreNamedTogether) {
  ContextConfig config;
  const absl::Status status =
      Load({"--system=food", "--listen=h:70000", "--metrics=h:1", "--breaker.open_min=10s",
            "--breaker.open_max=5s", "--peers.schedule=nowhere", "--saga.pending_limit=0s"},
           ContextRules("datecourse", "review"), config);
  const std::string error(status.message());
  EXPECT_THAT(error, HasSubstr("5 bad values"));
  EXPECT_THAT(error, HasSubstr("system = \"food\" (--system): must be datecourse"));
  EXPECT_THAT(error,
              HasSubstr("listen = \"h:70000\" (--listen): must have a port from 0 to 65535"));
  EXPECT_THAT(error,
              HasSubstr("breaker.open_max = \"5s\" (--breaker.open_max): must not be shorter"));
  EXPECT_THAT(error,
              HasSubstr("peers.schedule = \"nowhere\" (--peers.schedule): must be HOST:PORT"));
  EXPECT_THAT(error, HasSubstr("(--saga.pending_limit): must be longer than 0"));
}

TEST(ContextConfigTest, TicketsAreSetWhereTheyAreAndNowhereElse) {
  ContextConfig config;
  const auto load = [&](const std::string& system, const std::string& context) {
    config.Clear();
    return std::string(
        Load({"--ticket.accept_limit=0s"}, ContextRules(system, context), config).message());
  };
  EXPECT_THAT(load("food", "store"), HasSubstr("(--ticket.accept_limit): must be longer than 0"));
  EXPECT_THAT(load("fashion", "store"), HasSubstr("(--ticket.accept_limit): is no setting"));
  EXPECT_EQ(Load({"--system=food", "--provider.limit=1"}, ContextRules("", "payment"), config),
            absl::OkStatus());
}

TEST(BrokerConfigTest, ToldNothingItHasItsPlace) {
  BrokerConfig config;
  ASSERT_EQ(Load({}, BrokerRules(), config), absl::OkStatus());
  EXPECT_EQ(config.listen(), "127.0.0.1:7000");
  EXPECT_EQ(config.metrics(), "127.0.0.1:17000");
  EXPECT_EQ(config.data(), ".maru/data/broker");
}

}  // namespace
}  // namespace maru::mesh
