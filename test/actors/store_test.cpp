#include "actors/store.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "test/actors/test_system.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::test {

namespace {

/// Counts what reaches the disk.
class counting_store : public persistence::store {
public:
  struct write {
    std::vector<std::string> keys; ///< without the numbers of synced batches
    bool sync = false;             ///< one is to follow
    friend bool operator==(const write&, const write&) = default;
  };
  int syncs = 0;
  bool slow = false; ///< as LevelDB, when it has not caught up
  std::vector<write> writes;
  std::map<std::string, std::string, std::less<>> entries;
  bool failing = false;

  std::uint64_t approximate_bytes() override { return 0; }
  std::uint64_t free_bytes() override { return 0; }
  bool may_wait() override { return slow; }

private:
  persistence::status do_commit(const persistence::write_batch& batch, bool sync) override {
    if (failing)
      return {persistence::store_error::io, "the disk is broken"};
    auto& added = writes.emplace_back();
    added.sync = sync;
    batch.for_each(
        [&](auto key, auto value) {
          entries.insert_or_assign(std::string(key), std::string(value));
          if (!key.starts_with('N'))
            added.keys.emplace_back(key);
        },
        [&](auto key) {
          if (!key.starts_with('N'))
            added.keys.emplace_back(key);
        });
    return {};
  }
  persistence::status do_sync() override {
    ++syncs;
    return failing ? persistence::status{persistence::store_error::io, "the disk is broken"}
                   : persistence::status{};
  }
  persistence::get_result do_get(std::string_view key) override {
    if (failing)
      return {{persistence::store_error::io, "the disk is broken"}, std::nullopt};
    const auto found = entries.find(key);
    if (found == entries.end())
      return {{}, std::nullopt};
    return {{}, found->second};
  }
  persistence::status do_scan(std::string_view, const scan_callback&) override { return {}; }
};

struct client_record {
  std::vector<std::pair<int, std::uint64_t>> committed; ///< tag, number
  std::vector<loaded> loads;
};

store_client::behavior_type client(store_client::pointer, std::shared_ptr<client_record> record) {
  return {
      [record](const committed& news) { record->committed.emplace_back(news.tag, news.number); },
      [record](const loaded& answer) { record->loads.push_back(answer); },
  };
}

/// The disk's thread, which gets to work when it is told to.
disk_thread_actor::behavior_type held_thread(disk_thread_actor::pointer,
                                             std::shared_ptr<std::vector<disk_order>> orders) {
  return {[orders](disk_order& order) { orders->push_back(std::move(order)); }};
}

class store_fixture {
public:
  test_system world;
  std::shared_ptr<counting_store> disk = std::make_shared<counting_store>();
  std::vector<std::string> failures;
  std::shared_ptr<client_record> anna_heard = std::make_shared<client_record>();
  std::shared_ptr<client_record> bert_heard = std::make_shared<client_record>();
  store_client anna = world.spawn(client, anna_heard);
  store_client bert = world.spawn(client, bert_heard);
  std::shared_ptr<std::vector<disk_order>> orders = std::make_shared<std::vector<disk_order>>();
  store_actor actor = world.spawn(store, disk, world.spawn(held_thread, orders),
                                  [this](const std::string& why) { failures.push_back(why); });

  /// What the thread has been told, done.
  void work_in_thread() {
    world.run();
    for (auto& order : std::exchange(*orders, {})) {
      auto how = order.batch ? disk->commit(std::move(*order.batch), order.sync) : disk->sync();
      caf::anon_send(actor, disk_done{std::move(how)});
    }
    world.run();
  }
  /// Until nothing is left to do.
  void settle() {
    for (world.run(); !orders->empty();)
      work_in_thread();
  }

  void write(const store_client& owner, commit_tag tag, std::uint64_t number, bool sync,
             const std::string& key) {
    persistence::write_batch batch;
    batch.put(key, "x");
    caf::anon_send(actor, commit{owner, tag, number, sync, std::move(batch)});
  }
};

using write_record = counting_store::write;
using answers = std::vector<std::pair<int, std::uint64_t>>;
using strings = std::vector<std::string>;

const record::issued a_record{7};

} // namespace

