// Table and Index: typed rows over a Reader or ViewTxn.
//
//   inline constexpr Table<store::v1::Review, std::string> kReviews(33, "reviews");
//   inline constexpr Index<std::string, std::string> kReviewsBySchedule(34, "reviews by schedule");
//
//   ASSIGN_OR_RETURN(std::optional<store::v1::Review> review, kReviews.Get(txn, review_id));
//   kReviews.Put(txn, review_id, *review);
//   kReviewsBySchedule.Put(txn, schedule_id, review_id);
//   ASSIGN_OR_RETURN(auto rows, kReviewsBySchedule.Scan(txn, {.direction = Direction::kReverse,
//   .limit = 3}, schedule_id));
//
// Tables are constants: a number that is never reused (tables.h), a name for errors, the type of a
// row and the types of its key. A context keeps its index rows itself, in the transaction that
// changes the row.
//
// A view's tables are ViewTable and ViewIndex: their keys begin with a generation, so that a
// rebuilt copy grows beside the old one; kSchedules.At(generation) is an ordinary table.
//
// Errors: what the reader gives, and DATA_LOSS naming table and key where a row cannot be decoded.
// Hand them on.
#ifndef MARU_COMMON_STORE_TABLE_H_
#define MARU_COMMON_STORE_TABLE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "common/store/key.h"
#include "common/store/txn.h"

namespace maru::store {

struct ScanOptions {
  Direction direction = Direction::kForward;
  size_t limit = std::numeric_limits<size_t>::max();
  // An encoded key (KeySpace::KeyOf): begin behind it, in the direction of the walk.
  std::string after = {};
};

// DATA_LOSS/DATA_LOSS naming table and key.
absl::Status DamagedRow(std::string_view table, std::string_view key);

// What a scan of `range` with `options` walks.
KeyRange RangeBehind(KeyRange range, const ScanOptions& options);

// The keys of a table or index.
template <class... Key>
class KeySpace {
 public:
  using Tuple = std::tuple<Key...>;

  constexpr KeySpace(uint32_t number, std::string_view name) : number_(number), name_(name) {}
  // One generation of a view's table or index: use ViewTable::At, ViewIndex::At.
  constexpr KeySpace(uint32_t number, std::string_view name, uint32_t generation)
      : number_(number), name_(name), generation_(generation) {}

  constexpr uint32_t number() const { return number_; }
  constexpr std::string_view name() const { return name_; }

  // The encoded key of a row: for ScanOptions::after and Store::Warm.
  std::string KeyOf(KeyParam<Key>... key) const {
    std::string out = Start();
    (KeyPart<Key>::Append(out, key), ...);
    return out;
  }

  // All keys that begin with the first parts of a tuple.
  template <class... Prefix>
  KeyRange Range(const Prefix&... prefix) const {
    static_assert(sizeof...(Prefix) <= sizeof...(Key));
    std::string out = Start();
    AppendPrefix(out, std::index_sequence_for<Prefix...>(), prefix...);
    return PrefixRange(std::move(out));
  }

  // False when `key` is none of this space.
  bool Decode(std::string_view key, Tuple& tuple) const {
    const std::string start = Start();
    if (key.substr(0, start.size()) != start) return false;
    key.remove_prefix(start.size());
    return std::apply([&key](Key&... part) { return (KeyPart<Key>::Read(key, part) && ...); },
                      tuple) &&
           key.empty();
  }

 private:
  std::string Start() const {
    std::string out;
    out.reserve(64);
    KeyPart<uint32_t>::Append(out, number_);
    if (generation_.has_value()) KeyPart<uint32_t>::Append(out, *generation_);
    return out;
  }

  template <size_t... I, class... Prefix>
  static void AppendPrefix(std::string& out, std::index_sequence<I...>, const Prefix&... prefix) {
    (KeyPart<std::tuple_element_t<I, Tuple>>::Append(out, prefix), ...);
  }

  uint32_t number_;
  std::string_view name_;
  std::optional<uint32_t> generation_;
};

// Rows of message P under a tuple of Key.
template <class P, class... Key>
class Table : public KeySpace<Key...> {
 public:
  using typename KeySpace<Key...>::Tuple;
  struct Row {
    Tuple key;
    P value;
  };

  using KeySpace<Key...>::KeySpace;

  absl::StatusOr<std::optional<P>> Get(Reader& reader, KeyParam<Key>... key) const {
    const std::string encoded = this->KeyOf(key...);
    ASSIGN_OR_RETURN(const std::optional<std::string> bytes, reader.Get(encoded));
    std::optional<P> row;
    if (bytes.has_value() && !row.emplace().ParseFromString(*bytes))
      return DamagedRow(this->name(), encoded);
    return row;
  }

