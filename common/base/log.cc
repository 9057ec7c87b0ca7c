#include "common/base/log.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/strings.h"

namespace maru {

namespace {

constexpr std::array<std::string_view, 5> kLevelNames = {"debug", "info", "warning", "error",
                                                         "off"};

// How many bytes of `text` are one well-formed UTF-8 character; 0 when its beginning is none (RFC
// 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
size_t CharacterLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto in = [&](size_t i, int low, int high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const int first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return in(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const int low = first == 0xE0 ? 0xA0 : 0x80;
    const int high = first == 0xED ? 0x9F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const int low = first == 0xF0 ? 0x90 : 0x80;
    const int high = first == 0xF4 ? 0x8F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

void AppendControl(unsigned char control, std::string& out) {
  switch (control) {
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      std::array<char, 7> escaped;
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", control);
      out += escaped.data();
  }
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

std::string_view LogLevelName(LogLevel level) { return kLevelNames[static_cast<size_t>(level)]; }

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  for (size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      out += "\\ufffd";
    } else if (first < 0x20 || first == 0x7F) {
      AppendControl(first, out);
    } else {
      if (first == '"' || first == '\\') out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void LogField::AppendTo(std::string& line) const {
  AppendJsonString(key_, line);
  line += ':';
  if (const auto* text = std::get_if<std::string_view>(&value_)) {
    AppendJsonString(*text, line);
  } else if (const auto* number = std::get_if<int64_t>(&value_)) {
    absl::StrAppend(&line, *number);
  } else if (const auto* real = std::get_if<double>(&value_)) {
    // JSON has no infinities.
    absl::StrAppend(&line, std::isfinite(*real) ? absl::StrCat(*real) : "null");
  } else {
    line += std::get<bool>(value_) ? "true" : "false";
  }
}

LogSink LogToFd(int fd) {
  return [fd](std::string_view line) { return WriteAll(fd, line); };
}

Logger::Logger(LogSink sink, LogLevel level, std::string_view deployment, const Clock& clock)
    : sink_(std::move(sink)), level_(level), deployment_(deployment), clock_(clock) {}

void Logger::Log(LogLevel level, std::string_view message, std::string_view trace_id,
                 std::initializer_list<LogField> fields) {
  if (!Enabled(level)) return;
  const std::string time =
      absl::FormatTime("%E4Y-%m-%dT%H:%M:%E3SZ", clock_.WallNow(), absl::UTCTimeZone());
  std::string line = absl::StrCat("{\"time\":\"", time, "\",\"level\":\"",
                                  ToAbsl(LogLevelName(level)), "\",\"message\":");
  AppendJsonString(message, line);
  line += ",\"deployment\":";
  AppendJsonString(deployment_, line);
  if (!trace_id.empty()) {
    line += ',';
    LogField("trace_id", trace_id).AppendTo(line);
  }
  for (const LogField& field : fields) {
    line += ',';
    field.AppendTo(line);
  }
  MutexLock lock(mutex_);
  if (dropped_ > 0) absl::StrAppend(&line, ",\"dropped\":", dropped_);
  line += "}\n";
  dropped_ = sink_(line) ? 0 : dropped_ + 1;
}

}  // namespace maru
