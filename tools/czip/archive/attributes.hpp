// The extended attributes of files and folders, of which archives keep those of the user.
#pragma once

#include <vector>

#include "archive/tar_format.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

// The attributes "user.*", sorted by name; none where the file system has no attributes.
Result<std::vector<tar::Attribute>> read_attributes(int fd);

// Error: the file system has no attributes, or has no room for these.
Status set_attributes(int fd, const std::vector<tar::Attribute>& attributes);

}  // namespace czip::tool
