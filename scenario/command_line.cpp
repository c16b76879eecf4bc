#include "scenario/command_line.hpp"

#include <algorithm>

namespace evenkeel::scenario {

namespace {

bool gives(const std::vector<std::string>& options, const std::string& name) {
  return std::any_of(options.begin(), options.end(),
                     [&name](const auto& word) { return option_name(word) == name; });
}

void add_listening(std::vector<std::string>& words, const launch_place& place,
                   const std::vector<std::string>& options) {
  if (place.beyond_loopback)
    words.insert(words.end(), {"--listen", place.address});
  if (place.beyond_loopback && !gives(options, "--tls-cert"))
    words.emplace_back("--plain-cluster");
}

void add_slots(std::vector<std::string>& words, const std::vector<std::string>& options) {
  if (!gives(options, "--slots"))
    words.insert(words.end(), {"--slots", "2"});
}

void add_proxy(std::vector<std::string>& words, const launch_place& place) {
  words.insert(words.end(), {"--proxy-host", place.proxy_address, "--proxy-port",
                             std::to_string(place.proxy_port)});
}

} // namespace

std::string option_name(const std::string& word) {
  return word.substr(0, word.find('='));
}

std::vector<std::string> command_line(member_kind kind, const std::string& name,
                                      const launch_place& place,
                                      const std::vector<std::string>& options) {
  std::vector<std::string> words;
  switch (kind) {
    case member_kind::proxy:
      words = {"proxy", std::to_string(place.port), "--data", place.data};
      add_listening(words, place, options);
      break;
    case member_kind::host:
      words = {"host", "--port", std::to_string(place.port), "--data", place.data};
      add_listening(words, place, options);
      break;
    case member_kind::node:
      words = {"node",     place.proxy_address,
               std::to_string(place.proxy_port),
               "--name",   name,
               "--data",   place.data,
               "--client-port", std::to_string(place.port)};
      add_slots(words, options);
      break;
    case member_kind::spawned:
      words = {"spawn",            place.address + ":" + std::to_string(place.host_port),
               "--name",           name,
               "--client-port",    std::to_string(place.port),
               "--client-address", "127.0.0.1"};
      add_proxy(words, place);
      add_slots(words, options);
      break;
  }
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

std::vector<std::string> despawn_command_line(const std::string& name, const launch_place& place) {
  std::vector<std::string> words{"despawn", name};
  add_proxy(words, place);
  return words;
}

} // namespace evenkeel::scenario
