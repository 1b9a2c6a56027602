// The inputs of a command: files, pipes and standard input.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {

// An opened input.
struct Input {
  std::string name;  // as the user gave it; "-" is standard input
  Descriptor file;
  struct stat status {};             // when it was opened
  std::vector<std::uint8_t> peeked;  // already read from a pipe, not yet consumed
  bool damaged = false;              // decoding found damage before anything took its place
  bool mended = false;               // `file` is a mended copy
  std::uint64_t text_given = 0;      // bytes of its text that a stream has got
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
  bool allow_special = false;  // pipes and devices
};
Result<Input> open_input(const std::string& name, InputRules rules);

// An input as a stream, from its first byte.
class InputSource final : public ByteSource {
 public:
  explicit InputSource(const Input& input) : input_(&input) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;

 private:
  const Input* input_;
  std::size_t used_ = 0;  // bytes of input.peeked
};

// The first `count` bytes of an input, or all if it is shorter. Later reads begin with them again.
Result<std::vector<std::uint8_t>> peek(Input& input, std::size_t count);

// Reads from the current position to the end. Error: `limit_reason` for more than `limit` bytes.
Result<std::vector<std::uint8_t>> read_whole(const Input& input, std::uint64_t limit,
                                             const std::string& limit_reason);

// Reads a file that a command needs besides its inputs, such as a model.
Result<std::vector<std::uint8_t>> read_file(const std::string& name);

// Makes an input seekable: pipes are copied into an anonymous file.
Status make_seekable(Input& input);

}  // namespace czip::tool
