#include "common/events/routes.h"

#include <utility>

namespace maru::events {

namespace {

std::string TopicOf(std::string_view system, std::string_view context) {
  std::string topic(system);
  topic += '.';
  topic += context;
  return topic;
}

}  // namespace

Routes Routes::Of(std::string_view system, const Policies& policies) {
  Routes routes;
  for (const auto& [context, types] : policies.by_context()) {
    Types& to = routes.by_topic_[TopicOf(system, context)];
    for (const auto& [type, handler] : types) to.emplace(type, handler);
  }
  return routes;
}

Routes Routes::Of(std::string_view system, const View& view, Generation generation) {
  Routes routes;
  for (const auto& [context, types] : view.by_context()) {
    Types& to = routes.by_topic_[TopicOf(system, context)];
    for (const auto& [type, handler] : types) {
      to.emplace(type, [handler, generation](maru::store::Txn& txn, const event::v1::Event& event) {
        return handler(ViewContext{txn, generation}, event);
      });
    }
  }
  return routes;
}

std::vector<std::string> Routes::topics() const {
  std::vector<std::string> topics;
  for (const auto& [topic, types] : by_topic_) topics.push_back(topic);
  return topics;
}

bool Routes::Reads(std::string_view topic) const { return by_topic_.contains(topic); }

const Routes::Handler* Routes::Find(std::string_view topic, std::string_view type) const {
  const auto types = by_topic_.find(topic);
  if (types == by_topic_.end()) return nullptr;
  const auto handler = types->second.find(type);
  return handler == types->second.end() ? nullptr : &handler->second;
}

}  // namespace maru::events
