#include "common/store/manifest.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/store/rocksdb_status.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace maru::store {

namespace {

// The format of RocksDB's logs (db/log_format.h): blocks of 32 KiB; records of checksum (4 bytes),
// length (2, little-endian), type (1) and payload; less than a header at the end of a block is
// unused.
constexpr uint64_t kBlock = 32 << 10;
constexpr uint64_t kHeader = 7;
// Whole, first, middle and last part of a record. Others have no place in a manifest.
constexpr unsigned char kFirstType = 1;
constexpr unsigned char kLastType = 4;

constexpr std::string_view kPrefix = "MANIFEST-";

// The number of "MANIFEST-000005"; 0 for other names.
uint64_t NumberOf(std::string_view name) {
  uint64_t number = 0;
  if (name.substr(0, kPrefix.size()) != kPrefix) return 0;
  name.remove_prefix(kPrefix.size());
  return absl::SimpleAtoi(ToAbsl(name), &number) ? number : 0;
}

absl::Status Damaged(const std::string& file, std::string_view what) {
  return FromRocksDb(rocksdb::Status::Corruption(std::string(what)), file);
}

}  // namespace

ManifestMark ManifestOf(rocksdb::DB& db, const ManifestMark& last) {
  std::vector<std::string> files;
  ManifestMark mark;
  if (!db.GetLiveFiles(files, &mark.bytes, /*flush_memtable=*/false).ok()) return last;
  for (const std::string& file : files) {
    mark.number = std::max(mark.number, NumberOf(std::string_view(file).substr(1)));
  }
  return mark;
}

uint64_t ReadableBytes(std::string_view manifest) {
  const auto byte = [&](uint64_t at) { return static_cast<unsigned char>(manifest[at]); };
  uint64_t end = 0;
  while (true) {
    uint64_t at = end;
    if (kBlock - at % kBlock < kHeader) at += kBlock - at % kBlock;
    if (at + kHeader > manifest.size()) return end;
    const uint64_t length = byte(at + 4) + (uint64_t{byte(at + 5)} << 8);
    const unsigned char type = byte(at + 6);
    if (type < kFirstType || type > kLastType || at + kHeader + length > manifest.size()) {
      return end;
    }
    end = at + kHeader + length;
  }
}

absl::Status CheckManifest(rocksdb::Env& env, const std::string& folder, bool written,
                           const ManifestMark& noted) {
  const std::string current = folder + "/CURRENT";
  if (env.FileExists(current).IsNotFound()) {
    // RocksDB would begin a new database and remove what there is.
    return written ? Damaged(current, "it is missing") : absl::OkStatus();
  }
  std::string name;
  RETURN_IF_ERROR(FromRocksDb(rocksdb::ReadFileToString(&env, current, &name), current));
  const bool whole_line = !name.empty() && name.back() == '\n';
  if (whole_line) name.pop_back();
  const uint64_t number = NumberOf(name);
  if (!whole_line || number == 0) return Damaged(current, "it does not name a manifest");
  const std::string file = absl::StrCat(folder, "/", name);
  if (env.FileExists(file).IsNotFound()) {
    return Damaged(current, absl::StrCat("it names ", name, ", which is missing"));
  }
  if (number != noted.number) return absl::OkStatus();
  std::string bytes;
  RETURN_IF_ERROR(FromRocksDb(rocksdb::ReadFileToString(&env, file, &bytes), file));
  const uint64_t readable = ReadableBytes(bytes);
  if (readable >= noted.bytes) return absl::OkStatus();
  return Damaged(file, absl::StrCat("readable up to byte ", readable, " of ", noted.bytes));
}

}  // namespace maru::store
