// Reader and writer of CZIPv2 files. Format: conformance/czip-v2-container.md.
//
// A file is one or more frames, and its text is their texts, one after another. A frame's blocks
// are coded independently of each other, each with hashes of its own. A text shorter than 64 KiB
// becomes a compact frame: one block with 4 to 14 bytes around it, in an archive one more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/progress.hpp"
#include "czip/codec/io/trailing_data.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/simd.hpp"

namespace czip::v2 {

// The version of CZIPv2 that full frames state, and its name. It changes with the layout of full
// frames and with the coding; other versions are refused by name. Compact frames have no room for
// it (conformance/czip-v2-container.md).
inline constexpr std::uint8_t kFormatVersion = 6;
inline constexpr std::string_view kFormatVersionName = "1.0-rc2";

inline constexpr int kMinLevel = 1;
inline constexpr int kMaxLevel = 9;
inline constexpr int kDefaultLevel = 6;

// What an encoder tries for each block besides its level's settings; the smallest result is kept.
// So no block is larger than at a level without the network.
enum class Trials : std::uint8_t {
  none,
  no_network,
  // No network, and one stream, whose context is longer, of the network and the language model.
  one_stream,
};

// What a level means. Levels are the encoder's: a file says everything that a decoder needs.
struct LevelSettings {
  std::uint8_t profile = 2;       // the predictor's (profile.hpp): 0 fast, 1 light, 2 normal
  bool network = false;           // uses the model's network, the transformer, if it has one
  Trials trials = Trials::none;   // what else is tried for each block, if the network is used
  std::uint32_t block_bytes = 0;  // of text in every block but the last
  // Of a model that has a language model: the block's text, if the level uses it, or 0; and the
  // most streams, log2. It is tried for every block, besides the rest.
  std::uint32_t language_model_block_bytes = 0;
  std::uint8_t language_model_streams_log2 = 0;
};

// `level` must be one of kMinLevel..kMaxLevel.
[[nodiscard]] LevelSettings level_settings(int level);

class BlockCoder;

// The tables in which blocks are coded, some 150 MB per thread for the largest blocks. A call of
// encode or decode allocates its own, unless its options name a context, which keeps them for the
// next call. One call at a time may use a context. It may keep the last network that it used in
// memory, but does not read a model's file after the call.
class CodingContext {
 public:
  CodingContext();
  CodingContext(CodingContext&&) noexcept;
  CodingContext& operator=(CodingContext&&) noexcept;
  ~CodingContext();

  // Used by the codec: gives a coder for each thread of a call. They are valid until the next call.
  // Blocks that a language model codes have `all_threads` for themselves, one after another.
  std::span<BlockCoder> coders(std::size_t threads, unsigned all_threads, SimdLevel simd);

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
  // Largest text of a block, kMinBlockBytes to kMaxBlockBytes; 0: the level's. Smaller blocks make
  // ranges quicker to decode and files larger.
  std::uint32_t block_bytes = 0;
  bool archive = false;  // marks the text as a tar stream of files and folders
  // Decodes every block in memory before it is written, and compares.
  bool verify = false;
  // The text's length if it is known beforehand. It is stored, and a text of another length is an
  // error.
  std::optional<std::uint64_t> text_bytes{};
  Progress progress{};  // what is tried for a block, and verifying it, count for shares of its text
  CodingContext* context = nullptr;  // null: a new one
  // Bytes that coding may take, besides the model's file; 0: no limit. Fewer threads take less, and
  // so do fewer streams of a language model, which make another file; where even one takes too
  // much, coding fails.
  std::uint64_t memory_limit = 0;
  // The beginning of the file that an earlier call wrote, which was interrupted. Of the same text,
  // with the same model and options, its blocks are taken instead of coded again; null: none. A
  // file of anything else is no error, and of no use. Short texts have no blocks to take.
  ByteSource* earlier = nullptr;
};

struct CodingReport {
  std::uint64_t text_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t frames = 0;
  std::uint64_t blocks = 0;
  std::uint64_t stored_blocks = 0;          // of these, incompressible ones
  std::uint64_t language_model_blocks = 0;  // of these, those that a language model coded
  std::uint64_t taken_blocks = 0;           // of these, those of an earlier file; of an encoding
  std::uint64_t payload_bytes = 0;          // of all blocks
  Hash128 text_hash;                        // of the whole text
  unsigned threads = 0;                     // the most that coded at once
  TrailingData trailing;                    // between and after the frames; of a decoding
  bool damaged_elsewhere = false;           // of decode_range: outside the blocks of the range
  std::uint64_t coding_ns = 0;              // wall-clock nanoseconds, reading and writing included
};

// Writes one frame with the rest of `text`, which may be any bytes. The file does not depend on the
// number of threads and the SIMD level. Holds at most two blocks per thread in memory. Errors:
// invalid_argument (no such level or block size), io (a text of another length than announced),
// internal (verification failed), cancelled, out_of_memory, over_limit, and those of the streams
// and of the model's network.
Result<CodingReport> encode(const Model& model, ByteSource& text, ByteSink& out,
                            const EncodeOptions& options);

// Does the same for a text in memory, whose length is stored.
Result<CodingReport> encode(const Model& model, std::span<const std::uint8_t> text, ByteSink& out,
                            const EncodeOptions& options);

// The model that a frame was made with: its hash, or in a compact frame the beginning of its hash.
struct ModelReference {
  std::array<std::uint8_t, 16> hash{};  // in the order of its hexadecimal digits
  // Number of bytes of it: 16, 4 or 3; 0 where the reference itself is lost, which any model
  // matches.
  std::size_t known = 0;

