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

// Sequence (8 bytes, big-endian), CRC-32C of it (4).
constexpr size_t kMarkBytes = 12;

std::string Encode(uint64_t sequence) {
  std::string bytes;
  KeyPart<uint64_t>::Append(bytes, sequence);
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
  uint64_t sequence = 0;
  if (KeyPart<uint64_t>::Read(bytes, sequence) &&
      std::string_view(read.data(), read.size()) == Encode(sequence)) {
    sequence_ = sequence;
  }
  return absl::OkStatus();
}

absl::Status CommitMark::Note(uint64_t sequence) {
  sequence_ = sequence;
  return FromRocksDb(file_->Write(0, Encode(sequence)), "commit mark");
}

}  // namespace maru::store
