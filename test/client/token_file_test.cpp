#include "client/token_file.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

using namespace evenkeel::client;

namespace {

/// What `token_in` makes of a file with this text; what it says against it, behind a "!".
std::string token_of(const std::string& text) {
  auto name = (std::filesystem::temp_directory_path() / "evenkeel-token-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  REQUIRE(descriptor >= 0);
  close(descriptor);
  std::ofstream{name, std::ios::binary} << text;
  std::string result;
  try {
    result = token_in(name);
  } catch (const std::runtime_error& error) {
    result = std::string{"!"} + error.what();
  }
  std::filesystem::remove(name);
  return result;
}

} // namespace

TEST_CASE("a token is the first line of its file") {
  CHECK(token_of("ek_1") == "ek_1");
  CHECK(token_of("ek_1\n") == "ek_1");
  CHECK(token_of("ek_1\r\nof ana\n") == "ek_1");
  CHECK(token_of(std::string(255, 't') + "\n") == std::string(255, 't'));
}

TEST_CASE("a file without a token is refused without a word of it") {
  for (const auto& text :
       {std::string{}, std::string{"\nek_1"}, std::string{"hush hush"}, std::string(256, 'h')}) {
    const auto told = token_of(text);
    CHECK(told.starts_with("!the first line of "));
    CHECK(told.find("hush") == std::string::npos);
    CHECK(told.find("hhhh") == std::string::npos);
  }
  CHECK_THROWS_AS(token_in("/nonexistent/token"), std::runtime_error);
}
