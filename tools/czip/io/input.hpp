// The inputs of a command: files, pipes and standard input.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "io/descriptor.hpp"
#include "io/input_registry.hpp"

namespace czip::tool {

// An opened input.
struct Input {
  std::string name;  // as the user gave it; "-" is standard input
  Descriptor file;
  struct stat status {};             // when it was opened
  std::vector<std::uint8_t> peeked;  // already read from a pipe, not yet consumed
  // Bytes that a regular file had from the current position on when it was opened. No more are
  // taken, though it may grow. nullopt: it is no regular file, or one that does not say, as in
  // /proc.
  std::optional<std::uint64_t> announced;
  // What `file` holds in another form, such as text (io/armoured_input.hpp): reading goes through
  // this. Null: the bytes are the file's own.
  std::unique_ptr<ByteSource> decoder;
  bool damaged = false;          // decoding found damage before anything took its place
  bool mended = false;           // `file` is a mended copy
  std::uint64_t text_given = 0;  // bytes of its text that a stream has got
  [[nodiscard]] bool is_stdin() const { return name == "-"; }
  [[nodiscard]] bool is_regular() const { return S_ISREG(status.st_mode); }
  // Whether it is seekable and nothing was read from it yet.
  [[nodiscard]] bool at_start() const;
  [[nodiscard]] std::string_view label() const {
    return is_stdin() ? std::string_view("standard input") : std::string_view(name);
  }
};

struct InputRules {
  bool follow_links = false;
  bool allow_special = false;  // pipes and devices; opening one may wait for its writer
  // nullopt: not registered (io/input_registry.hpp), so that an output may replace it.
  std::optional<InputRole> role = InputRole::text;
};
Result<Input> open_input(const std::string& name, InputRules rules);

// An input as a stream, from its first byte to the length that was announced.
class InputSource final : public ByteSource {
 public:
  explicit InputSource(const Input& input) : input_(&input) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  // Begins again. The input must be seekable, and must have been at its start.
  Status rewind();

  [[nodiscard]] std::uint64_t taken() const { return taken_; }
  // Whether it ended before the announced length.
  [[nodiscard]] bool is_short() const { return is_short_; }

 private:
  const Input* input_;
  std::uint64_t taken_ = 0;
  bool is_short_ = false;
};

// What a user should know of a regular file that changed while `taken` bytes of it were read; empty
// if it did not.
[[nodiscard]] std::string describe_change(const Input& input, std::uint64_t taken);

// The first `count` bytes of an input, or all if it is shorter. Later reads begin with them again.
Result<std::vector<std::uint8_t>> peek(Input& input, std::size_t count);

// Reads from the current position to the end, or to the announced length. Error: `limit_reason` for
// more than `limit` bytes.
Result<std::vector<std::uint8_t>> read_whole(const Input& input, std::uint64_t limit,
                                             const std::string& limit_reason);

// Reads a file that a command needs besides its inputs, such as a text to compare with. Error:
// `limit_reason` for more than `limit` bytes.
Result<std::vector<std::uint8_t>> read_file(const std::string& name, std::uint64_t limit,
                                            const std::string& limit_reason);

// Reads what belongs to a model: only regular files, for a pipe or device may never end.
// `role`: see InputRules.
Result<std::vector<std::uint8_t>> read_regular_file(const std::string& name,
                                                    std::optional<InputRole> role);

// Makes an input seekable: pipes are copied into an anonymous file.
Status make_seekable(Input& input);

}  // namespace czip::tool
