// Moves what is in one folder into another, which may have things of these names: all of it or
// nothing.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "czip/base/error.hpp"

namespace czip::tool {

// What becomes of what exists.
enum class Existing : std::uint8_t {
  refused,  // nothing of these names may exist at the top
  kept,     // folders are entered, and stay as they are; nothing else of a name may exist
  replaced  // folders are entered, and everything else is replaced
};

struct MergeRequest {
  int from = -1;  // descriptors of folders on one file system
  int to = -1;
  int aside = -1;       // an empty folder for what is replaced
  std::string to_name;  // in errors, in front of the paths in it; "" or ends in a slash
  Existing existing = Existing::refused;
};

// Whether something new and something that exists may have one name.
[[nodiscard]] bool may_meet(Existing existing, bool are_folders);

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
  // The folders that existed, by their paths.
  [[nodiscard]] const std::set<std::string>& entered() const { return entered_; }

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
  std::set<std::string> entered_;
};

}  // namespace czip::tool
