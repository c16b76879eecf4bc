// Clients with tokens, at real nodes.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

/// What a command of ours prints.
std::string output_of(const std::string& arguments) {
  const auto command = std::string(EVENKEEL_BINARY) + " " + arguments + " 2>&1";
  auto* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 4096> piece{};
  for (auto bytes = fread(piece.data(), 1, piece.size(), pipe); bytes != 0;
       bytes = fread(piece.data(), 1, piece.size(), pipe))
    text.append(piece.data(), bytes);
  pclose(pipe);
  return text;
}

/// Two nodes that ask for tokens: ana's and bob's, and that of ops, who sees all.
struct guarded_cluster : cluster {
  explicit guarded_cluster(const std::vector<std::string>& more = {}) {
    make_token("ana", "submit,read");
    make_token("bob", "submit,read");
    make_token("ops", "submit,read,admin,all");
    start_proxy();
    for (const auto* name : {"a", "b"})
      start_node(name, with({"--tokens", file}, more));
  }
  void make_token(const std::string& name, const std::string& rights) {
    auto text = output_of("token " + name + " --rights " + rights + " --append " + file);
    REQUIRE(text.starts_with("ek_"));
    text.pop_back();
    tokens[name] = text;
  }
  /// What the file has of it.
  std::string line_of(const std::string& name) {
    std::ifstream lines{file};
    for (std::string one; std::getline(lines, one);)
      if (one.starts_with(name + " "))
        return one;
    return {};
  }
  session enter(const std::string& node, const std::string& who) {
    auto client = connect(node);
    CHECK(client.ask("AUTH " + tokens.at(who)).starts_with("+OK name=" + who + " rights="));
    return client;
  }

  std::string file = (directory() / "tokens").string();
  std::map<std::string, std::string> tokens;
};

} // namespace

TEST_CASE("with tokens, a client without one does nothing, and its jobs are its own everywhere") {
  guarded_cluster all;
  auto stranger = all.connect("a");
  CHECK(stranger.ask("PING") == "+OK pong");
  CHECK(stranger.ask("SUBMIT -- true").starts_with("-DENIED "));
  CHECK(stranger.ask("AUTH ek_wrong").starts_with("-DENIED "));

  auto ana = all.enter("a", "ana");
  const auto ticket = field(ana.ask("SUBMIT -- echo hello"), "ticket");
  std::string bytes;
  CHECK(ana.ask_result("WAIT " + ticket, bytes).starts_with("+OK "));
  for (const auto* node : {"a", "b"}) {
    auto bob = all.enter(node, "bob");
    CHECK(bob.ask("RESULT " + ticket).starts_with("-NOT_FOUND ticket=" + ticket));
    CHECK(bob.ask("CANCEL " + ticket).starts_with("-NOT_FOUND ticket=" + ticket));
    CHECK(bob.ask("LIST all") == "+OK count=0 more=0");
    CHECK(bob.line() == ".");
    CHECK(bob.ask("RETIRE zzzzz").starts_with("-DENIED "));
    for (const auto* who : {"ana", "ops"}) {
      auto reader = all.enter(node, who);
      CHECK(reader.ask_result("RESULT " + ticket, bytes).starts_with("+OK "));
      CHECK(bytes == "hello\n");
      CHECK(reader.ask("LIST all") == "+OK count=1 more=0");
    }
  }

  all.kill("a");
  all.start_node("a", {"--tokens", all.file});
  CHECK(all.enter("b", "bob").ask("STATUS " + ticket).starts_with("-NOT_FOUND "));
  CHECK(all.enter("b", "ana").ask("STATUS " + ticket).starts_with("+OK "));

  CHECK(all.stop("a") == 0);
  const auto log = all.at("a").log();
  for (const auto& [name, token] : all.tokens)
    CHECK(log.find(token) == std::string::npos);
}

