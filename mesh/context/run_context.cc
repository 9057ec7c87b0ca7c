#include "mesh/context/run_context.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/events/bus.h"
#include "common/rpc/grpc/channel.h"
#include "common/service/open_files.h"
#include "mesh/broker/client/bus.h"
#include "mesh/context/context_config.h"
#include "mesh/context/run.h"

namespace maru::mesh {

namespace {

// The broker's bus with the channel that it speaks over.
class BrokerConnection final : public events::Bus {
 public:
  explicit BrokerConnection(Context& context)
      : channel_(
            rpc::OpenGrpcChannel(context.process().loop(), {.target = context.config().broker()})),
        bus_(context.process().loop(), context.process().random(), *channel_, OptionsOf(context)) {}

  std::unique_ptr<events::Publisher> NewPublisher(std::string topic, uint64_t epoch) override {
    return bus_.NewPublisher(std::move(topic), epoch);
  }
  std::unique_ptr<events::Subscription> Subscribe(events::SubscriptionOptions options) override {
    return bus_.Subscribe(std::move(options));
  }

 private:
  static broker::ClientOptions OptionsOf(Context& context) {
    broker::ClientOptions options;
    options.authorization = [&context]() -> std::string {
      const absl::StatusOr<std::string> token = context.TokenFor("broker");
      if (token.ok()) return absl::StrCat("Bearer ", *token);
      context.process().logger().Error("no token for the broker",
                                       {{"status", token.status().ToString()}});
      return "";
    };
    return options;
  }

  const std::unique_ptr<rpc::Channel> channel_;
  broker::BrokerBus bus_;
};

}  // namespace

int RunContext(int argc, char** argv, const ContextName& name, const Context::Wire& wire) {
  config::v1::ContextConfig config;
  std::string program =
      absl::StrCat("maru-", name.system, name.system.empty() ? "" : "-", name.context);
  return RunProgram({
      .sources = service::ConfigSources::FromMain(argc, argv, std::move(program), name.about),
      .rules = ContextRules(name.system, name.context),
      .config = config,
      .start = [&](const std::vector<std::string>& warnings,
                   std::function<void()> failed) -> absl::StatusOr<std::unique_ptr<Running>> {
        service::RaiseOpenFiles(config.limits().open_files());
        ContextOptions options;
        options.context = name.context;
        options.config = config;
        options.warnings = warnings;
        options.failed = std::move(failed);
        options.bus = [](Context& context) { return std::make_unique<BrokerConnection>(context); };
        return Context::Start(std::move(options), wire);
      },
  });
}

}  // namespace maru::mesh
