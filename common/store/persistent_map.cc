#include "common/store/persistent_map.h"

#include <utility>

namespace maru::store {

namespace {

// FNV-1a, then mixed: the same in every process, so that a simulation replays exactly.
uint64_t PriorityOf(std::string_view key) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : key) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  hash ^= hash >> 32;
  hash *= 0xd6e8feb86659fd93;
  return hash ^ (hash >> 32);
}

}  // namespace

PersistentMap::Tree PersistentMap::Make(const Node& like, Tree left, Tree right) {
  return std::make_shared<const Node>(
      Node{like.row, like.priority, std::move(left), std::move(right)});
}

std::pair<PersistentMap::Tree, PersistentMap::Tree> PersistentMap::Split(const Tree& tree,
                                                                         std::string_view key) {
  if (tree == nullptr) return {};
  const int order = key.compare(tree->row->key);
  if (order == 0) return {tree->left, tree->right};
  if (order < 0) {
    auto [before, after] = Split(tree->left, key);
    return {std::move(before), Make(*tree, std::move(after), tree->right)};
  }
  auto [before, after] = Split(tree->right, key);
  return {Make(*tree, tree->left, std::move(before)), std::move(after)};
}

PersistentMap::Tree PersistentMap::Join(const Tree& left, const Tree& right) {
  if (left == nullptr) return right;
  if (right == nullptr) return left;
  if (left->priority >= right->priority) return Make(*left, left->left, Join(left->right, right));
  return Make(*right, Join(left, right->left), right->right);
}

PersistentMap PersistentMap::Set(std::string key, std::string value) const {
  auto [before, after] = Split(root_, key);
  const uint64_t priority = PriorityOf(key);
  auto row = std::make_shared<const Row>(Row{std::move(key), std::move(value)});
  const Tree single =
      std::make_shared<const Node>(Node{std::move(row), priority, nullptr, nullptr});
  return PersistentMap(Join(Join(before, single), after));
}

PersistentMap PersistentMap::Erase(std::string_view key) const {
  if (Find(key) == nullptr) return *this;
  const auto [before, after] = Split(root_, key);
  return PersistentMap(Join(before, after));
}

const PersistentMap::Row* PersistentMap::Find(std::string_view key) const {
  const Row* row = AtOrAfter(key);
  return row != nullptr && row->key == key ? row : nullptr;
}

const PersistentMap::Row* PersistentMap::AtOrAfter(std::string_view key) const {
  const Row* best = nullptr;
  for (const Node* node = root_.get(); node != nullptr;) {
    if (node->row->key >= key) {
      best = node->row.get();
      node = node->left.get();
    } else {
      node = node->right.get();
    }
  }
  return best;
}

const PersistentMap::Row* PersistentMap::Before(std::string_view key) const {
  const Row* best = nullptr;
  for (const Node* node = root_.get(); node != nullptr;) {
    if (node->row->key < key) {
      best = node->row.get();
      node = node->right.get();
    } else {
      node = node->left.get();
    }
  }
  return best;
}

const PersistentMap::Row* PersistentMap::Last() const {
  const Node* node = root_.get();
  if (node == nullptr) return nullptr;
  while (node->right != nullptr) node = node->right.get();
  return node->row.get();
}

}  // namespace maru::store
