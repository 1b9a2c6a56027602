// Output that appears when it is complete: a temporary file beside its target, which is renamed at
// the end; for streams and devices, an unnamed file that is copied there at the end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "czip/base/error.hpp"
#include "io/descriptor.hpp"
#include "io/file_identity.hpp"
#include "io/input.hpp"

namespace czip::tool {

// Where output goes. All checks have been made.
struct OutputPlan {
  std::string path;        // empty for standard output
  bool is_stream = false;  // standard output, a device or a pipe: written to, never replaced
  bool replace = false;    // an existing file may be replaced
  bool armoured = false;   // published as text (io/armoured_output.hpp) ...
  std::optional<std::uint64_t> most_text{};  // ... of at most so many bytes
  // The one input that may be replaced, where the user asked for that.
  std::optional<FileIdentity> own_input{};
  [[nodiscard]] std::string_view label() const {
    return path.empty() ? std::string_view("standard output") : std::string_view(path);
  }
};

// The file to which a symbolic link leads, whether it exists or not: links stay, and what they name
// is written.
[[nodiscard]] std::string without_links(const std::string& path);

// Opens the stream of a plan, for output that is written at once.
Result<Descriptor> open_stream(const OutputPlan& plan);

class StagedOutput {
 public:
  static Result<StagedOutput> create(const OutputPlan& plan);
  StagedOutput(StagedOutput&& other) noexcept = default;
  StagedOutput& operator=(StagedOutput&&) = delete;
  // Removes what was not published.
  ~StagedOutput();

  // Open for reading and writing. Where the plan is armoured, it is the data without armour.
  [[nodiscard]] int fd() const { return file_.get(); }

  // What errors of writing say.
  [[nodiscard]] const OutputLabel& label() const { return label_; }

  // Puts the output in its place. A file is synced first and gets owner, mode and times of `source`
  // if that is a regular file.
  Status publish(const Input& source);

 private:
  explicit StagedOutput(OutputPlan plan)
      : plan_(std::move(plan)), label_(std::string(plan_.label())) {}
  Status create_temporary();
  Status copy_to_stream();
  // Replaces the data by a temporary file with their armour.
  Status put_armour_on();
  Status rename_into_place();

  OutputPlan plan_;
  OutputLabel label_;
  Descriptor file_;
  std::unique_ptr<std::string> temporary_;  // on the heap: the signal handler reads it
};

// The plan of a file, where links lead. A device is written to. Of the checks, only those of
// StagedOutput are made.
[[nodiscard]] OutputPlan file_plan(const std::string& path, bool replace);

// Writes a file, which appears when it is complete, where links lead. A device is written to.
Status write_file(const std::string& path, std::span<const std::uint8_t> bytes, bool replace);

}  // namespace czip::tool
