// Changes to a store that happen together: a flat list of puts and erases of bytes, in order.
// One string inside, so moving it between threads and joining many into one group commit is cheap.
// Must not know: what the bytes mean, or LevelDB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::persistence {

class write_batch {
public:
  void put(std::string_view key, std::string_view value);
  void erase(std::string_view key);

  /// Adds the operations of `other` after those that are here.
  void append(const write_batch& other);
  void clear();

  /// Number of operations.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// Bytes of all keys and values, with a small overhead for each operation.
  [[nodiscard]] std::size_t bytes() const { return operations_.size(); }

  /// Calls `on_put(key, value)` or `on_erase(key)` for each operation, in order.
  template <class OnPut, class OnErase>
  void for_each(OnPut on_put, OnErase on_erase) const {
    for (std::string_view left = operations_; !left.empty();) {
      const auto next = split_first(left);
      if (next.is_put)
        on_put(next.key, next.value);
      else
        on_erase(next.key);
    }
  }

private:
  struct operation {
    bool is_put = false;
    std::string_view key;
    std::string_view value;
  };

  void add(bool is_put, std::string_view key, std::string_view value);
  static operation split_first(std::string_view& operations);

  std::string operations_; ///< each: is_put, both sizes, key, value
  std::size_t size_ = 0;
};

} // namespace evenkeel::persistence
