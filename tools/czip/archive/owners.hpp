// The owners of files and folders, which archives keep on request.
#pragma once

#include <sys/stat.h>

#include <map>
#include <string>

#include "archive/tar_format.hpp"
#include "base/owner_mode.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

// Translates between a system's owners and those of an archive. Looks each of them up once.
class Owners {
 public:
  explicit Owners(OwnerMode mode) : mode_(mode) {}

  // What an archive says; numbers of 0 and no names without owners.
  tar::Owner owner_of(const struct stat& status);

  // Gives what `fd` is, or `name` in the folder `fd` and no file that it leads to, the owner. Does
  // nothing without owners. Error: io, as only root may give files away.
  Status restore(int fd, const tar::Owner& owner);
  Status restore_link(int folder, const std::string& name, const tar::Owner& owner);

 private:
  struct Ids {
    uid_t user;
    gid_t group;
  };
  Ids ids_of(const tar::Owner& owner);

  OwnerMode mode_;
  std::map<uid_t, std::string> user_names_;
  std::map<gid_t, std::string> group_names_;
  std::map<std::string, uid_t> users_;  // by name, or by number where that is not known
  std::map<std::string, gid_t> groups_;
};

}  // namespace czip::tool
