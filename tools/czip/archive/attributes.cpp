#include "archive/attributes.hpp"

#include <sys/xattr.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>

#include "base/errors.hpp"

namespace czip::tool {
namespace {

constexpr int kAttempts = 10;

// What `get(buffer, size)` gives; it tells the size if `size` is 0. What it reads may grow between
// the two calls.
template <class Get>
Result<std::string> whole(const Get& get) {
  std::string text;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const ssize_t size = get(nullptr, 0);
    if (size < 0) break;
    text.resize(static_cast<std::size_t>(size));
    const ssize_t count = size == 0 ? 0 : get(text.data(), text.size());
    if (count >= 0) {
      text.resize(static_cast<std::size_t>(count));
      return text;
    }
    if (errno != ERANGE) break;
  }
  return system_failure("cannot read its extended attributes", errno);
}

}  // namespace

Result<std::vector<tar::Attribute>> read_attributes(int fd) {
  std::vector<tar::Attribute> attributes;
  const auto names =
      whole([&](char* buffer, std::size_t size) { return flistxattr(fd, buffer, size); });
  if (!names && errno == ENOTSUP) return attributes;
  CZIP_TRY(names);
  for (std::string_view rest = *names; !rest.empty();) {
    const std::string name(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    if (!name.starts_with(tar::kUserAttributes)) continue;
    CZIP_TRY_ASSIGN(auto value, whole([&](char* buffer, std::size_t size) {
                      return fgetxattr(fd, name.c_str(), buffer, size);
                    }));
    attributes.push_back({name, std::move(value)});
  }
  std::ranges::sort(attributes, {}, &tar::Attribute::name);
  return attributes;
}

Status set_attributes(int fd, const std::vector<tar::Attribute>& attributes) {
  for (const tar::Attribute& attribute : attributes)
    if (fsetxattr(fd, attribute.name.c_str(), attribute.value.data(), attribute.value.size(), 0) !=
        0)
      return system_failure("cannot set its extended attribute " + attribute.name, errno);
  return {};
}

}  // namespace czip::tool
