#include "common/events/admin_parked.h"

#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/events/partition.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "maru/admin/v1/admin.maru.h"

namespace maru::events {

namespace {

using google::protobuf::Message;

// Takes what stands before `separator` off the front of `text`.
std::optional<std::string_view> TakeUntil(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at + 1);
  return part;
}

template <class Number>
bool TakeNumber(std::string_view& text, Number& number) {
  const std::optional<std::string_view> part = TakeUntil(text, '/');
  return part.has_value() && absl::SimpleAtoi(ToAbsl(*part), &number);
}

// An empty message of a type that is linked into this process; null for others.
std::unique_ptr<Message> NewMessage(const std::string& type) {
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) return nullptr;
  const Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
  return prototype == nullptr ? nullptr : std::unique_ptr<Message>(prototype->New());
}

// Empty when it cannot be shown.
std::string JsonOf(const event::v1::Event& event) {
  const std::unique_ptr<Message> message = NewMessage(event.type());
  if (message == nullptr || !message->ParseFromString(event.data())) return {};
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(*message, &json, options).ok()) return {};
  return json;
}

absl::StatusOr<std::string> DataOf(const std::string& type,
                                   const admin::v1::EditParkedEventRequest& request) {
  const std::unique_ptr<Message> message = NewMessage(type);
  if (message == nullptr) {
    return admin::v1::errors::UndecodableEdit(absl::StrCat("this context does not know ", type));
  }
  if (request.content_case() == admin::v1::EditParkedEventRequest::kData) {
    if (message->ParseFromString(request.data())) return request.data();
    return admin::v1::errors::UndecodableEdit(absl::StrCat("the data is no ", type));
  }
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(request.data_json(), message.get());
  if (!parsed.ok()) {
    return admin::v1::errors::UndecodableEdit(
        absl::StrCat("the JSON is no ", type, ": ", std::string(parsed.message())));
  }
  return message->SerializeAsString();
}

}  // namespace

std::string ParkedName::Format() const {
  return absl::StrCat(subscription.name, "@", subscription.generation, "/", id.partition.topic, "/",
                      id.partition.partition, "/", id.sequence, "/", id.key);
}

std::optional<ParkedName> ParkedName::Parse(std::string_view name) {
  ParkedName parsed;
  const std::optional<std::string_view> subscription = TakeUntil(name, '@');
  if (!subscription.has_value() || !TakeNumber(name, parsed.subscription.generation)) {
    return std::nullopt;
  }
  const std::optional<std::string_view> topic = TakeUntil(name, '/');
  if (!topic.has_value() || !TakeNumber(name, parsed.id.partition.partition) ||
      !TakeNumber(name, parsed.id.sequence)) {
    return std::nullopt;
  }
  parsed.subscription.name = std::string(*subscription);
  parsed.id.partition.topic = std::string(*topic);
  parsed.id.key = std::string(name);
  return parsed;
}

admin::v1::ParkedEvent SummaryOf(const ParkedName& name, const ParkedRecord& record) {
  admin::v1::ParkedEvent event;
  event.set_name(name.Format());
  event.set_state(static_cast<admin::v1::ParkedState>(record.state()));
  event.set_attempts(record.attempts());
  if (record.error_code() != 0) {
    event.set_error_code(
        absl::StatusCodeToString(static_cast<absl::StatusCode>(record.error_code())));
  }
  event.set_error_message(record.error_message());
  *event.mutable_park_time() = record.park_time();
  if (record.has_attempt_time()) *event.mutable_attempt_time() = record.attempt_time();
  if (record.has_retry_time()) *event.mutable_retry_time() = record.retry_time();
  event.set_edited_by(record.edited_by());
  if (event.mutable_event()->ParseFromString(record.value())) {
    event.mutable_event()->clear_data();
  } else {
    event.clear_event();
  }
  return event;
}

admin::v1::ParkedEvent DetailsOf(const ParkedName& name, const ParkedRecord& record) {
  admin::v1::ParkedEvent event = SummaryOf(name, record);
  if (!event.has_event()) {
    event.set_damaged(record.value());
  } else if (event.mutable_event()->ParseFromString(record.value())) {
    event.set_data_json(JsonOf(event.event()));
  }
  return event;
}

absl::StatusOr<std::string> Edited(const ParkedName& name, const ParkedRecord& record,
                                   const admin::v1::EditParkedEventRequest& request) {
  event::v1::Event event;
  switch (request.content_case()) {
    case admin::v1::EditParkedEventRequest::kEvent:
      event = request.event();
      if (event.key() != name.id.key || event.sequence() != name.id.sequence) {
        return admin::v1::errors::UndecodableEdit("the event has another key or sequence");
      }
      return event.SerializeAsString();
    case admin::v1::EditParkedEventRequest::kData:
    case admin::v1::EditParkedEventRequest::kDataJson: {
      if (!event.ParseFromString(record.value())) {
        return admin::v1::errors::UndecodableEdit("the record is damaged; send `event`");
      }
      ASSIGN_OR_RETURN(std::string data, DataOf(event.type(), request));
      event.set_data(std::move(data));
      return event.SerializeAsString();
    }
    case admin::v1::EditParkedEventRequest::CONTENT_NOT_SET:
      break;
  }
  return admin::v1::errors::UndecodableEdit("no content was sent");
}

}  // namespace maru::events