TEST_CASE_FIXTURE(store_fixture, "what waits in the store's mailbox becomes one group commit") {
  write(anna, 0, 1, false, "a");
  write(bert, 0, 1, false, "b");
  write(anna, 0, 2, false, "c");
  world.run();
  REQUIRE(disk->writes.size() == 1);
  CHECK(disk->writes[0].keys == strings{"a", "b", "c"});
  write(anna, 0, 3, false, "d");
  world.run();
  REQUIRE(disk->writes.size() == 2);
  CHECK(disk->writes[1].keys == strings{"d"});
}

TEST_CASE_FIXTURE(store_fixture, "one sync serves all that wait for one") {
  write(anna, 0, 1, true, "a");
  write(bert, 0, 1, true, "b");
  settle();
  CHECK(disk->writes == std::vector{write_record{{"a", "b"}, true}});
  CHECK(disk->syncs == 1);
}

TEST_CASE_FIXTURE(store_fixture, "commits that need no sync pass those of others that do") {
  write(anna, 0, 1, true, "a");
  world.run();
  write(bert, 0, 1, false, "b");
  write(anna, 1, 1, false, "c");
  world.run();
  CHECK(bert_heard->committed == answers{{0, 1}});
  CHECK(anna_heard->committed == answers{{1, 1}});
  CHECK(disk->writes == std::vector{write_record{{"a"}, true}, write_record{{"b", "c"}, false}});
  settle();
  CHECK(anna_heard->committed == answers{{1, 1}, {0, 1}});
}

TEST_CASE_FIXTURE(store_fixture, "within an owner's tag commits keep their order") {
  write(anna, 0, 1, true, "a");
  write(anna, 0, 2, false, "b");
  world.run();
  write(anna, 0, 3, false, "c");
  world.run();
  CHECK(anna_heard->committed.empty());
  settle();
  CHECK(anna_heard->committed == answers{{0, 2}, {0, 3}});
  CHECK(disk->writes == std::vector{write_record{{"a", "b"}, true}, write_record{{"c"}, false}});
}

TEST_CASE_FIXTURE(store_fixture,
                  "R13: what waits for a sync is not written while one is under way") {
  write(anna, 0, 1, true, "a");
  world.run();
  write(bert, 0, 1, true, "b");
  world.run();
  CHECK(disk->writes == std::vector{write_record{{"a"}, true}});
  work_in_thread();
  CHECK(anna_heard->committed == answers{{0, 1}});
  CHECK(bert_heard->committed.empty());
  CHECK(disk->writes == std::vector{write_record{{"a"}, true}, write_record{{"b"}, true}});
  settle();
  CHECK(bert_heard->committed == answers{{0, 1}});
}

TEST_CASE_FIXTURE(store_fixture, "R9: a disk that may make writers wait is for the thread") {
  disk->slow = true;
  write(anna, 0, 1, true, "a");
  write(bert, 0, 1, false, "b");
  world.run();
  CHECK(disk->writes.empty());
  write(bert, 0, 2, false, "c");
  caf::anon_send(actor, load{anna, 0, record::key_of(a_record)});
  disk->slow = false;
  world.run();
  CHECK(disk->writes.empty()); // the thread has the disk
  work_in_thread();
  CHECK(anna_heard->committed == answers{{0, 1}});
  CHECK(bert_heard->committed == answers{{0, 1}, {0, 2}});
  CHECK(anna_heard->loads.size() == 1);
}

TEST_CASE_FIXTURE(store_fixture, "a group in which nobody asks for a sync has none") {
  write(anna, 0, 1, false, "a");
  write(bert, 0, 1, false, "b");
  world.run();
  REQUIRE(disk->writes.size() == 1);
  CHECK_FALSE(disk->writes[0].sync);
}

TEST_CASE_FIXTURE(store_fixture, "every owner hears of the last commit of each of its tags") {
  write(anna, 0, 1, false, "a");
  write(anna, 1, 1, true, "b");
  write(bert, 0, 5, false, "c");
  write(anna, 0, 2, false, "d");
  settle();
  CHECK(anna_heard->committed == answers{{0, 2}, {1, 1}});
  CHECK(bert_heard->committed == answers{{0, 5}});
  write(anna, 0, 3, false, "e");
  world.run();
  CHECK(anna_heard->committed == answers{{0, 2}, {1, 1}, {0, 3}});
  CHECK(bert_heard->committed == answers{{0, 5}});
}

