#include "io/input_registry.hpp"

#include <sys/stat.h>

#include <map>
#include <mutex>
#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "io/file_identity.hpp"

namespace czip::tool {
namespace {

struct Roles {
  bool text = false;
  bool helper = false;
};

// Of the process, like the files themselves: a reader cannot forget to hand it on. Archives are
// packed by another thread.
std::mutex mutex;
std::map<FileIdentity, Roles>& registry() {
  static std::map<FileIdentity, Roles> files;
  return files;
}

bool has_content(const struct stat& file) { return S_ISREG(file.st_mode) || S_ISBLK(file.st_mode); }

Roles roles_of(const struct stat& file) {
  if (!has_content(file)) return {};
  const std::scoped_lock lock(mutex);
  const auto found = registry().find(identity_of(file));
  return found == registry().end() ? Roles{} : found->second;
}

}  // namespace

void register_input(const struct stat& file, InputRole role) {
  if (!has_content(file)) return;
  const std::scoped_lock lock(mutex);
  Roles& roles = registry()[identity_of(file)];
  (role == InputRole::text ? roles.text : roles.helper) = true;
}

void register_input(const std::string& name, InputRole role) {
  struct stat file {};
  if (stat(name.c_str(), &file) == 0) register_input(file, role);
}

bool is_input(const struct stat& file) {
  const Roles roles = roles_of(file);
  return roles.text || roles.helper;
}

bool is_helper(const struct stat& file) { return roles_of(file).helper; }

Status check_is_no_input(const struct stat& file, const std::string& name) {
  if (!is_input(file)) return {};
  return usage_error(printable(name) + " is both input and output; name another output");
}

}  // namespace czip::tool
