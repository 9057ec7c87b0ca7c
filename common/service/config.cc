#include "common/service/config.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/strings.h"
#include "common/base/utf8.h"
#include "common/service/config_help.h"
#include "common/service/settings.h"
#include "yaml-cpp/yaml.h"

extern char** environ;  // POSIX leaves its declaration to the program

namespace maru::service {

using google::protobuf::Message;

namespace {

// Number of single-character changes from one to the other.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, replaced});
    }
  }
  return row[b.size()];
}

// The name among `known` that was probably meant; empty when none comes close.
template <class Known, class NameOf>
std::string Meant(std::string_view name, const Known& known, NameOf name_of) {
  std::string best;
  size_t best_distance = 3;
  for (const auto& candidate : known) {
    const size_t distance = EditDistance(name, name_of(candidate));
    if (distance < best_distance) {
      best_distance = distance;
      best = name_of(candidate);
    }
  }
  return best;
}

// Applies the layers one by one and remembers who gave what and what was bad.
class Loader {
 public:
  Loader(const ConfigSources& sources, const ConfigRules& rules, Message& config)
      : sources_(sources),
        rules_(rules),
        config_(config),
        settings_(SettingsOf(*config.GetDescriptor(), rules.names)) {
    for (const Setting& setting : settings_) by_path_.emplace(setting.path, &setting);
  }

  absl::StatusOr<LoadedConfig> Load();

 private:
  struct Given {
    std::string text;
    std::string source;
  };

  void ParseFlags();
  void ApplyDefaults();
  void ApplyFile(const std::string& path);
  void ApplyNode(const YAML::Node& node, const std::string& prefix, const std::string& file);
  void ApplyScalar(const std::string& path, const YAML::Node& node, const std::string& source);
  void ApplyEnvironment();
  void ApplyFlags();
  // Notes what is no text as a bad value.
  bool CheckText(const std::string& path, const std::string& text, const std::string& source);
  void Apply(const Setting& setting, const std::string& text, const std::string& source);
  void ApplyEntry(const Setting& setting, const std::string& name, const std::string& text,
                  const std::string& source);
  void Check();

  const Setting* Find(std::string_view path) const;
  // "peers.schedule" is an entry of the map "peers".
  std::optional<std::pair<const Setting*, std::string>> FindEntry(std::string_view path) const;
  bool IsGroupPath(const std::string& path) const;
  void Unknown(const std::string& path, const std::string& source);
  void Bad(const std::string& path, std::string line) {
    bad_.push_back(std::move(line));
    bad_paths_.push_back(path);
  }
  absl::Status BadValues() const;

  const ConfigSources& sources_;
  const ConfigRules& rules_;
  Message& config_;
  const std::vector<Setting> settings_;
  absl::flat_hash_map<std::string, const Setting*> by_path_;
  absl::flat_hash_map<std::string, Given> given_;

  struct Flag {
    std::string name;
    std::string value;
  };
  std::vector<Flag> flags_;
  std::string file_;
  bool help_ = false;
  bool print_ = false;

  std::vector<std::string> bad_;
  std::vector<std::string> bad_paths_;
  std::vector<std::string> warnings_;
};

absl::StatusOr<LoadedConfig> Loader::Load() {
  for (const auto& [name, value] : sources_.environment) {
    if (name == "MARU_CONFIG") file_ = value;
  }
  ParseFlags();
  if (help_)
    return LoadedConfig{.run = false, .output = HelpText(sources_, settings_), .warnings = {}};
  ApplyDefaults();
  if (!file_.empty()) ApplyFile(file_);
  ApplyEnvironment();
  ApplyFlags();
  if (rules_.derive) rules_.derive(config_);
  Check();
  if (!bad_.empty()) return BadValues();
  LoadedConfig loaded;
  loaded.run = !print_;
  if (print_) loaded.output = YamlText(settings_, config_);
  loaded.warnings = std::move(warnings_);
  return loaded;
}

