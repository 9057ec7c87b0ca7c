// Logger: one JSON object a line: time, level, message, deployment, trace_id and the caller's own
// fields.
//
//   {"time":"2026-11-21T04:15:39.718Z","level":"error","message":"call
//   failed","deployment":"datecourse-review",
//    "trace_id":"0af7…","method":"…/WriteReview","code":"INTERNAL"}
#ifndef MARU_COMMON_BASE_LOG_H_
#define MARU_COMMON_BASE_LOG_H_

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace maru {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

// "debug", "info", "warning", "error", "off".
std::string_view LogLevelName(LogLevel level);
std::optional<LogLevel> ParseLogLevel(std::string_view name);

// A key with its value; refers to both, so it is for the argument list of Logger::Log. Keys are
// plain words.
class LogField {
 public:
  LogField(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  LogField(std::string_view key, const std::string& value)
      : LogField(key, std::string_view(value)) {}
  LogField(std::string_view key, const char* value) : LogField(key, std::string_view(value)) {}
  LogField(std::string_view key, bool value) : key_(key), value_(value) {}
  template <std::integral Number>
  LogField(std::string_view key, Number value) : key_(key), value_(static_cast<int64_t>(value)) {}
  LogField(std::string_view key, double value) : key_(key), value_(value) {}

  // Appends `"key":value`.
  void AppendTo(std::string& line) const;

 private:
  std::string_view key_;
  std::variant<std::string_view, int64_t, double, bool> value_;
};

// Takes a line with its end, whole; false: it could not. Called one line at a time.
using LogSink = std::function<bool(std::string_view line)>;
// Writes to `fd`, which stays open and the caller's.
LogSink LogToFd(int fd);

// Thread-safe; a line is written whole. A line that cannot be written is dropped and counted: the
// next one that can be says how many were ("dropped").
class Logger {
 public:
  // `clock` outlives the logger.
  Logger(LogSink sink, LogLevel level, std::string_view deployment, const Clock& clock);
  Logger(int fd, LogLevel level, std::string_view deployment, const Clock& clock)
      : Logger(LogToFd(fd), level, deployment, clock) {}
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  // Cheap: ask before preparing fields that cost something.
  bool Enabled(LogLevel level) const { return level >= level_.load(std::memory_order_relaxed); }
  void SetLevel(LogLevel level) { level_.store(level, std::memory_order_relaxed); }

  // `trace_id` may be empty. Bytes that are not UTF-8 appear as U+FFFD.
  void Log(LogLevel level, std::string_view message, std::string_view trace_id,
           std::initializer_list<LogField> fields = {});

  void Debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
    Log(LogLevel::kDebug, message, {}, fields);
  }
  void Info(std::string_view message, std::initializer_list<LogField> fields = {}) {
    Log(LogLevel::kInfo, message, {}, fields);
  }
  void Warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
    Log(LogLevel::kWarning, message, {}, fields);
  }
  void Error(std::string_view message, std::initializer_list<LogField> fields = {}) {
    Log(LogLevel::kError, message, {}, fields);
  }

 private:
  const LogSink sink_;
  std::atomic<LogLevel> level_;
  const std::string deployment_;
  const Clock& clock_;
  Mutex mutex_;
  int64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Appends `text` as a JSON string with its quotes.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace maru

#endif  // MARU_COMMON_BASE_LOG_H_
