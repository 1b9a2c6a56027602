// Removes a folder with all that is in it, however deep.
#pragma once

#include <string>

namespace czip::tool {

// Needs few descriptors and no long paths. Nobody else may move folders in it meanwhile. False:
// something is left.
bool remove_tree(const std::string& path);
// The same of `path` in the folder `parent`.
bool remove_tree(int parent, const std::string& path);

}  // namespace czip::tool
