#include "actors/core/client_access.hpp"

#include <array>

namespace evenkeel::core {

namespace {

using namespace std::string_view_literals;

struct named_right {
  std::string_view name;
  bool client_access::*given;
};

constexpr std::array rights = {
    named_right{"submit"sv, &client_access::submit},
    named_right{"read"sv, &client_access::read},
    named_right{"admin"sv, &client_access::admin},
    named_right{"all"sv, &client_access::all},
};

constexpr const named_right& right_for(request_kind kind) {
  switch (kind) {
  case request_kind::submit:
  case request_kind::cancel:
  case request_kind::forget:
    return rights[0];
  case request_kind::status:
  case request_kind::result:
  case request_kind::wait:
  case request_kind::wait_all:
  case request_kind::list:
  case request_kind::nodes:
  case request_kind::stats:
  case request_kind::all_results:
    return rights[1];
  case request_kind::retire:
    break;
  }
  return rights[2];
}

} // namespace

client_access open_access() {
  return {{}, true, true, true, true};
}

bool add_right(client_access& access, std::string_view right) {
  for (const auto& [name, given] : rights)
    if (name == right) {
      access.*given = true;
      return true;
    }
  return false;
}

std::string rights_text(const client_access& access) {
  std::string text;
  for (const auto& [name, given] : rights)
    if (access.*given)
      text.append(text.empty() ? "" : ",").append(name);
  return text;
}

asker asker_of(const client_access& access) {
  return {access.name, access.all};
}

void deny_unless_allowed(const client_access& access, parsed_request& request) {
  if (request.action != request_action::ask)
    return;
  const auto& needed = right_for(request.request.kind);
  if (access.*needed.given)
    return;
  request.style = reply_style::plain;
  if (access.name.empty())
    return request.refuse(errc::denied, "say AUTH <token> first");
  request.refuse(errc::denied, "this needs the right '" + std::string{needed.name}
                                   + "', which the token of " + access.name + " does not give");
}

} // namespace evenkeel::core