TEST_CASE_FIXTURE(store_fixture, "R13: after a failed write nothing more is acknowledged") {
  write(anna, 0, 1, true, "a");
  settle();
  disk->failing = true;
  write(anna, 0, 2, true, "b");
  write(bert, 0, 1, false, "c");
  settle();
  CHECK(failures == strings{"the disk is broken"});
  disk->failing = false;
  write(anna, 0, 3, true, "d");
  world.run();
  CHECK(failures.size() == 1);
  CHECK(disk->writes.size() == 1);
  CHECK(anna_heard->committed == answers{{0, 1}});
  CHECK(bert_heard->committed.empty());
}

TEST_CASE_FIXTURE(store_fixture, "R13: after a failed sync nothing more is acknowledged") {
  write(anna, 0, 1, true, "a");
  world.run();
  disk->failing = true;
  settle();
  disk->failing = false;
  write(bert, 0, 1, false, "b");
  settle();
  CHECK(failures == strings{"the disk is broken"});
  CHECK(anna_heard->committed.empty());
  CHECK(bert_heard->committed.empty());
}

TEST_CASE_FIXTURE(store_fixture, "R13: a failed write before a load is reported once") {
  disk->failing = true;
  write(anna, 0, 1, true, "a");
  caf::anon_send(actor, load{anna, 0, record::key_of(a_record)});
  world.run();
  CHECK(failures == strings{"the disk is broken"});
  CHECK(anna_heard->committed.empty());
  CHECK(anna_heard->loads.empty());
}

TEST_CASE_FIXTURE(store_fixture, "R13: after a failed read nothing more is acknowledged") {
  disk->failing = true;
  caf::anon_send(actor, load{anna, 0, record::key_of(a_record)});
  world.run();
  CHECK(failures == strings{"the disk is broken"});
  disk->failing = false;
  write(anna, 0, 1, true, "a");
  world.run();
  CHECK(disk->writes.empty());
  CHECK(anna_heard->committed.empty());
}

TEST_CASE_FIXTURE(store_fixture, "a load answers with the record and the tag of its question") {
  const auto where = record::key_of(a_record);
  disk->entries[persistence::encode_key(where)] = persistence::encode_value(a_record);
  caf::anon_send(actor, load{anna, 3, where});
  world.run();
  REQUIRE(anna_heard->loads.size() == 1);
  CHECK(anna_heard->loads[0].tag == 3);
  CHECK(anna_heard->loads[0].where == where);
  REQUIRE(anna_heard->loads[0].content);
  CHECK(*anna_heard->loads[0].content == record::value{a_record});
  CHECK(bert_heard->loads.empty());
}

TEST_CASE_FIXTURE(store_fixture, "a load of what is not there, or is damaged, answers with null") {
  caf::anon_send(actor, load{anna, 0, record::ledger_job_key(8)});
  disk->entries[persistence::encode_key(record::ledger_job_key(9))] = "not a record";
  caf::anon_send(actor, load{anna, 0, record::ledger_job_key(9)});
  world.run();
  REQUIRE(anna_heard->loads.size() == 2);
  CHECK(anna_heard->loads[0].content == nullptr);
  CHECK(anna_heard->loads[1].content == nullptr);
  CHECK(failures.empty());
}

TEST_CASE_FIXTURE(store_fixture, "a load sees the commits that waited before it") {
  const std::vector changes{record::put(a_record)};
  caf::anon_send(actor, commit{bert, 0, 1, false, persistence::encode(changes)});
  caf::anon_send(actor, load{anna, 0, record::key_of(a_record)});
  world.run();
  REQUIRE(anna_heard->loads.size() == 1);
  CHECK(anna_heard->loads[0].content != nullptr);
  CHECK(bert_heard->committed == answers{{0, 1}});
  CHECK(disk->writes.size() == 1);
}

} // namespace evenkeel::test
