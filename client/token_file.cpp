#include "client/token_file.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace evenkeel::client {

std::string token_in(const std::string& file) {
  constexpr std::size_t longest = 255;
  std::ifstream input{file};
  std::string token(longest + 2, '\0');
  if (input)
    input.read(token.data(), static_cast<std::streamsize>(token.size()));
  if (!input && !input.eof())
    throw std::runtime_error("the token cannot be read from " + file);
  token.resize(static_cast<std::size_t>(input.gcount()));
  token.resize(std::min(token.find_first_of("\r\n"), token.size()));
  const bool fits =
      !token.empty() && token.size() <= longest
      && std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!fits)
    throw std::runtime_error("the first line of " + file + " is not a token: one word of 1 to "
                             + std::to_string(longest) + " bytes");
  return token;
}

void authenticate(connection& node, const std::string& token, deadline until) {
  const auto reply = node.ask("AUTH " + token, until);
  if (!reply.ok())
    throw std::runtime_error("the node refuses the token: " + std::string(reply.line));
}

} // namespace evenkeel::client