  [[nodiscard]] bool matches(const Hash128& model) const;
  // 32 or 8 hexadecimal digits.
  [[nodiscard]] std::string hex() const;
};

// Finds the model of a frame that has coded blocks. It is called by one thread at a time.
using ModelFinder = std::function<Result<Model>(const ModelReference&)>;

// `model` if it is the one wanted. Error: model_mismatch, with both hashes.
Result<Model> matching_model(const Model& model, const ModelReference& wanted);

struct DecodeOptions {
  unsigned threads = 0;
  SimdLevel simd = best_simd_level();
  Progress progress{};
  CodingContext* context = nullptr;  // null: a new one
  std::uint64_t memory_limit = 0;    // as in EncodeOptions
};

// Decodes all frames of the rest of `in`. Everything is checked: headers, lengths, the hash of
// every payload before it is decoded and of every text after, the seek table and the hash of the
// whole text. `out` receives a block only after its hash was found right, so after an error it has
// the text before the damage. Holds at most two blocks per thread in memory, and allocates nothing
// for a header that has not been checked. Zeros may stand between the frames and after them; other
// bytes after a frame end the reading without an error, and the report tells where they begin.
// Errors: corrupt, truncated, unsupported, model_mismatch, cancelled, out_of_memory, over_limit,
// and those of the finder and the streams.
Result<CodingReport> decode(const ModelFinder& models, ByteSource& in, ByteSink& out,
                            const DecodeOptions& options);
Result<CodingReport> decode(const Model& model, ByteSource& in, ByteSink& out,
                            const DecodeOptions& options);

struct TextRange {
  std::uint64_t start = 0;   // in bytes of text
  std::uint64_t length = 0;  // cut where the text ends
};

// Decodes and checks only the blocks that have a part of `range`. Damage elsewhere, such as in the
// seek table, is reported and no error, as long as the range can be found. Errors: those of decode,
// and invalid_argument for a range that starts behind the text's end. The report is of what was
// written; its hash stays zero.
Result<CodingReport> decode_range(const ModelFinder& models, RandomAccessSource& in,
                                  const TextRange& range, ByteSink& out,
                                  const DecodeOptions& options);

// Does the same for several ranges, which must ascend and not overlap; their texts are written one
// after another. A block is decoded once, however many ranges have a part of it.
Result<CodingReport> decode_ranges(const ModelFinder& models, RandomAccessSource& in,
                                   std::span<const TextRange> ranges, ByteSink& out,
                                   const DecodeOptions& options);

// What a frame's headers and trailer say.
struct FrameInfo {
  bool compact = false;
  bool archive = false;
  int level = 0;                        // 0: a compact frame, which does not say
  std::uint32_t block_bytes = 0;        // largest text that a block may have
  std::optional<ModelReference> model;  // nullopt: a compact frame that is stored
  std::uint64_t text_bytes = 0;
  std::uint64_t file_offset = 0;  // where it begins in the file
  std::uint64_t file_bytes = 0;
  std::uint64_t blocks = 0;
  std::uint64_t stored_blocks = 0;
  std::uint64_t network_blocks = 0;
  std::uint64_t language_model_blocks = 0;
  std::uint64_t language_model_bytes = 0;         // of text in them
  std::uint64_t language_model_stream_bytes = 0;  // and in one stream of each
  std::optional<Hash128> text_hash;               // nullopt: a compact frame, which does not say
};

struct FileInfo {
  std::uint64_t text_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t frames = 0;  // at least one
  std::uint64_t blocks = 0;  // of all frames
  FrameInfo first_frame;
  TrailingData trailing;
};

// Called for each frame. An error ends the inspection.
using FrameVisitor = std::function<Status(const FrameInfo&)>;

// Reads and checks everything except the payloads, which it skips. Needs no model. Memory does not
// grow with the number of frames. Errors: corrupt, truncated, unsupported, out_of_memory, and those
// of `in` and of the visitor.
Result<FileInfo> inspect(RandomAccessSource& in, const FrameVisitor& visit = {});

// Number of bytes at the beginning of a file that starts_archive() needs.
inline constexpr std::size_t kMaxStartBytes = 38;

// Whether a file that begins with these bytes claims to be CZIPv2; its first two bytes decide.
[[nodiscard]] bool has_magic(std::span<const std::uint8_t> first_bytes);

// The same where a text may stand instead, which may have these bytes by chance or as the digits of
// base64: a compact frame must begin with a whole header that is possible, and one of a few bytes
// be all there and have its check. Given the first kMaxTellingBytes of a file, or all of a shorter
// one.
inline constexpr std::size_t kMaxTellingBytes = 68;
[[nodiscard]] bool begins_frame(std::span<const std::uint8_t> first_bytes);

// Whether the first frame is marked as an archive, given the first kMaxStartBytes bytes of a file,
// or all of a shorter one. False for an invalid header: decoding reports what is wrong.
[[nodiscard]] bool starts_archive(std::span<const std::uint8_t> first_bytes);

}  // namespace czip::v2
