#include "scenario/dry_run.hpp"

#include "script_parts.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace evenkeel::scenario;
using namespace evenkeel::test;

namespace {

/// "LINE: what is wrong" of a whole script; empty if nothing is.
std::string mistake(const std::string& text, const judges& ask = {}) {
  try {
    dry_run(parse(text), ask);
  } catch (const syntax_error& error) {
    return std::to_string(error.line) + ": " + error.what();
  }
  return {};
}

/// Of lines behind the start of a cluster of three; the first of them is the third.
std::string mistake_in(const std::string& lines) {
  return mistake(cluster_of_three + lines + '\n');
}

} // namespace

TEST_CASE("a script that starts no proxy or no node is refused") {
  CHECK(has(mistake(""), "0: it starts no proxy"));
  CHECK(has(mistake("# nothing\n\n"), "0: it starts no proxy"));
  CHECK(has(mistake("pause 1s"), "0: it starts no proxy"));
  CHECK(has(mistake("start a"), "0: it starts no proxy"));
  CHECK(has(mistake("start proxy"), "0: it starts no node"));
  CHECK(mistake("start proxy a").empty());
}

TEST_CASE("what is dead can be restarted and wiped and nothing else") {
  for (const auto* verb : {"kill", "stop", "freeze", "thaw"})
    CHECK(has(mistake_in(std::string("kill b\n") + verb + " b"), "4: b does not run since line 3"));
  CHECK(has(mistake_in("kill b\nstop all"), "4: b does not run"));
  CHECK(has(mistake_in("stop b\nsubmit 1 to a b: SLEEP 1"), "4: b does not run"));
  CHECK(has(mistake_in("stop b\nexpect log b says x"), "4: b does not run"));
  CHECK(mistake_in("kill b\nwipe b\nrestart b\nkill b").empty());
}

TEST_CASE("what runs cannot be wiped") {
  CHECK(has(mistake_in("wipe b"), "3: b runs since line 2: stop or kill it"));
  CHECK(has(mistake_in("kill b\nrestart b\nwipe b"), "5: b runs since line 4"));
  CHECK(has(mistake_in("freeze b\nwipe b"), "4: b runs"));
}

TEST_CASE("what is frozen can be thawed, killed and restarted") {
  CHECK(has(mistake_in("freeze b\nfreeze b"), "4: b is frozen already, since line 3"));
  CHECK(has(mistake_in("freeze b\nstop b"), "4: b is frozen since line 3 and cannot stop"));
  CHECK(has(mistake_in("freeze b\nsubmit 1 to b: SLEEP 1"), "4: b is frozen"));
  CHECK(mistake_in("freeze b\nthaw b\nfreeze b\nkill b\nrestart b\nfreeze b\nrestart b\nstop b")
            .empty());
}

TEST_CASE("only what is frozen is thawed, and all means the frozen ones") {
  CHECK(has(mistake_in("thaw b"), "3: b is not frozen"));
  CHECK(has(mistake_in("thaw all"), "3: nothing is frozen"));
  CHECK(has(mistake_in("freeze b\nthaw a b"), "4: a is not frozen"));
  CHECK(mistake_in("kill a\nfreeze b\nthaw all\nstop b").empty());
}

TEST_CASE("only what is cut is healed, and all means the cut ones") {
  CHECK(has(mistake_in("heal b"), "3: the link of b is not cut"));
  CHECK(has(mistake_in("heal nodes"), "3: no link is cut"));
  CHECK(has(mistake_in("cut b\nheal b\nheal b"), "5: the link of b is not cut"));
  CHECK(has(mistake_in("cut b in\ncut b in"), "4: the link of b is cut like that already"));
  CHECK(mistake_in("cut b in\ncut b out\nkill b\nrestart b\nheal all").empty());
}

TEST_CASE("a load that is not on cannot be switched off, and a second one replaces the first") {
  CHECK(has(mistake_in("load off"), "3: there is no load"));
  CHECK(has(mistake_in("load 2: SLEEP 1\nload off\nload off"), "5: there is no load"));
  CHECK(mistake_in("load 2: SLEEP 1\nload 4: SLEEP 1\nload off").empty());
}

TEST_CASE("jobs wait for a cluster") {
  CHECK(has(mistake("start a\nsubmit 1 to a: SLEEP 1\nstart proxy"), "2: no \"start proxy\""));
  CHECK(has(mistake("start a\nexpect nodes live=1\nstart proxy"), "2: no \"start proxy\""));
}

