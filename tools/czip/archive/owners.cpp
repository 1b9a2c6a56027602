#include "archive/owners.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>

#include "base/errors.hpp"

namespace czip::tool {
namespace {

std::string name_of_user(uid_t number) {
  const passwd* const user = getpwuid(number);
  return user == nullptr ? "" : user->pw_name;
}

std::string name_of_group(gid_t number) {
  const group* const found = getgrgid(number);
  return found == nullptr ? "" : found->gr_name;
}

uid_t user_of(const std::string& name, uid_t number) {
  const passwd* const user = getpwnam(name.c_str());
  return user == nullptr ? number : user->pw_uid;
}

gid_t group_of(const std::string& name, gid_t number) {
  const group* const found = getgrnam(name.c_str());
  return found == nullptr ? number : found->gr_gid;
}

// The value of `key`, which `look_up` gives the first time.
template <class Key, class Value, class LookUp>
const Value& cached(std::map<Key, Value>& known, const Key& key, const LookUp& look_up) {
  const auto found = known.find(key);
  return found != known.end() ? found->second : known.emplace(key, look_up()).first->second;
}

// Names may be known under one number here and another one there.
std::string key_of(const std::string& name, std::uint32_t number) {
  return std::to_string(number) + " " + name;
}

Status result_of(int result) {
  return result == 0 ? Status{} : system_failure("cannot restore its owner", errno);
}

}  // namespace

tar::Owner Owners::owner_of(const struct stat& status) {
  tar::Owner owner;
  if (mode_ == OwnerMode::none) return owner;
  owner.user = status.st_uid;
  owner.group = status.st_gid;
  if (mode_ == OwnerMode::numbers) return owner;
  owner.user_name = cached(user_names_, status.st_uid, [&] { return name_of_user(status.st_uid); });
  owner.group_name =
      cached(group_names_, status.st_gid, [&] { return name_of_group(status.st_gid); });
  return owner;
}

Owners::Ids Owners::ids_of(const tar::Owner& owner) {
  if (mode_ == OwnerMode::numbers) return {owner.user, owner.group};
  return {cached(users_, key_of(owner.user_name, owner.user),
                 [&] { return user_of(owner.user_name, owner.user); }),
          cached(groups_, key_of(owner.group_name, owner.group),
                 [&] { return group_of(owner.group_name, owner.group); })};
}

Status Owners::restore(int fd, const tar::Owner& owner) {
  if (mode_ == OwnerMode::none) return {};
  const Ids ids = ids_of(owner);
  return result_of(fchown(fd, ids.user, ids.group));
}

Status Owners::restore_link(int folder, const std::string& name, const tar::Owner& owner) {
  if (mode_ == OwnerMode::none) return {};
  const Ids ids = ids_of(owner);
  return result_of(fchownat(folder, name.c_str(), ids.user, ids.group, AT_SYMLINK_NOFOLLOW));
}

}  // namespace czip::tool
