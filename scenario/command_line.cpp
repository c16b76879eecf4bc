#include "scenario/command_line.hpp"

#include "scenario/script.hpp"

#include <algorithm>

namespace evenkeel::scenario {

namespace {

bool gives(const std::vector<std::string>& options, const std::string& name) {
  return std::any_of(options.begin(), options.end(),
                     [&name](const auto& word) { return option_name(word) == name; });
}

} // namespace

std::string option_name(const std::string& word) {
  return word.substr(0, word.find('='));
}

std::vector<std::string> command_line(const std::string& name, const launch_place& place,
                                      const std::vector<std::string>& options) {
  std::vector<std::string> words;
  if (name == proxy_name) {
    words = {"proxy", std::to_string(place.port), "--data", place.data};
    if (place.beyond_loopback)
      words.insert(words.end(), {"--listen", place.address});
    if (place.beyond_loopback && !gives(options, "--tls-cert"))
      words.emplace_back("--plain-cluster");
  } else {
    words = {"node",     place.proxy_address,
             std::to_string(place.proxy_port),
             "--name",   name,
             "--data",   place.data,
             "--client-port", std::to_string(place.port)};
    if (!gives(options, "--slots"))
      words.insert(words.end(), {"--slots", "2"});
  }
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

} // namespace evenkeel::scenario