TEST_CASE("retire shows a token where the node asks for one") {
  guarded_cluster all;
  const auto retire = [&all](const std::string& more) {
    return output_of("retire zzzzz 127.0.0.1 " + all.port("b") + " " + more);
  };
  CHECK(retire("").find("-DENIED say AUTH") != std::string::npos);
  const auto file = (all.directory() / "ops.token").string();
  CHECK(retire("--token-file " + all.file).find("is not a token") != std::string::npos);
  std::ofstream{file} << all.tokens.at("ops") << '\n';
  CHECK(retire("--token-file " + file).find("-NOT_FOUND") != std::string::npos);
}

TEST_CASE("SIGHUP takes the tokens of the file anew, and a broken file changes nothing") {
  guarded_cluster all;
  auto ana = all.enter("a", "ana");
  auto bob = all.enter("a", "bob");

  std::ofstream{all.file, std::ios::app} << "a broken line\n";
  all.at("a").signal(SIGHUP);
  CHECK(has(all.at("a").await("the tokens stay as they were"), "tokens:4: "));
  CHECK(ana.ask("SUBMIT -- true").starts_with("+OK"));
  all.enter("a", "ops");

  const auto line = all.line_of("bob");
  std::ofstream{all.file} << line.substr(0, line.rfind(' ')) << " read\n"; // and nobody else
  all.make_token("ana2", "read");
  all.at("a").signal(SIGHUP);
  CHECK(has(all.at("a").await("clients need one of the 2 tokens"), all.file));
  CHECK(ana.line() == "-DENIED this token is not valid any more; closing");
  CHECK(ana.line() == "<closed>");
  CHECK(bob.ask("SUBMIT -- true").starts_with("-DENIED this needs the right 'submit'"));
  CHECK(bob.ask("LIST") == "+OK count=0 more=0");
  all.enter("a", "ana2");
  auto again = all.connect("a");
  CHECK(again.ask("AUTH " + all.tokens.at("ana")).starts_with("-DENIED"));
}

TEST_CASE("SIGHUP ends no process that has nothing to read again") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  process host({"host", "--port", "0", "--data", all.data("host").string()});
  host.await("host is ready on");
  for (auto* one : {&all.at("proxy"), &all.at("a"), &host}) {
    one->signal(SIGHUP);
    CHECK(one->await("SIGHUP: there is nothing to read again") != "");
  }
  CHECK(all.stop("a") == 0);
  CHECK(all.stop("proxy") == 0);
}

TEST_CASE("bench shows a token where the nodes ask for one") {
  guarded_cluster all;
  const auto file = (all.directory() / "ana.token").string();
  std::ofstream{file} << all.tokens.at("ana") << '\n';
  const auto bench = [&all](const std::string& more) {
    return output_of("bench --connect 127.0.0.1:" + all.port("a")
                     + " --mode roundtrip --window 4 --connections 2 --count 20 " + more);
  };
  CHECK(bench("").find("DENIED") != std::string::npos);
  CHECK(bench("--drain --token-file " + file).find("no job left") != std::string::npos);
}

TEST_CASE("a client over its bytes a second is read later and loses nothing") {
  guarded_cluster all{{"--max-client-bytes", "20k"}};
  const auto body = [](std::size_t size) {
    return "SUBMIT bytes=" + std::to_string(size) + " -- wc -c\n" + std::string(size, 'x') + "\n";
  };
  auto ana = all.enter("a", "ana");
  std::string bytes;
  ana.send(body(30'000));
  CHECK(ana.line().starts_with("+OK ticket="));
  CHECK(ana.ask_result("WAIT LAST", bytes).starts_with("+OK "));
  CHECK(bytes == "30000\n");

  ana.send(body(900'000)); // what is to be read in three quarters of a minute
  auto bob = all.enter("a", "bob");
  CHECK(bob.ask("SUBMIT -- true").starts_with("+OK"));
  auto ops = all.enter("a", "ops"); // who sees the jobs of all
  CHECK(ops.ask("LIST") == "+OK count=2 more=0");
}
