// Walks a serialised v1.RecordSet without decoding records into objects: the broker splits sets by
// partition and cuts them by offset, and copies the bytes of each record as they are.
#ifndef MARU_MESH_BROKER_LOG_RECORD_SET_H_
#define MARU_MESH_BROKER_LOG_RECORD_SET_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace maru::broker {

// Views into the set.
struct RecordView {
  // With its tag and length: appended to other records it is a set again.
  std::string_view encoded;
  std::string_view key;
  std::string_view value;
  uint64_t sequence = 0;
};

// The checksum by which a repeat is told from a reused sequence; broker.proto defines it.
uint32_t ChecksumOf(const RecordView& record);

//   RecordSetReader reader(records);
//   while (reader.Next()) Use(reader.record());
//   if (!reader.ok()) …
class RecordSetReader {
 public:
  explicit RecordSetReader(std::string_view set) : rest_(set) {}

  // Moves to the next record. False at the end and at what is not a RecordSet: see ok().
  bool Next();
  // The same without looking inside the record: only record().encoded is set.
  bool Skip();
  const RecordView& record() const { return record_; }
  // Whether all that was read is well formed.
  bool ok() const { return ok_; }

 private:
  bool Fail() {
    ok_ = false;
    return false;
  }
  bool ParseRecord(std::string_view message);

  std::string_view rest_;
  RecordView record_;
  bool ok_ = true;
};

// Part of a set.
struct RecordSlice {
  std::string_view records;
  uint64_t first_sequence = 0;
  uint64_t last_sequence = 0;
};

// Records [skip, skip + take) of a set, take > 0. nullopt when the set has fewer or is damaged.
std::optional<RecordSlice> SliceRecords(std::string_view set, uint64_t skip, uint64_t take);

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_RECORD_SET_H_
