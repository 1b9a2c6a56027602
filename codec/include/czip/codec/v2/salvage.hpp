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
  // Zeros that may be written in all; lost text for which there are too few is left out. A hostile
  // header may claim any length, and the file itself is all that speaks for it.
  std::optional<std::uint64_t> max_zeros{};  // nullopt: usual_zeros()
};

// For each byte of a file, more than czip makes of any text but runs of one pattern; and what a
// small file may need.
[[nodiscard]] std::uint64_t usual_zeros(std::uint64_t file_bytes);
// What a file of nothing but such runs can have had, 1.4 million for a byte: for an output in which
// zeros take no room.
[[nodiscard]] std::uint64_t most_zeros(std::uint64_t file_bytes);

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
  // Parts of the file that could not be used and are not zeros, in their order.
  std::vector<FileRange> damaged;
  // For each model that was not found, the finder's error; of a hostile file only the first.
  std::vector<Error> missing_models;
  // Frames of which every block was recovered, but whose text has another hash: blocks of several
  // files were mixed.
  std::uint64_t mixed_frames = 0;

  [[nodiscard]] bool complete() const {
    return lost.empty() && damaged.empty() && mixed_frames == 0;
  }
};

class Salvage {
 public:
  // Searches all of `in`, which must outlive the result. Time is O(n log n) in the size of the
  // file, besides the decoding of what is found; what is found to be damaged is hashed and decoded
  // no more than in proportion to that size. Memory is a few hundred bytes for each part of the
  // file. Where the model of a frame cannot be known, `models` is asked with a reference of which
  // no byte is known. Errors: out_of_memory, over_limit (more parts than the memory limit has room
  // for), and those of `in` and of the finder, but for model_mismatch.
  static Result<Salvage> scan(const ModelFinder& models, RandomAccessSource& in,
                              const SalvageOptions& options);
  Salvage(Salvage&&) noexcept;
  Salvage& operator=(Salvage&&) noexcept;
  ~Salvage();

  // Whether anything can be recovered.
  [[nodiscard]] bool found_text() const;
  // Whether the first frame of which that is known is an archive.
  [[nodiscard]] bool archive() const;

  // Text of the blocks that will be decoded, for which the progress counts them. Compact frames add
  // theirs, which is not known yet.
  [[nodiscard]] std::uint64_t text_bytes() const;

  // Sets skip_lost of the options anew: of an archive, what is not lost is found by its place.
  void skip_lost(bool skip);

  // Decodes what was found, in the order of the file. What needs a model that is missing is lost.
  // If nothing can be decoded, nothing is written.
  // Errors: those of scan and of `out`, cancelled, and model_mismatch if nothing at all could be
  // decoded for want of a model.
  Result<SalvageReport> decode(ByteSink& out) const;

 private:
  struct Plan;
  explicit Salvage(std::unique_ptr<Plan> plan);
  std::unique_ptr<Plan> plan_;
};

}  // namespace czip::v2
