// Reader and writer of CZIPv2 files. Format: conformance/czip-v2-container.md.
//
// A file is one frame or several in a row, and its text is theirs in a row. A frame's blocks are
// coded independently of each other, each with its hashes. Texts shorter than 64 KiB take a compact
// frame of one block and 8 to 15 bytes around it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/simd.hpp"

namespace czip::v2 {

inline constexpr int kMinLevel = 1;
inline constexpr int kMaxLevel = 9;
inline constexpr int kDefaultLevel = 6;

// What a level means: the one place that says so.
struct LevelSettings {
  std::uint8_t profile = 1;       // the predictor's: 0 fast, 1 normal, 2 finest
  bool network = false;           // uses the model's network, where it has one
  std::uint32_t block_bytes = 0;  // text of one block
};

// `level` must be one of kMinLevel..kMaxLevel.
[[nodiscard]] LevelSettings level_settings(int level);

// Called now and then, from any thread but never from two at once, with the bytes of text done so
// far.
using Progress = std::function<void(std::uint64_t text_bytes)>;

class BlockCoder;

// The tables in which blocks are coded, some 150 MB per thread for the largest blocks. A call of
// encode or decode allocates its own, unless its options name a context, which keeps them for the
// next call. One call at a time may use a context; the models that it was used with may have gone.
class CodingContext {
 public:
  CodingContext();
  CodingContext(CodingContext&&) noexcept;
  CodingContext& operator=(CodingContext&&) noexcept;
  ~CodingContext();

  // For the codec: a coder for each thread of a call. Valid until the next call.
  std::span<BlockCoder> coders(std::size_t threads, SimdLevel simd);

 private:
  struct Coders;
  std::unique_ptr<Coders> coders_;
};

// Text of a block, in bytes. The least is more than a compact frame holds.
inline constexpr std::uint32_t kMinBlockBytes = std::uint32_t{1} << 16;
inline constexpr std::uint32_t kMaxBlockBytes = std::uint32_t{64} << 20;

struct EncodeOptions {
  int level = kDefaultLevel;
  unsigned threads = 0;  // 0: as many as the machine has
  SimdLevel simd = best_simd_level();
  // Most text of a block, kMinBlockBytes to kMaxBlockBytes; 0: the level's. Small blocks make
  // ranges quick to reach and files larger.
  std::uint32_t block_bytes = 0;
  bool archive = false;  // marks the text as a tar stream of files and folders
  // Decodes every block again before it is written, in memory.
  bool verify = false;
  // The text's length where it is known beforehand; stored, and insisted on.
  std::optional<std::uint64_t> text_bytes{};
  Progress progress{};
  CodingContext* context = nullptr;  // null: a new one
};

struct CodingReport {
  std::uint64_t text_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t frames = 0;
  std::uint64_t blocks = 0;
  std::uint64_t stored_blocks = 0;  // of these, not coded: they would have grown
  std::uint64_t payload_bytes = 0;  // of all blocks
  Hash128 text_hash;                // of the whole text
  std::uint64_t coding_ns = 0;      // wall-clock nanoseconds, reading and writing included
};

// Writes one frame with the text that `text` still has, any bytes. The same file whatever the
// threads and the SIMD level. Holds two blocks per thread at most. Errors: invalid_argument (no
// such level), io (a text of another length than announced), internal (verification failed), and
// those of the streams.
Result<CodingReport> encode(const Model& model, ByteSource& text, ByteSink& out,
                            const EncodeOptions& options);

// The same for a text in memory; announces its length.
Result<CodingReport> encode(const Model& model, std::span<const std::uint8_t> text, ByteSink& out,
                            const EncodeOptions& options);

// The model that a frame was made with, as far as the frame says: all of the hash, or its beginning
// in a compact frame.
struct ModelReference {
  std::array<std::uint8_t, 16> hash{};  // in the order in which hashes are printed
  std::size_t known = 0;                // bytes of it: 16 or 4

  [[nodiscard]] bool matches(const Hash128& model) const;
  // 32 or 8 hexadecimal digits.
  [[nodiscard]] std::string hex() const;
};

// Finds the model for a frame, where it has coded blocks. Called by one thread at a time.
using ModelFinder = std::function<Result<Model>(const ModelReference&)>;

// `model`, if it is the one; else model_mismatch with both hashes.
Result<Model> matching_model(const Model& model, const ModelReference& wanted);

struct DecodeOptions {
  unsigned threads = 0;
  SimdLevel simd = best_simd_level();
  Progress progress{};
  CodingContext* context = nullptr;  // null: a new one
};

// Decodes all frames that `in` still has. Everything is checked: headers, lengths, the hash of
// every payload before it is decoded and of every text after, the seek table and the hash of the
// whole text. `out` receives a block only once its hash was right, so it holds a beginning of the
// text when an error comes later. Holds two blocks per thread at most and allocates nothing on the
// word of a header that has not been checked. Errors: corrupt, truncated, unsupported,
// model_mismatch, and those of the finder and the streams.
Result<CodingReport> decode(const ModelFinder& models, ByteSource& in, ByteSink& out,
                            const DecodeOptions& options);
Result<CodingReport> decode(const Model& model, ByteSource& in, ByteSink& out,
                            const DecodeOptions& options);

struct TextRange {
  std::uint64_t start = 0;   // in bytes of text
  std::uint64_t length = 0;  // cut where the text ends
};

// Decodes and checks only the blocks that hold `range`. Errors as above, and invalid_argument for a
// range that starts behind the text's end. The report counts what was decoded; its hash stays zero.
Result<CodingReport> decode_range(const ModelFinder& models, RandomAccessSource& in,
                                  const TextRange& range, ByteSink& out,
                                  const DecodeOptions& options);

// What a frame says of itself.
struct FrameInfo {
  bool compact = false;
  bool archive = false;
  int level = 0;                        // 0: a compact frame does not say
  std::uint32_t block_bytes = 0;        // most text that a block may have
  std::optional<ModelReference> model;  // none: a compact frame that only stores
  std::uint64_t text_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t blocks = 0;
  std::uint64_t stored_blocks = 0;
  std::uint64_t network_blocks = 0;
  std::optional<Hash128> text_hash;  // not in compact frames
};

struct FileInfo {
  std::uint64_t text_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::vector<FrameInfo> frames;  // at least one
};

// Reads and checks everything but the payloads, which it skips; needs no model.
Result<FileInfo> inspect(RandomAccessSource& in);

// How the first frame begins; reads as little as it needs.
inline constexpr std::size_t kMaxStartBytes = 38;

// Whether a file that begins so is meant to be CZIPv2; decided by its first two bytes.
[[nodiscard]] bool has_magic(std::span<const std::uint8_t> first_bytes);

// Whether the first frame is marked as an archive, from the first kMaxStartBytes bytes of a file or
// all that it has. False for what is no proper frame: decoding tells why.
[[nodiscard]] bool starts_archive(std::span<const std::uint8_t> first_bytes);

}  // namespace czip::v2
