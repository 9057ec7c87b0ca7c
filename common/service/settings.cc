#include "common/service/settings.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/map.h"
#include "maru/config/v1/config.pb.h"

namespace maru::service {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

bool IsDuration(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE &&
         field.message_type() == google::protobuf::Duration::descriptor();
}

bool IsBytes(const FieldDescriptor& field) { return absl::EndsWith(field.name(), "_bytes"); }

bool IsKnownKind(const FieldDescriptor& field) {
  if (field.is_map()) {
    return field.message_type()->map_key()->type() == FieldDescriptor::TYPE_STRING &&
           field.message_type()->map_value()->type() == FieldDescriptor::TYPE_STRING;
  }
  if (field.is_repeated()) return false;
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BOOL:
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_ENUM:
      return true;
    default:
      return IsDuration(field);
  }
}

void AppendSettings(const Descriptor& type, const std::vector<std::string>& names,
                    const Setting& prefix, std::vector<Setting>& settings) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string& only = field.options().GetExtension(config::v1::only_in);
    if (!only.empty() && std::find(names.begin(), names.end(), only) == names.end()) continue;
    Setting setting = prefix;
    setting.fields.push_back(&field);
    setting.path = absl::StrCat(prefix.path, prefix.path.empty() ? "" : ".", field.name());
    if (IsGroup(field)) {
      AppendSettings(*field.message_type(), names, setting, settings);
      continue;
    }
    MARU_CHECK(IsKnownKind(field));
    setting.environment = absl::AsciiStrToUpper(
        absl::StrCat("MARU_", absl::StrReplaceAll(setting.path, {{".", "_"}})));
    settings.push_back(std::move(setting));
  }
}

// LOG_LEVEL_INFO is written "info".
std::string EnumText(const EnumValueDescriptor& value) {
  std::string prefix;
  for (char c : value.type()->name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  MARU_CHECK(absl::StartsWith(value.name(), prefix + "_"));
  return absl::AsciiStrToLower(value.name().substr(prefix.size() + 1));
}

std::string EnumTexts(const EnumDescriptor& type, const char* separator) {
  std::vector<std::string> texts;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) texts.push_back(EnumText(*type.value(i)));
  }
  return absl::StrJoin(texts, separator);
}

const EnumValueDescriptor* FindEnumValue(const EnumDescriptor& type, std::string_view text) {
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0 && EnumText(*type.value(i)) == text) return type.value(i);
  }
  return nullptr;
}

constexpr std::pair<std::string_view, int> kByteUnits[] = {
    {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};

std::optional<uint64_t> ParseNumber(std::string_view text, bool bytes, uint64_t limit) {
  int shift = 0;
  for (const auto& [unit, unit_shift] : kByteUnits) {
    if (bytes && text.ends_with(unit)) {
      shift = unit_shift;
      text.remove_suffix(unit.size());
      break;
    }
  }
  uint64_t number = 0;
  // SimpleAtoi takes signs and spaces; a count has neither.
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  if (!absl::SimpleAtoi(ToAbsl(text), &number) || number > (limit >> shift)) return std::nullopt;
  return number << shift;
}

std::string FormatBytes(uint64_t bytes) {
  for (size_t i = std::size(kByteUnits); i-- > 0;) {
    const auto& [unit, shift] = kByteUnits[i];
    if (bytes != 0 && bytes % (uint64_t{1} << shift) == 0) {
      return absl::StrCat(bytes >> shift, ToAbsl(unit));
    }
  }
  return absl::StrCat(bytes);
}

absl::Status SetNumber(const FieldDescriptor& field, std::string_view text, Message& owner) {
  const bool wide = field.type() == FieldDescriptor::TYPE_UINT64;
  const uint64_t limit =
      wide ? std::numeric_limits<uint64_t>::max() : std::numeric_limits<uint32_t>::max();
  const std::optional<uint64_t> number = ParseNumber(text, IsBytes(field), limit);
  if (!number.has_value()) {
    return absl::InvalidArgumentError(
        IsBytes(field) ? "must be a size such as 65536, 64KiB or 256MiB"
                       : absl::StrCat("must be a whole number from 0 to ", limit));
  }
  if (wide) {
    owner.GetReflection()->SetUInt64(&owner, &field, *number);
  } else {
    owner.GetReflection()->SetUInt32(&owner, &field, static_cast<uint32_t>(*number));
  }
  return absl::OkStatus();
}

absl::Status SetDuration(const FieldDescriptor& field, std::string_view text, Message& owner) {
  absl::Duration duration;
  if (!absl::ParseDuration(ToAbsl(text), &duration) || duration < absl::ZeroDuration() ||
      duration > absl::Hours(24 * 365)) {
    return absl::InvalidArgumentError(
        "must be a duration such as 250ms, 5s or 1m, not negative, at most a year");
  }
  google::protobuf::Duration value;
  value.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  value.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  owner.GetReflection()->MutableMessage(&owner, &field)->CopyFrom(value);
  return absl::OkStatus();
}

absl::Status SetBool(const FieldDescriptor& field, std::string_view text, Message& owner) {
  if (text != "true" && text != "false") return absl::InvalidArgumentError("must be true or false");
  owner.GetReflection()->SetBool(&owner, &field, text == "true");
  return absl::OkStatus();
}

absl::Status SetEnum(const FieldDescriptor& field, std::string_view text, Message& owner) {
  const EnumValueDescriptor* value = FindEnumValue(*field.enum_type(), text);
  if (value == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("must be one of ", EnumTexts(*field.enum_type(), ", ")));
  }
  owner.GetReflection()->SetEnum(&owner, &field, value);
  return absl::OkStatus();
}

