// Moves what is in one folder into another: all of it or nothing.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <vector>

#include "czip/base/error.hpp"

namespace czip::tool {

struct MergeRequest {
  int from = -1;  // descriptors of folders on one file system
  int to = -1;
  int aside = -1;        // an empty folder for what is replaced
  std::string to_name;   // in errors, in front of the paths in it; "" or ends in a slash
  bool replace = false;  // existing files, and merge folders
};

// The error that `path` exists and is not overwritten.
[[nodiscard]] Status already_there(const std::string& path);

class FolderMerge {
 public:
  explicit FolderMerge(MergeRequest request) : request_(std::move(request)) {}

  // Decides what to do with each of `names`, which are all that is in `from`. Links are replaced
  // and not followed. Error: something exists that may not be replaced, such as an input of the
  // command.
  Status plan(const std::vector<std::string>& names);
  // Does it. What is replaced goes to `from` or `aside`. After an error, everything is where it was
  // before; the error says so where that failed too.
  Status run();

 private:
  enum class Kind : std::uint8_t { move, exchange };
  struct Step {
    Kind kind;
    std::string path;   // in both folders
    std::string aside;  // where the replaced file is, if the two were not exchanged
  };

  Status plan_path(const std::string& path);
  Status check_replacing(const std::string& path, const struct stat& from, const struct stat& to);
  int take(Step& step, std::size_t number) const;
  bool take_back(const Step& step) const;

  MergeRequest request_;
  std::vector<Step> steps_;
};

}  // namespace czip::tool
