// A folder that appears when it is complete: content is unpacked into a private folder beside the
// target, and its entries then move into place.
#pragma once

#include <string>

#include "archive/tar_reader.hpp"
#include "czip/base/error.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {

class StagedFolder {
 public:
  // The entries go to `target`, which is created if it is missing; "" is the working directory.
  // With `replace`, existing files are replaced and folders are merged.
  static Result<StagedFolder> create(const std::string& target, bool replace);
  StagedFolder(StagedFolder&& other) noexcept;
  StagedFolder& operator=(StagedFolder&&) = delete;
  // Removes what was not published.
  ~StagedFolder();

  [[nodiscard]] int fd() const { return folder_.get(); }
  // Removes what was not published, from any thread.
  void remove() const;

  // Error: `name` exists at the target and may not be replaced.
  Status may_create(const std::string& name) const;
  // Moves everything into place, then sets permissions and times of folders. With `sync`, returns
  // when all is on disk.
  Status publish(const Unpacked& content, bool sync);

 private:
  StagedFolder(std::string target, bool replace) : target_(std::move(target)), replace_(replace) {}
  Status move_into_place(const std::string& name) const;
  Status finish_folders(const Unpacked& content) const;

  std::string target_;  // "" or ends in a slash
  bool replace_;
  std::string path_;  // of the private folder; empty once it is gone
  bool made_target_ = false;
  Descriptor folder_;
};

}  // namespace czip::tool
