// The checkpoint of a long compression: a file with what was coded so far, from which a later call
// of the same command goes on. It survives a kill of the process.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "cli/arguments.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {

// As a sink, it writes to the file, and then to the output.
class EncodingCheckpoint final : public ByteSink {
 public:
  // nullopt: none is asked for. Errors: the file exists, and neither --resume nor -f says that it
  // may be used; it is none of this kind; it is an input; another czip uses it.
  static Result<std::optional<EncodingCheckpoint>> open(const Arguments& arguments);

  // Begins, also again, before a call of the encoder.
  Status begin(ByteSink& out);
  // What an earlier call wrote. Where the file has the same bytes as the output, the writer follows
  // the reader and writes what is there.
  [[nodiscard]] ByteSource* earlier() { return &earlier_; }
  Status write(std::span<const std::uint8_t> bytes) override;

  // When the output is in its place.
  Status remove();

 private:
  class Earlier final : public ByteSource {
   public:
    Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
    int fd = -1;
    std::uint64_t position = 0;
  };

  EncodingCheckpoint(std::string path, Descriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  Descriptor file_;
  Earlier earlier_;
  ByteSink* out_ = nullptr;
  std::uint64_t position_ = 0;
};

}  // namespace czip::tool
