#include "actors/jobs/job_user.hpp"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <system_error>

namespace evenkeel::jobs {

namespace {

/// All groups that the system's databases know for this user.
std::vector<gid_t> groups_of(const std::string& name, gid_t primary) {
  constexpr int most = 65'536; // NGROUPS_MAX
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  while (::getgrouplist(name.c_str(), primary, groups.data(), &count) < 0) {
    if (count > most || static_cast<std::size_t>(count) <= groups.size())
      throw std::runtime_error("the groups of user " + name + " cannot be found");
    groups.resize(static_cast<std::size_t>(count));
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

} // namespace

job_user find_user(const std::string& name) {
  constexpr std::size_t largest = std::size_t{1} << 20U;
  std::vector<char> texts(4096);
  passwd entry{};
  passwd* found = nullptr;
  int error = 0;
  while ((error = ::getpwnam_r(name.c_str(), &entry, texts.data(), texts.size(), &found)) == ERANGE
         && texts.size() < largest)
    texts.resize(2 * texts.size());
  if (found == nullptr && error != 0)
    throw std::runtime_error("user " + name
                             + " cannot be looked up: " + std::generic_category().message(error));
  if (found == nullptr)
    throw std::runtime_error("there is no user " + name);
  if (entry.pw_uid == 0)
    throw std::runtime_error(name + " is root: give a user with fewer rights, or leave it out");
  return {name,         entry.pw_uid,  entry.pw_gid, groups_of(name, entry.pw_gid),
          entry.pw_dir, entry.pw_shell};
}

} // namespace evenkeel::jobs