// "--name=value", "--name value", and for true/false also "--name".
void Loader::ParseFlags() {
  const std::vector<std::string>& args = sources_.flags;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!absl::StartsWith(args[i], "--") || args[i].size() == 2) {
      Bad("", absl::StrCat("\"", args[i],
                           "\" (command line): only --SETTING=VALUE is understood here"));
      continue;
    }
    const size_t equals = args[i].find('=');
    Flag flag{args[i].substr(2, equals == std::string::npos ? equals : equals - 2), ""};
    if (flag.name == "help" || flag.name == "print-config") {
      (flag.name == "help" ? help_ : print_) = true;
      continue;
    }
    const Setting* setting = Find(flag.name);
    if (equals != std::string::npos) {
      flag.value = args[i].substr(equals + 1);
    } else if (setting != nullptr && setting->IsBool()) {
      flag.value = "true";
    } else if (i + 1 < args.size() && !absl::StartsWith(args[i + 1], "--")) {
      flag.value = args[++i];
    } else if (setting != nullptr || flag.name == "config") {
      Bad(flag.name, absl::StrCat(flag.name, " (--", flag.name, "): has no value"));
      continue;
    }
    if (flag.name == "config") {
      file_ = flag.value;
    } else {
      flags_.push_back(std::move(flag));
    }
  }
}

void Loader::ApplyDefaults() {
  for (const Setting& setting : settings_) {
    if (const std::string text = DefaultOf(setting); !text.empty()) Apply(setting, text, "default");
  }
}

void Loader::ApplyFile(const std::string& path) {
  std::error_code error;
  std::ifstream file(path);
  if (!file.is_open() || std::filesystem::is_directory(path, error)) {
    Bad("config", absl::StrCat("config = \"", path, "\": cannot be read"));
    return;
  }
  std::stringstream text;
  text << file.rdbuf();
  try {
    const YAML::Node root = YAML::Load(text.str());
    if (!root.IsNull()) ApplyNode(root, "", path);
  } catch (const YAML::Exception& wrong) {
    Bad("config", absl::StrCat(path, ":", wrong.mark.line + 1, ":", wrong.mark.column + 1,
                               ": is not YAML: ", wrong.msg));
  }
}

void Loader::ApplyNode(const YAML::Node& node, const std::string& prefix, const std::string& file) {
  const auto where = [&](const YAML::Node& at) {
    return absl::StrCat(file, ":", at.Mark().line + 1);
  };
  if (!node.IsMap()) {
    Bad(prefix, absl::StrCat(prefix.empty() ? "the file" : prefix, " (", where(node),
                             "): must be a map of settings"));
    return;
  }
  std::vector<std::string> seen;
  for (const auto& entry : node) {
    const YAML::Node& key = entry.first;
    const YAML::Node& value = entry.second;
    const std::string name = key.IsScalar() ? key.Scalar() : "?";
    const std::string path = absl::StrCat(prefix, prefix.empty() ? "" : ".", name);
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      Bad(path, absl::StrCat(path, " (", where(key), "): is given twice"));
      continue;
    }
    seen.push_back(name);
    const Setting* setting = Find(path);
    if (IsGroupPath(path) || (setting != nullptr && setting->IsMap())) {
      if (!value.IsNull()) ApplyNode(value, path, file);
    } else if (setting == nullptr && !FindEntry(path).has_value()) {
      Unknown(path, where(key));
    } else {
      ApplyScalar(path, value, where(value));
    }
  }
}

void Loader::ApplyScalar(const std::string& path, const YAML::Node& node,
                         const std::string& source) {
  if (!node.IsScalar()) {
    Bad(path, absl::StrCat(path, " (", source, "): must be one value"));
  } else if (const Setting* setting = Find(path)) {
    Apply(*setting, node.Scalar(), source);
  } else {
    const auto entry = FindEntry(path);
    ApplyEntry(*entry->first, entry->second, node.Scalar(), source);
  }
}

void Loader::ApplyEnvironment() {
  for (const auto& [name, value] : sources_.environment) {
    if (!absl::StartsWith(name, "MARU_") || name == "MARU_CONFIG") continue;
    const auto found =
        std::find_if(settings_.begin(), settings_.end(),
                     [&](const Setting& setting) { return setting.environment == name; });
    if (found != settings_.end()) {
      Apply(*found, value, name);
    } else if (const std::string meant =
                   Meant(name, settings_, [](const Setting& s) { return s.environment; });
               !meant.empty()) {
      warnings_.push_back(
          absl::StrCat("environment variable ", name, " is no setting; did you mean ", meant, "?"));
    }
  }
}

void Loader::ApplyFlags() {
  for (const Flag& flag : flags_) {
    const std::string source = "--" + flag.name;
    if (const Setting* setting = Find(flag.name)) {
      Apply(*setting, flag.value, source);
    } else if (const auto entry = FindEntry(flag.name)) {
      ApplyEntry(*entry->first, entry->second, flag.value, source);
    } else {
      Unknown(flag.name, source);
    }
  }
}

