// A folder that appears when it is complete: content is unpacked into a private folder beside the
// target, named .unpacked.czip-XXXXXX, and then moves into place, all of it or nothing.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "archive/folder_merge.hpp"
#include "archive/tar_reader.hpp"
#include "czip/base/error.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {

class StagedFolder {
 public:
  // The entries go to `target`; "" is the working directory. A missing target appears with all of
  // its content at once. Inputs of the command are never replaced.
  static Result<StagedFolder> create(const std::string& target, Existing existing);
  StagedFolder(StagedFolder&& other) noexcept;
  StagedFolder& operator=(StagedFolder&&) = delete;
  // Removes what was not published.
  ~StagedFolder();

  // Where content is unpacked.
  [[nodiscard]] int fd() const { return content_.get(); }
  // Removes what was not published, from any thread. Waits while publish() moves.
  void remove() const;

  // Error: something that exists at the target is in the way of a folder or something else.
  Status may_create(const std::string& path, bool is_folder) const;
  // Writes all to disk and moves it into place. After an error, nothing of it is there, unless the
  // error says otherwise.
  Status publish(const Unpacked& content);
  // Then sets permissions and times of folders, but not of those that are kept; with `sync`,
  // returns when those are on disk, too.
  Status finish(const Unpacked& content, bool sync) const;

 private:
  StagedFolder() = default;
  Status move_into_place(const Unpacked& content);

  std::string target_;  // "" or ends in a slash
  Existing existing_ = Existing::refused;
  std::set<std::string> kept_;  // folders that existed and stay as they are
  std::string path_;            // of the private folder; empty once it is gone
  Descriptor private_;          // it
  Descriptor content_;          // the folder "content" in it
  Descriptor target_folder_;    // none while the target is missing
  std::unique_ptr<std::mutex> moving_ = std::make_unique<std::mutex>();
};

}  // namespace czip::tool
