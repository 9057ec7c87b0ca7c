#include "common/service/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include "prometheus/client_metric.h"
#include "prometheus/metric_type.h"

namespace maru::service {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

struct Stat {
  double cpu_seconds;
  double threads;
  double started_after_boot_seconds;
  double virtual_bytes;
  double resident_bytes;
};

// Fields of /proc/self/stat, counted from 1 as in proc(5).
std::optional<Stat> ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // Field 2 is the program's name in parentheses and may hold anything; the rest follows the last
  // one.
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(line.substr(name_end + 1));
  std::vector<std::string> fields(3);  // index = number in proc(5), from the third on
  for (std::string field; rest >> field;) fields.push_back(field);
  if (fields.size() < 25) return std::nullopt;
  const auto tick = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto number = [&](size_t index) { return std::strtod(fields[index].c_str(), nullptr); };
  return Stat{.cpu_seconds = (number(14) + number(15)) / tick,
              .threads = number(20),
              .started_after_boot_seconds = number(22) / tick,
              .virtual_bytes = number(23),
              .resident_bytes = number(24) * static_cast<double>(sysconf(_SC_PAGESIZE))};
}

std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return std::nullopt;
}

std::optional<double> OpenFiles() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
       !error && entry != end; entry.increment(error)) {
    ++count;
  }
  if (error) return std::nullopt;
  return count - 1;  // the folder itself is open while it is read
}

void Append(MetricType type, const char* name, const char* help, double value,
            std::vector<MetricFamily>& families) {
  prometheus::ClientMetric metric;
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  families.push_back({.name = name, .help = help, .type = type, .metric = {std::move(metric)}});
}

}  // namespace

std::vector<MetricFamily> ProcessMetrics::Collect() const {
  std::vector<MetricFamily> families;
  const auto gauge = [&](const char* name, const char* help, double value) {
    Append(MetricType::Gauge, name, help, value, families);
  };
  if (const std::optional<Stat> stat = ReadStat()) {
    Append(MetricType::Counter, "process_cpu_seconds_total", "CPU time used, user and system",
           stat->cpu_seconds, families);
    gauge("process_threads", "Threads", stat->threads);
    gauge("process_virtual_memory_bytes", "Virtual memory", stat->virtual_bytes);
    gauge("process_resident_memory_bytes", "Resident memory", stat->resident_bytes);
    if (const std::optional<double> boot = BootTime()) {
      gauge("process_start_time_seconds", "Start, in seconds since the epoch",
            *boot + stat->started_after_boot_seconds);
    }
  }
  if (const std::optional<double> open = OpenFiles()) {
    gauge("process_open_fds", "Open file descriptors", *open);
  }
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    gauge("process_max_fds", "Open file descriptors, at most", static_cast<double>(limit.rlim_cur));
  }
  return families;
}

}  // namespace maru::service