bool Loader::CheckText(const std::string& path, const std::string& text,
                       const std::string& source) {
  if (IsValidUtf8(text)) return true;
  Bad(path, absl::StrCat(path, " = \"", absl::CHexEscape(text), "\" (", source,
                         "): must be text in UTF-8"));
  return false;
}

void Loader::Apply(const Setting& setting, const std::string& text, const std::string& source) {
  given_[setting.path] = {text, source};
  if (!CheckText(setting.path, text, source)) return;
  if (absl::Status status = SetFromText(setting, text, config_); !status.ok()) {
    Bad(setting.path,
        absl::StrCat(setting.path, " = \"", text, "\" (", source, "): ", status.message()));
  }
}

void Loader::ApplyEntry(const Setting& setting, const std::string& name, const std::string& text,
                        const std::string& source) {
  const std::string path = absl::StrCat(setting.path, ".", name);
  given_[path] = {text, source};
  if (!CheckText(path, name, source) || !CheckText(path, text, source)) return;
  SetEntry(setting, name, text, config_);
}

void Loader::Check() {
  rpc::FieldViolations violations;
  if (rules_.check) rules_.check(config_, violations);
  for (const rpc::FieldViolation& violation : violations) {
    const std::string& path = violation.field;
    // One line a value: what cannot be read breaks other rules too.
    if (std::find(bad_paths_.begin(), bad_paths_.end(), path) != bad_paths_.end()) continue;
    const Setting* setting = Find(path);
    const std::string text = setting == nullptr ? "" : TextOf(*setting, config_);
    if (const auto given = given_.find(path); given != given_.end()) {
      Bad(path, absl::StrCat(path, " = \"", given->second.text, "\" (", given->second.source,
                             "): ", violation.description));
    } else if (!text.empty()) {
      Bad(path, absl::StrCat(path, " = \"", text, "\" (derived): ", violation.description));
    } else {
      Bad(path, absl::StrCat(path, " (not given): ", violation.description,
                             setting == nullptr ? ""
                                                : absl::StrCat("; give --", path, "=… or ",
                                                               setting->environment)));
    }
  }
}

const Setting* Loader::Find(std::string_view path) const {
  const auto found = by_path_.find(ToAbsl(path));
  return found == by_path_.end() ? nullptr : found->second;
}

std::optional<std::pair<const Setting*, std::string>> Loader::FindEntry(
    std::string_view path) const {
  const size_t dot = path.find('.');
  if (dot == std::string_view::npos || dot + 1 == path.size()) return std::nullopt;
  const Setting* setting = Find(path.substr(0, dot));
  if (setting == nullptr || !setting->IsMap()) return std::nullopt;
  return std::pair(setting, std::string(path.substr(dot + 1)));
}

bool Loader::IsGroupPath(const std::string& path) const {
  return std::any_of(settings_.begin(), settings_.end(), [&](const Setting& setting) {
    return absl::StartsWith(setting.path, path + ".");
  });
}

void Loader::Unknown(const std::string& path, const std::string& source) {
  const std::string meant = Meant(path, settings_, [](const Setting& s) { return s.path; });
  Bad(path, absl::StrCat(path, " (", source, "): is no setting",
                         meant.empty() ? "; --help lists them"
                                       : absl::StrCat("; did you mean ", meant, "?")));
}

absl::Status Loader::BadValues() const {
  return absl::InvalidArgumentError(absl::StrCat(
      bad_.size(), bad_.size() == 1 ? " bad value" : " bad values", " in the configuration of ",
      sources_.program, ":\n  ", absl::StrJoin(bad_, "\n  ")));
}

}  // namespace

ConfigSources ConfigSources::FromMain(int argc, char** argv, std::string program,
                                      std::string about) {
  ConfigSources sources;
  sources.program = std::move(program);
  sources.about = std::move(about);
  for (int i = 1; i < argc; ++i) sources.flags.emplace_back(argv[i]);
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || !text.starts_with("MARU_")) continue;
    sources.environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return sources;
}

absl::StatusOr<LoadedConfig> LoadConfig(const ConfigSources& sources, const ConfigRules& rules,
                                        google::protobuf::Message& config) {
  return Loader(sources, rules, config).Load();
}

}  // namespace maru::service
