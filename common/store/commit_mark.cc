#include "common/store/commit_mark.h"

#include <string_view>
#include <utility>

#include "common/base/crc32c.h"
#include "common/base/status.h"
#include "common/store/key.h"
#include "common/store/rocksdb_status.h"
#include "rocksdb/env.h"

namespace maru::store {

namespace {

// Sequence, manifest's number and its bytes (8 bytes each, big-endian), CRC-32C of them (4).
constexpr size_t kMarkBytes = 28;

std::string Encode(const Commit& commit) {
  std::string bytes;
  KeyPart<uint64_t>::Append(bytes, commit.sequence);
  KeyPart<uint64_t>::Append(bytes, commit.manifest.number);
  KeyPart<uint64_t>::Append(bytes, commit.manifest.bytes);
  KeyPart<uint32_t>::Append(bytes, Crc32c(bytes));
  return bytes;
}

}  // namespace

CommitMark::CommitMark(std::unique_ptr<rocksdb::RandomRWFile> file) : file_(std::move(file)) {}
CommitMark::~CommitMark() = default;

absl::StatusOr<std::unique_ptr<CommitMark>> CommitMark::Open(rocksdb::Env& env,
                                                             const std::string& file) {
  const rocksdb::EnvOptions options;
  if (env.FileExists(file).IsNotFound()) {
    std::unique_ptr<rocksdb::WritableFile> created;
    RETURN_IF_ERROR(FromRocksDb(env.NewWritableFile(file, &created, options), file));
    RETURN_IF_ERROR(FromRocksDb(created->Close(), file));
  }
  std::unique_ptr<rocksdb::RandomRWFile> opened;
  RETURN_IF_ERROR(FromRocksDb(env.NewRandomRWFile(file, &opened, options), file));
  std::unique_ptr<CommitMark> mark(new CommitMark(std::move(opened)));
  RETURN_IF_ERROR(mark->Load());
  return mark;
}

absl::Status CommitMark::Load() {
  char buffer[kMarkBytes];
  rocksdb::Slice read;
  RETURN_IF_ERROR(FromRocksDb(file_->Read(0, kMarkBytes, &read, buffer), "commit mark"));
  std::string_view bytes(read.data(), read.size());
  Commit commit;
  if (KeyPart<uint64_t>::Read(bytes, commit.sequence) &&
      KeyPart<uint64_t>::Read(bytes, commit.manifest.number) &&
      KeyPart<uint64_t>::Read(bytes, commit.manifest.bytes) &&
      std::string_view(read.data(), read.size()) == Encode(commit)) {
    last_ = commit;
  }
  return absl::OkStatus();
}

absl::Status CommitMark::Note(const Commit& commit) {
  last_ = commit;
  return FromRocksDb(file_->Write(0, Encode(commit)), "commit mark");
}

}  // namespace maru::store
