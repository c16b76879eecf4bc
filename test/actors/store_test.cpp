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
    bool sync = false;
  };
  std::vector<write> writes;
  std::map<std::string, std::string, std::less<>> entries;
  bool failing = false;

  std::uint64_t approximate_bytes() override { return 0; }
  std::uint64_t free_bytes() override { return 0; }

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
        [&](auto key) { added.keys.emplace_back(key); });
    return {};
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

class store_fixture {
public:
  test_system world;
  std::shared_ptr<counting_store> disk = std::make_shared<counting_store>();
  std::vector<std::string> failures;
  std::shared_ptr<client_record> anna_heard = std::make_shared<client_record>();
  std::shared_ptr<client_record> bert_heard = std::make_shared<client_record>();
  store_client anna = world.spawn(client, anna_heard);
  store_client bert = world.spawn(client, bert_heard);
  store_actor actor =
      world.spawn(store, disk, [this](const std::string& why) { failures.push_back(why); });

  void write(const store_client& owner, commit_tag tag, std::uint64_t number, bool sync,
             const std::string& key) {
    persistence::write_batch batch;
    batch.put(key, "x");
    caf::anon_send(actor, commit{owner, tag, number, sync, std::move(batch)});
  }
};

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

TEST_CASE_FIXTURE(store_fixture, "one sync serves a whole group") {
  write(anna, 0, 1, false, "a");
  write(bert, 0, 1, true, "b");
  write(anna, 0, 2, false, "c");
  world.run();
  REQUIRE(disk->writes.size() == 1);
  CHECK(disk->writes[0].sync);
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
  world.run();
  CHECK(anna_heard->committed == answers{{0, 2}, {1, 1}});
  CHECK(bert_heard->committed == answers{{0, 5}});
  write(anna, 0, 3, false, "e");
  world.run();
  CHECK(anna_heard->committed == answers{{0, 2}, {1, 1}, {0, 3}});
  CHECK(bert_heard->committed == answers{{0, 5}});
}

TEST_CASE_FIXTURE(store_fixture, "R13: after a failed write nothing more is acknowledged") {
  write(anna, 0, 1, true, "a");
  world.run();
  disk->failing = true;
  write(anna, 0, 2, true, "b");
  write(bert, 0, 1, false, "c");
  world.run();
  CHECK(failures == strings{"the disk is broken"});
  disk->failing = false;
  write(anna, 0, 3, true, "d");
  world.run();
  CHECK(failures.size() == 1);
  CHECK(disk->writes.size() == 1);
  CHECK(anna_heard->committed == answers{{0, 1}});
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
