// evenkeel scenario: what it refuses before anything is started.
#include "cluster.hpp"
#include "messages/error.hpp"
#include "scenario/vocabulary.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

/// A directory with one script.
class script_directory {
public:
  std::string write(const std::string& text) const {
    std::ofstream{file(), std::ios::binary} << text;
    return file();
  }
  /// What is said of a cluster and a line behind it.
  [[nodiscard]] std::string refused(const std::string& line) const {
    return refusal({"scenario", write("start proxy\nstart a\n" + line + "\n")});
  }
  [[nodiscard]] std::string file() const { return (path() / "x.scenario").string(); }
  [[nodiscard]] std::filesystem::path path() const { return all_.directory(); }

private:
  cluster all_;
};

/// Names of the fields of every record of a list.
std::set<std::string> fields_of(session&& client, const std::string& request) {
  std::set<std::string> names;
  client.send(request + "\n");
  CHECK(client.line().starts_with("+OK"));
  for (auto line = client.line(); line != "." && line != "<closed>"; line = client.line()) {
    std::istringstream fields{line};
    for (std::string one; std::getline(fields, one, '\t');)
      names.insert(one.substr(0, one.find('=')));
  }
  return names;
}

std::set<std::string> names_of(std::span<const evenkeel::scenario::known_field> fields) {
  std::set<std::string> names;
  for (const auto& one : fields)
    names.emplace(one.name);
  return names;
}

} // namespace

TEST_CASE("a script that cannot be read is one clear line and exit status 2") {
  const script_directory here;
  const auto missing = (here.path() / "missing").string();
  CHECK(has(refusal({"scenario", missing}), missing + ": cannot be read: No such file"));
  CHECK(has(refusal({"scenario", here.path().string()}), "this is a directory, not a script"));
  CHECK(has(refusal({"scenario", "/dev/zero"}), "a script has at most 1048576 bytes"));
  CHECK(has(refusal({"scenario", here.write("")}), "x.scenario: it starts no proxy"));
  CHECK(has(refusal({"scenario", here.write("start proxy\nstart a\nwipe a")}),
            "x.scenario:3: a runs since line 2"));
}

TEST_CASE("a binary that cannot be started is one clear line and exit status 2") {
  const script_directory here;
  const auto script = here.write("start proxy\nstart a\n");
  const auto plain = here.path() / "plain";
  std::ofstream{plain} << "x";
  const auto with = [&](const std::string& binary) {
    return refusal({"scenario", script, "--binary", binary});
  };
  CHECK(
      has(with("/nowhere/evenkeel"), "--binary: \"/nowhere/evenkeel\" cannot be started: No such"));
  CHECK(has(with(here.path().string()), "is not a file"));
  CHECK(has(with(plain.string()), "may not be executed"));
  std::filesystem::permissions(plain, std::filesystem::perms::owner_all);
  CHECK(has(with(plain.string()), "is no evenkeel"));
  CHECK(has(with("/bin/true"), "is no evenkeel"));
}

TEST_CASE("options and jobs of a script are judged by the binary before it is started") {
  const script_directory here;
  CHECK(has(here.refused("start b --frob 3"), ":3: the options of b: there is no \"--frob\"; "));
  CHECK(has(here.refused("start b --slots none"), "--slots"));
  CHECK(has(here.refused("start b --slots"), "--slots"));
  CHECK(has(here.refused("start b --slots 2 c"), "\"c\" belongs to no option"));
  CHECK(has(here.refused("start b --log-level loud"), "\"loud\" is not one of trace"));
  CHECK(has(here.refused("start b --data /x"), "--data is the scenario's own"));
  CHECK(has(here.refused("start b --name=c"), "--name is the scenario's own"));
  CHECK(has(here.refused("start b --help"), "nothing is started"));
  CHECK(has(here.refused("submit 1 to a: SLEEP soon"), ":3: the job: write SLEEP"));
  CHECK(has(here.refused("submit 1 to a: SUBMIT once=2 -- x"), "once= is 1 or 0"));
  CHECK(has(here.refused("load 1: SUBMIT --"), "the command behind -- is empty"));
  CHECK(has(here.refused("load 1: SUBMIT key=x -- true"), "with key="));
  CHECK(has(here.refused("load 1: CALL -- nosuch"), "no function \"nosuch\"; there are: echo"));
}

TEST_CASE("what a script may expect is what NODES, STATS and the protocol have") {
  namespace scenario = evenkeel::scenario;
  cluster all;
  all.start_proxy();
  all.start_node("a");
  auto fields = names_of(scenario::node_fields());
  fields.insert("node");
  CHECK(fields_of(all.connect("a"), "NODES") == fields);
  CHECK(fields_of(all.connect("a"), "STATS") == names_of(scenario::stats_figures()));
  std::set<std::string_view> errors{"closed", "silent"};
  for (auto code = evenkeel::errc::bad_request; code <= evenkeel::errc::internal;
       code = static_cast<evenkeel::errc>(static_cast<int>(code) + 1))
    errors.insert(to_text(code));
  const auto known = scenario::client_errors();
  CHECK(std::set(known.begin(), known.end()) == errors);
}

TEST_CASE("a result that cannot become what is expected is not waited for") {
  const script_directory here;
  const auto script = here.write("start proxy\nstart a\nsubmit 1 to a: SUBMIT -- false\n"
                                 "expect results within 24h\n");
  ::setenv("TMPDIR", here.path().c_str(), 1); // for the logs, which are kept
  CHECK(process{{"scenario", script}}.wait() == 1);
}