  void Put(ViewTxn& txn, KeyParam<Key>... key, const P& row) const {
    txn.Put(this->KeyOf(key...), row.SerializeAsString());
  }

  void Delete(ViewTxn& txn, KeyParam<Key>... key) const { txn.Delete(this->KeyOf(key...)); }

  // Calls `visit(const Tuple& key, P& row) -> bool` for each row whose key begins with `prefix`,
  // until it returns false.
  template <class Visit, class... Prefix>
  absl::Status ForEach(Reader& reader, const ScanOptions& options, Visit visit,
                       const Prefix&... prefix) const {
    const auto cursor =
        reader.Scan(RangeBehind(this->Range(prefix...), options), options.direction);
    Tuple key;
    for (size_t seen = 0; seen < options.limit && cursor->Valid(); ++seen, cursor->Next()) {
      P row;
      if (!this->Decode(cursor->key(), key) || !Parse(cursor->value(), row)) {
        return DamagedRow(this->name(), cursor->key());
      }
      if (!visit(std::as_const(key), row)) return absl::OkStatus();
    }
    return cursor->status();
  }

  template <class... Prefix>
  absl::StatusOr<std::vector<Row>> Scan(Reader& reader, const ScanOptions& options,
                                        const Prefix&... prefix) const {
    std::vector<Row> rows;
    const auto keep = [&rows](const Tuple& key, P& row) {
      rows.push_back({key, std::move(row)});
      return true;
    };
    RETURN_IF_ERROR(ForEach(reader, options, keep, prefix...));
    return rows;
  }

 private:
  static bool Parse(std::string_view bytes, P& row) {
    return bytes.size() <= std::numeric_limits<int>::max() &&
           row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  }
};

// A set of tuples, for finding rows of a table by something else than their key. On disk
// store.v1.IndexEntry, which has no fields and so no bytes.
template <class... Key>
class Index : public KeySpace<Key...> {
 public:
  using typename KeySpace<Key...>::Tuple;
  using KeySpace<Key...>::KeySpace;

  absl::StatusOr<bool> Has(Reader& reader, KeyParam<Key>... key) const {
    ASSIGN_OR_RETURN(const std::optional<std::string> bytes, reader.Get(this->KeyOf(key...)));
    return bytes.has_value();
  }
  void Put(ViewTxn& txn, KeyParam<Key>... key) const {
    txn.Put(this->KeyOf(key...), std::string());
  }
  void Delete(ViewTxn& txn, KeyParam<Key>... key) const { txn.Delete(this->KeyOf(key...)); }

  // The tuples that begin with `prefix`.
  template <class... Prefix>
  absl::StatusOr<std::vector<Tuple>> Scan(Reader& reader, const ScanOptions& options,
                                          const Prefix&... prefix) const {
    std::vector<Tuple> tuples;
    const auto cursor =
        reader.Scan(RangeBehind(this->Range(prefix...), options), options.direction);
    for (; tuples.size() < options.limit && cursor->Valid(); cursor->Next()) {
      if (!this->Decode(cursor->key(), tuples.emplace_back()))
        return DamagedRow(this->name(), cursor->key());
    }
    RETURN_IF_ERROR(cursor->status());
    return tuples;
  }
};

// A table of a view: one copy per generation.
template <class P, class... Key>
class ViewTable {
 public:
  constexpr ViewTable(uint32_t number, std::string_view name) : number_(number), name_(name) {}
  constexpr uint32_t number() const { return number_; }
  constexpr Table<P, Key...> At(uint32_t generation) const {
    return Table<P, Key...>(number_, name_, generation);
  }

 private:
  uint32_t number_;
  std::string_view name_;
};

template <class... Key>
class ViewIndex {
 public:
  constexpr ViewIndex(uint32_t number, std::string_view name) : number_(number), name_(name) {}
  constexpr uint32_t number() const { return number_; }
  constexpr Index<Key...> At(uint32_t generation) const {
    return Index<Key...>(number_, name_, generation);
  }

 private:
  uint32_t number_;
  std::string_view name_;
};

// All rows of one generation of a view's table: for dropping it.
KeyRange GenerationRange(uint32_t table, uint32_t generation);

// Deletes the first rows of `range`, at most `limit`; how many it were. Fewer than `limit`: the
// range is empty now.
absl::StatusOr<size_t> DeleteRows(ViewTxn& txn, const KeyRange& range, size_t limit);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_TABLE_H_
