// Recovers what is left of a damaged CZIPv2 file: every block and every compact frame whose own
// checks hold, wherever it stands, even where headers of frames and seek tables are lost.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"

namespace czip::v2 {

struct SalvageOptions {
  DecodeOptions decode;
  // Leaves lost text out. Otherwise zeros stand for it where its length is known, so that the text
  // after it keeps its place.
  bool skip_lost = false;
};

// Text that could not be recovered.
struct LostText {
  std::uint64_t text_offset = 0;        // in the text as far as its lengths are known
  std::optional<std::uint64_t> length;  // nullopt: unknown, and may be 0
  std::uint64_t output_offset = 0;      // where it would be in what was written
  bool filled = false;                  // zeros were written in its place
};

struct FileRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // behind the last byte
};

struct SalvageReport {
  CodingReport recovered;  // of the recovered text and of the bytes that it came from
  std::vector<LostText> lost;
  // Parts of the file that could not be used and are not zeros.
  std::vector<FileRange> damaged;
  // Frames of which every block was recovered, but whose text has another hash: blocks of several
  // files were mixed.
  std::uint64_t mixed_frames = 0;

  [[nodiscard]] bool complete() const {
    return lost.empty() && damaged.empty() && mixed_frames == 0;
  }
};

class Salvage {
 public:
  // Searches all of `in`, which must outlive the result. Time grows with the size of the file.
  // Where the model of a frame cannot be known, `models` is asked with a reference of which no byte
  // is known. Errors: model_mismatch, out_of_memory, cancelled and those of `in`.
  static Result<Salvage> scan(const ModelFinder& models, RandomAccessSource& in,
                              const SalvageOptions& options);
  Salvage(Salvage&&) noexcept;
  Salvage& operator=(Salvage&&) noexcept;
  ~Salvage();

  // Whether anything can be recovered.
  [[nodiscard]] bool found_text() const;
  // Whether the first frame of which that is known is an archive.
  [[nodiscard]] bool archive() const;

  // Decodes what was found, in the order of the file. Zeros in place of lost text are limited to
  // what a file of this size can have had. Errors: those of scan and of `out`.
  Result<SalvageReport> decode(ByteSink& out) const;

 private:
  struct Plan;
  explicit Salvage(std::unique_ptr<Plan> plan);
  std::unique_ptr<Plan> plan_;
};

}  // namespace czip::v2
