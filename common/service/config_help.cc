#include "common/service/config_help.h"

#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "google/protobuf/descriptor.pb.h"
#include "maru/embed/config_descriptor.h"
#include "yaml-cpp/yaml.h"

namespace maru::service {

using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;

namespace {

constexpr size_t kWidth = 100;

// The linked descriptors have no comments; this one was embedded with them.
class Comments {
 public:
  Comments() {
    const std::string_view bytes = embed::config_descriptor();
    MARU_CHECK(set_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  }

  std::string Of(const FieldDescriptor& field) const {
    const int path[] = {FileDescriptorProto::kMessageTypeFieldNumber,
                        field.containing_type()->index(),
                        google::protobuf::DescriptorProto::kFieldFieldNumber, field.index()};
    for (const FileDescriptorProto& file : set_.file()) {
      if (file.name() != field.file()->name()) continue;
      for (const auto& location : file.source_code_info().location()) {
        if (std::equal(location.path().begin(), location.path().end(), std::begin(path),
                       std::end(path))) {
          return absl::StrReplaceAll(absl::StripAsciiWhitespace(location.leading_comments()),
                                     {{"\n ", " "}});
        }
      }
    }
    return "";
  }

 private:
  FileDescriptorSet set_;
};

void AppendWrapped(absl::string_view text, absl::string_view indent, std::string& out) {
  size_t column = kWidth;
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (column + 1 + word.size() > kWidth) {
      absl::StrAppend(&out, out.empty() || out.back() == '\n' ? "" : "\n", indent, word);
      column = indent.size() + word.size();
    } else {
      absl::StrAppend(&out, " ", word);
      column += 1 + word.size();
    }
  }
  out += '\n';
}

void EmitValue(const Setting& setting, const google::protobuf::Message& config,
               YAML::Emitter& out) {
  if (setting.IsMap()) {
    out << YAML::BeginMap;
    for (const auto& [name, text] : EntriesOf(setting, config)) {
      out << YAML::Key << YAML::DoubleQuoted << name << YAML::Value << YAML::DoubleQuoted << text;
    }
    out << YAML::EndMap;
  } else if (setting.leaf().type() == FieldDescriptor::TYPE_STRING) {
    out << YAML::DoubleQuoted << TextOf(setting, config);
  } else {
    out << TextOf(setting, config);
  }
}

}  // namespace

std::string HelpText(const ConfigSources& sources, const std::vector<Setting>& settings) {
  std::string out =
      absl::StrCat(sources.program, ": ", sources.about, "\n\nUsage: ", sources.program,
                   " [--config=FILE] [--SETTING=VALUE …]\n\n");
  AppendWrapped(
      "Each setting is taken from its flag, else from its environment variable (MARU_ and the name "
      "in upper case with _ for "
      "each dot), else from the YAML file (parts of the name nest), else it has the default.",
      "", out);
  absl::StrAppend(&out, "\n  --config=FILE  (MARU_CONFIG)\n      YAML file.\n",
                  "  --print-config\n      Print the configuration as it would be used, and end.\n",
                  "  --help\n      Print this, and end.\n");
  const Comments comments;
  for (const Setting& setting : settings) {
    absl::StrAppend(&out, "  --", setting.path, "=", ShapeOf(setting), "  (", setting.environment,
                    ")\n");
    std::string text = comments.Of(setting.leaf());
    if (const std::string value = DefaultOf(setting); !value.empty())
      absl::StrAppend(&text, " Default: ", value, ".");
    AppendWrapped(text, "      ", out);
  }
  return out;
}

std::string YamlText(const std::vector<Setting>& settings,
                     const google::protobuf::Message& config) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  // Settings of a group follow one another, and groups do not nest deeper.
  const FieldDescriptor* group = nullptr;
  for (const Setting& setting : settings) {
    MARU_CHECK(setting.fields.size() <= 2);
    const FieldDescriptor* own_group =
        setting.fields.size() == 2 ? setting.fields.front() : nullptr;
    if (own_group != group) {
      if (group != nullptr) out << YAML::EndMap;
      if (own_group != nullptr)
        out << YAML::Key << own_group->name() << YAML::Value << YAML::BeginMap;
      group = own_group;
    }
    out << YAML::Key << setting.leaf().name() << YAML::Value;
    EmitValue(setting, config, out);
  }
  if (group != nullptr) out << YAML::EndMap;
  out << YAML::EndMap;
  MARU_CHECK(out.good());
  return absl::StrCat(out.c_str(), "\n");
}

}  // namespace maru::service
