// PersistentMap: an immutable ordered map of byte strings. Set and Erase return a changed map that
// shares all but one path with the old one, so a copy is a snapshot and costs nothing.
//
// A treap whose priorities are hashes of the keys: the same rows give the same tree, whatever the
// order of writes. Thread-safe as any constant object.
#ifndef MARU_COMMON_STORE_PERSISTENT_MAP_H_
#define MARU_COMMON_STORE_PERSISTENT_MAP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace maru::store {

class PersistentMap {
 public:
  struct Row {
    std::string key;
    std::string value;
  };

  PersistentMap() = default;

  PersistentMap Set(std::string key, std::string value) const;
  PersistentMap Erase(std::string_view key) const;

  // nullptr when there is none. Rows live as long as any map that has them.
  const Row* Find(std::string_view key) const;
  // The first row at or after / strictly before `key`.
  const Row* AtOrAfter(std::string_view key) const;
  const Row* Before(std::string_view key) const;
  const Row* Last() const;
  bool empty() const { return root_ == nullptr; }

 private:
  struct Node;
  using Tree = std::shared_ptr<const Node>;
  struct Node {
    std::shared_ptr<const Row> row;
    uint64_t priority;
    Tree left;
    Tree right;
  };

  explicit PersistentMap(Tree root) : root_(std::move(root)) {}
  static Tree Make(const Node& like, Tree left, Tree right);
  // Rows before `key`, and after it; the row of `key` itself is in neither.
  static std::pair<Tree, Tree> Split(const Tree& tree, std::string_view key);
  // All of `left` is before all of `right`.
  static Tree Join(const Tree& left, const Tree& right);

  Tree root_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_PERSISTENT_MAP_H_
