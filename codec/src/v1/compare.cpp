// Compares what a text is coded to with what a file holds, as both are made.
#include "czip/codec/v1/compare.hpp"

#include <algorithm>
#include <new>
#include <string>

#include "v1/file_reader.hpp"
#include "v1/text_coding.hpp"

namespace czip::v1 {
namespace {

std::string instead(const char* what, std::uint64_t found, std::uint64_t expected) {
  return std::string(what) + ": " + std::to_string(found) + " instead of " +
         std::to_string(expected);
}

class Comparison {
 public:
  explicit Comparison(ByteSource& file) : reader_(file) {}

  Result<std::optional<PayloadDifference>> run(ContextState& context,
                                               std::span<const std::uint8_t> text,
                                               const EncodeOptions& options) {
    CZIP_TRY(reader_.open());
    CodingReport report;
    const auto header = code_text(context, text, options, report,
                                  [this](const EncodedChunks& chunks) { return take(chunks); });
    if (difference_) return std::move(difference_);
    CZIP_TRY(header);
    CZIP_TRY(compare_ends(*header));
    return std::move(difference_);
  }

 private:
  Status take(const EncodedChunks& chunks) {
    ChunkGroup group;
    CZIP_TRY(reader_.read_chunks(chunks.sizes.size(), group));
    std::size_t begin = 0;
    for (std::size_t i = 0; i < std::min(chunks.sizes.size(), group.sizes.size()); ++i) {
      const auto expected = std::span(chunks.bytes).subspan(begin, chunks.sizes[i]);
      const auto found =
          std::span(group.bytes)
              .subspan(begin, std::min<std::size_t>(group.sizes[i], group.bytes.size() - begin));
      if (!std::ranges::equal(expected, found)) return differ_in_chunk(i, expected, found);
      begin += expected.size();
    }
    if (group.sizes.size() == chunks.sizes.size()) {
      chunks_ += group.sizes.size();
      return {};
    }
    return differ(chunks_ + group.sizes.size(),
                  std::to_string(reader_.header().chunks) + " chunks, where the text has more");
  }

  Status differ_in_chunk(std::size_t i, std::span<const std::uint8_t> expected,
                         std::span<const std::uint8_t> found) {
    const auto where = std::ranges::mismatch(expected, found).in1 - expected.begin();
    return differ(chunks_ + i, "chunk " + std::to_string(chunks_ + i + 1) + " of " +
                                   std::to_string(reader_.header().chunks) + ", from byte " +
                                   std::to_string(where + 1) + " of its " +
                                   std::to_string(found.size()) + " on");
  }

  Status compare_ends(const PayloadHeader& expected) {
    const PayloadHeader& found = reader_.header();
    std::string what;
    if (expected.context_log2 != found.context_log2)
      what = instead("context (log2)", found.context_log2, expected.context_log2);
    else if (expected.chunks != found.chunks)
      what = instead("chunks", found.chunks, expected.chunks);
    else if (expected.last_chunk_tokens != found.last_chunk_tokens)
      what =
          instead("tokens in the last chunk", found.last_chunk_tokens, expected.last_chunk_tokens);
    if (!what.empty()) {
      difference_ = PayloadDifference{std::move(what), chunks_};
      return {};
    }
    ChunkGroup none;  // checks the end
    return reader_.read_chunks(1, none);
  }

  // Ends the coding.
  Status differ(std::uint64_t chunk, std::string what) {
    difference_ = PayloadDifference{std::move(what), chunk};
    return fail(ErrorCode::cancelled, "the payloads differ");
  }

  FileReader reader_;
  std::uint64_t chunks_ = 0;  // that are equal
  std::optional<PayloadDifference> difference_;
};

}  // namespace

Result<std::optional<PayloadDifference>> compare_payload(const Model& model,
                                                         std::span<const std::uint8_t> text,
                                                         ByteSource& file,
                                                         const EncodeOptions& options) try {
  ContextState context(model);
  return Comparison(file).run(context, text, options);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to encode");
}

}  // namespace czip::v1