TEST_CASE("an expectation that nothing can fulfil is refused") {
  CHECK(has(mistake_in("kill nodes\nexpect nodes live=3"), "4: no node runs"));
  CHECK(has(mistake_in("freeze nodes\nexpect stats queued=0"), "4: no node runs"));
  CHECK(has(mistake_in("kill proxy\nexpect node a running=0"), "4: proxy does not run"));
  CHECK(has(mistake_in("freeze proxy\nexpect spread<=1"), "4: proxy is frozen"));
  CHECK(has(mistake_in("submit 1 to a: SLEEP 1\nexpect new tickets > 0"), "4: no load is on"));
  CHECK(has(mistake_in("expect new results > 0"), "3: nothing was submitted"));
}

TEST_CASE("an expectation that cannot fail is refused") {
  CHECK(has(mistake_in("expect results"), "3: nothing was submitted"));
  CHECK(has(mistake_in("expect marks = 0"), "3: nothing was submitted"));
  CHECK(has(mistake_in("submit 1 to a: SLEEP 1\nexpect errors none"), "4: no load stands above"));
  CHECK(mistake_in("load 1: SLEEP 1\nload off\nexpect results\nexpect errors none").empty());
}

TEST_CASE("the binary that is started judges jobs and options") {
  judges ask;
  ask.problem_of_job = [](const std::string& job) { return job == "SLEEP 1" ? "" : "no " + job; };
  ask.problem_of_options = [](member_kind, const std::string& name,
                              const std::vector<std::string>& options) {
    return options.empty() ? std::string{} : name + " knows no " + options.front();
  };
  CHECK(mistake(cluster_of_three + "submit 1 to a: SLEEP 1", ask).empty());
  CHECK(has(mistake(cluster_of_three + "submit 1 to a: SLEEP 2", ask), "3: the job: no SLEEP 2"));
  CHECK(has(mistake(cluster_of_three + "load 1: CALL -- x", ask), "3: the job: no CALL -- x"));
  CHECK(has(mistake("start proxy\nstart a --bad 1", ask), "2: the options of a: a knows no --bad"));
}

TEST_CASE("a node is spawned by a proxy that runs on a host that runs") {
  CHECK(mistake_in("start host h\nspawn d on h\nsubmit 1 to d: SLEEP 1").empty());
  CHECK(has(mistake("start host h\nspawn d on h\nstart proxy"), "2: no \"start proxy\""));
  CHECK(has(mistake_in("start host h\nkill h\nspawn d on h"), "5: h does not run since line 4"));
  CHECK(has(mistake_in("start host h\nfreeze proxy\nspawn d on h"), "5: proxy is frozen"));
  CHECK(has(mistake_in("start host h\ncut h\nspawn d on h"), "5: the link of h is cut"));
  CHECK(has(mistake_in("start host h\nspawn d on h\nspawn d on h"),
            "5: d is spawned already, since line 4"));
}

TEST_CASE("a spawned node goes and comes with its host") {
  const std::string begin = "start host h\nspawn d on h\n";
  CHECK(
      has(mistake_in(begin + "kill h\nsubmit 1 to d: SLEEP 1"), "6: h does not run since line 5"));
  CHECK(has(mistake_in(begin + "freeze h\nsubmit 1 to d: SLEEP 1"), "6: h is frozen"));
  CHECK(mistake_in(begin + "kill h\nrestart h\nsubmit 1 to d: SLEEP 1").empty());
  CHECK(has(mistake_in(begin + "kill nodes\nkill h\nexpect nodes away=4"), "7: no node runs"));
  CHECK(mistake_in(begin + "kill nodes\nexpect nodes away=3").empty());
}

TEST_CASE("what is despawned can be spawned again and nothing else") {
  const std::string begin = "start host h\nspawn d on h\ndespawn d\n";
  CHECK(has(mistake_in(begin + "submit 1 to d: SLEEP 1"), "6: d is despawned since line 5"));
  CHECK(has(mistake_in(begin + "despawn d"), "6: d is despawned already, since line 5"));
  CHECK(mistake_in(begin + "spawn d on h\nsubmit 1 to d: SLEEP 1\ndespawn d").empty());
  CHECK(has(mistake_in("start host h\nspawn d on h\nkill proxy\ndespawn d"),
            "6: proxy does not run"));
}

TEST_CASE("a cluster may have no nodes but spawned ones") {
  CHECK(mistake("start proxy\nstart host h\nspawn a on h\nexpect nodes live=1").empty());
  CHECK(has(mistake("start proxy\nstart host h"), "0: it starts no node"));
}
