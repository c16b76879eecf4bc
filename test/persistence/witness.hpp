// A store on a disk that fails and forgets (faulty_env.hpp), and the memory of all that it was told
// in its lives: what has to be there, and what may be.
#pragma once

#include "persistence/codec.hpp"
#include "persistence/leveldb_store.hpp"
#include "test/persistence/faulty_env.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::test {

/// What was asked of the store in all its lives, and what it said.
struct batch_record {
  std::map<std::string, std::optional<std::string>> changes;
  bool promised = false; ///< acknowledged as synced
  bool gone = false;     ///< lost by a cut, or never written
};

/// A disk, a store on it, and the memory of what the store was told.
class witness {
public:
  explicit witness(bool names_vanish, std::size_t log_bytes = std::size_t{64} << 10U)
      : disk(names_vanish), log_bytes_(log_bytes) { // logs change often
    std::filesystem::create_directory(directory());
  }
  [[nodiscard]] std::string directory() const { return scratch_.path("db"); }

  persistence::status open() {
    auto on = disk.environment();
    on.log_bytes = log_bytes_;
    auto result = persistence::open_leveldb_store(directory(), {}, on);
    missing_batches = result.report.missing_batches;
    store_ = std::move(result.opened);
    return result.state;
  }
  /// The process has ended, and nothing that the store still does counts. Its power is cut next, or
  /// the disk is healed: then it was killed.
  void close() {
    disk.stop();
    store_.reset();
  }
  void kill() {
    close();
    disk.heal();
  }
  /// From here on every batch so far has to be there.
  void promise_all() {
    for (auto& one : batches_)
      one.promised = true;
  }

  /// A batch that can be told from all others: a key of its own, and some that others write too.
  persistence::status commit(std::mt19937_64& luck, bool sync, std::size_t most_bytes = 8000) {
    const auto number = std::to_string(batches_.size());
    batch_record said;
    said.changes["T" + number] = std::string(luck() % most_bytes, static_cast<char>(luck()));
    for (auto shared = luck() % 4; shared > 0; --shared) {
      auto& value = said.changes["U" + std::to_string(luck() % 20)];
      value = luck() % 3 == 0 ? std::nullopt : std::optional(number);
    }
    persistence::write_batch batch;
    for (const auto& [key, value] : said.changes)
      value ? batch.put(key, *value) : batch.erase(key);
    batches_.push_back(std::move(said));
    const auto place = batches_.size() - 1;
    auto result = sync ? sync_slowly(std::move(batch), luck, most_bytes)
                       : store_->commit(std::move(batch), false);
    batches_[place].promised = sync && result.ok();
    return result;
  }

  /// Whose directory it is.
  persistence::status commit_owner() {
    return store_->commit(
        persistence::encode(std::vector{record::put(record::identity{{1, 2}, "k3", 4, 5})}), true);
  }

  /// Every promise is kept, no batch is there in part or without those before it, and nothing that
  /// was never written.
  void check() {
    check_order();
    std::map<std::string, std::string> expected;
    for (std::size_t i = 0; i < batches_.size(); ++i)
      if (is_there(i))
        for (const auto& [key, value] : batches_[i].changes)
          value ? void(expected[key] = *value) : void(expected.erase(key));
    CHECK(lost_promises() == 0);
    std::map<std::string, std::string> found;
    REQUIRE(store_
                ->scan("",
                       [&](auto key, auto value) {
                         if (key.front() == 'T' || key.front() == 'U')
                           found.emplace(key, value);
                         return true;
                       })
                .ok());
    CHECK((found == expected));
    forget_what_is_lost();
  }

  /// Batches that were acknowledged as synced and are not there.
  [[nodiscard]] std::uint64_t lost_promises() {
    std::uint64_t lost = 0;
    for (std::size_t i = 0; i < batches_.size(); ++i)
      lost += batches_[i].promised && !is_there(i) ? 1 : 0;
    return lost;
  }

  faulty_env disk;
  std::vector<persistence::number_range> missing_batches;

private:
  /// Others may be written while a sync is under way, also to a new log.
  persistence::status sync_slowly(persistence::write_batch batch, std::mt19937_64& luck,
                                  std::size_t most_bytes) {
    auto result = store_->begin_sync(std::move(batch));
    for (auto others = luck() % 4; result.ok() && others > 0; --others)
      result = commit(luck, false, most_bytes);
    return result.ok() ? store_->end_sync(store_->sync()) : result;
  }

  bool is_there(std::size_t batch) {
    const auto own = store_->get("T" + std::to_string(batch));
    REQUIRE(own.state.ok());
    return own.value.has_value();
  }

  /// What a cut has taken was behind what it has left.
  void check_order() {
    bool lost = false;
    for (std::size_t i = 0; i < batches_.size(); ++i) {
      if (batches_[i].gone)
        continue;
      const bool there = is_there(i);
      CHECK_FALSE((lost && there));
      lost = lost || !there;
    }
  }

  /// What a cut has taken never comes back.
  void forget_what_is_lost() {
    for (std::size_t i = 0; i < batches_.size(); ++i)
      if (!is_there(i)) {
        batches_[i].changes.clear();
        batches_[i].gone = true;
      }
  }

  std::size_t log_bytes_;
  scratch_directory scratch_;
  std::unique_ptr<persistence::store> store_;
  std::vector<batch_record> batches_;
};

} // namespace evenkeel::test
