// Settings: a configuration message (proto/maru/config/v1) seen as a flat list of named values.
//
// What a setting can be: text, true/false, whole numbers ("256MiB" where the name ends in _bytes),
// durations ("250ms"), one of an enum ("info"), or text by name
// ("schedule=127.0.0.1:7101,review=…"). A message with anything else in it is a mistake in its
// contract and stops the program.
#ifndef MARU_COMMON_SERVICE_SETTINGS_H_
#define MARU_COMMON_SERVICE_SETTINGS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace maru::service {

struct Setting {
  // "shutdown.drain": its name in flags and errors; in YAML the parts nest.
  std::string path;
  // "MARU_SHUTDOWN_DRAIN"
  std::string environment;
  // From the root message down to the value.
  std::vector<const google::protobuf::FieldDescriptor*> fields;

  const google::protobuf::FieldDescriptor& leaf() const { return *fields.back(); }
  bool IsMap() const { return leaf().is_map(); }
  bool IsBool() const { return leaf().type() == google::protobuf::FieldDescriptor::TYPE_BOOL; }
};

// The settings of a configuration message that the program called `names` has (see only_in in the
// contract), in the order of the contract.
std::vector<Setting> SettingsOf(const google::protobuf::Descriptor& type,
                                const std::vector<std::string>& names);

// Whether a field of a configuration message holds settings of its own ("shutdown") rather than a
// value.
bool IsGroup(const google::protobuf::FieldDescriptor& field);

// Sets a setting from its text; a map is replaced. INVALID_ARGUMENT: the message says what the text
// must be ("must be a duration such as 250ms, 5s or 1m").
absl::Status SetFromText(const Setting& setting, std::string_view text,
                         google::protobuf::Message& config);
// Sets one entry of a map.
void SetEntry(const Setting& setting, std::string_view name, std::string_view text,
              google::protobuf::Message& config);

// All entries of a map.
std::map<std::string, std::string> EntriesOf(const Setting& setting,
                                             const google::protobuf::Message& config);

// The text that SetFromText takes to give this value; for a map whose entries have no ',' in them.
std::string TextOf(const Setting& setting, const google::protobuf::Message& config);

// The value of a setting that nobody gives; empty when its contract has none.
std::string DefaultOf(const Setting& setting);

// What a value looks like, for --help: "DURATION", "debug|info|warning|error".
std::string ShapeOf(const Setting& setting);

}  // namespace maru::service

#endif  // MARU_COMMON_SERVICE_SETTINGS_H_