// The message that directly holds the value, made present.
Message& OwnerOf(const Setting& setting, Message& config) {
  Message* owner = &config;
  for (size_t i = 0; i + 1 < setting.fields.size(); ++i) {
    owner = owner->GetReflection()->MutableMessage(owner, setting.fields[i]);
  }
  return *owner;
}

const Message& OwnerOf(const Setting& setting, const Message& config) {
  const Message* owner = &config;
  for (size_t i = 0; i + 1 < setting.fields.size(); ++i) {
    owner = &owner->GetReflection()->GetMessage(*owner, setting.fields[i]);
  }
  return *owner;
}

std::string DurationText(const Message& message) {
  google::protobuf::Duration value;
  value.CopyFrom(message);
  return absl::FormatDuration(absl::Seconds(value.seconds()) + absl::Nanoseconds(value.nanos()));
}

}  // namespace

bool IsGroup(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE && !field.is_repeated() &&
         !IsDuration(field);
}

std::vector<Setting> SettingsOf(const Descriptor& type, const std::vector<std::string>& names) {
  std::vector<Setting> settings;
  AppendSettings(type, names, Setting(), settings);
  return settings;
}

absl::Status SetFromText(const Setting& setting, std::string_view text, Message& config) {
  const FieldDescriptor& field = setting.leaf();
  Message& owner = OwnerOf(setting, config);
  if (field.is_map()) {
    owner.GetReflection()->ClearField(&owner, &field);
    for (absl::string_view entry : absl::StrSplit(ToAbsl(text), ',', absl::SkipEmpty())) {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(entry, absl::MaxSplits('=', 1));
      if (parts.first.empty() || parts.second.empty()) {
        return absl::InvalidArgumentError("must be NAME=VALUE,NAME=VALUE,…");
      }
      SetEntry(setting, ToStd(parts.first), ToStd(parts.second), config);
    }
    return absl::OkStatus();
  }
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      owner.GetReflection()->SetString(&owner, &field, std::string(text));
      return absl::OkStatus();
    case FieldDescriptor::TYPE_BOOL:
      return SetBool(field, text, owner);
    case FieldDescriptor::TYPE_ENUM:
      return SetEnum(field, text, owner);
    case FieldDescriptor::TYPE_MESSAGE:
      return SetDuration(field, text, owner);
    default:
      return SetNumber(field, text, owner);
  }
}

void SetEntry(const Setting& setting, std::string_view name, std::string_view text,
              Message& config) {
  const FieldDescriptor& field = setting.leaf();
  Message& owner = OwnerOf(setting, config);
  const google::protobuf::Reflection& reflection = *owner.GetReflection();
  const FieldDescriptor* key = field.message_type()->map_key();
  const FieldDescriptor* value = field.message_type()->map_value();
  // Reflection sees a map as a list of entries: look for the one to replace first.
  for (int i = 0; i < reflection.FieldSize(owner, &field); ++i) {
    Message* entry = reflection.MutableRepeatedMessage(&owner, &field, i);
    if (entry->GetReflection()->GetString(*entry, key) == name) {
      entry->GetReflection()->SetString(entry, value, std::string(text));
      return;
    }
  }
  Message* entry = reflection.AddMessage(&owner, &field);
  entry->GetReflection()->SetString(entry, key, std::string(name));
  entry->GetReflection()->SetString(entry, value, std::string(text));
}

std::map<std::string, std::string> EntriesOf(const Setting& setting, const Message& config) {
  const FieldDescriptor& field = setting.leaf();
  const Message& owner = OwnerOf(setting, config);
  const google::protobuf::Reflection& reflection = *owner.GetReflection();
  std::map<std::string, std::string> entries;
  for (int i = 0; i < reflection.FieldSize(owner, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(owner, &field, i);
    const google::protobuf::Reflection& of_entry = *entry.GetReflection();
    entries.emplace(of_entry.GetString(entry, field.message_type()->map_key()),
                    of_entry.GetString(entry, field.message_type()->map_value()));
  }
  return entries;
}

std::string TextOf(const Setting& setting, const Message& config) {
  const FieldDescriptor& field = setting.leaf();
  const Message& owner = OwnerOf(setting, config);
  const google::protobuf::Reflection& reflection = *owner.GetReflection();
  if (field.is_map())
    return absl::StrJoin(EntriesOf(setting, config), ",", absl::PairFormatter("="));
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      return reflection.GetString(owner, &field);
    case FieldDescriptor::TYPE_BOOL:
      return reflection.GetBool(owner, &field) ? "true" : "false";
    case FieldDescriptor::TYPE_ENUM: {
      const EnumValueDescriptor* value = reflection.GetEnum(owner, &field);
      return value->number() == 0 ? "" : EnumText(*value);
    }
    case FieldDescriptor::TYPE_MESSAGE:
      return DurationText(reflection.GetMessage(owner, &field));
    case FieldDescriptor::TYPE_UINT64: {
      const uint64_t number = reflection.GetUInt64(owner, &field);
      return IsBytes(field) ? FormatBytes(number) : absl::StrCat(number);
    }
    default:
      return absl::StrCat(reflection.GetUInt32(owner, &field));
  }
}

std::string DefaultOf(const Setting& setting) {
  return setting.leaf().options().GetExtension(config::v1::default_value);
}

std::string ShapeOf(const Setting& setting) {
  const FieldDescriptor& field = setting.leaf();
  if (field.is_map()) return "NAME=TEXT,…";
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      return "TEXT";
    case FieldDescriptor::TYPE_BOOL:
      return "true|false";
    case FieldDescriptor::TYPE_ENUM:
      return EnumTexts(*field.enum_type(), "|");
    case FieldDescriptor::TYPE_MESSAGE:
      return "DURATION";
    default:
      return IsBytes(field) ? "SIZE" : "NUMBER";
  }
}

}  // namespace maru::service
