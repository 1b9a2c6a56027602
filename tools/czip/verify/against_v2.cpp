// Proves that a CZIPv2 file is the compressed text: it decodes to the text, and the text, coded
// here, gives the file's frames.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/progress.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"
#include "io/limited_sink.hpp"
#include "io/streams.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

using Bytes = std::span<const std::uint8_t>;

Check failure(std::string name, std::string text) {
  return {std::move(name), Verdict::failure, std::move(text)};
}

// The frame that czip writes of `text` at a level and with the frame's other properties.
Result<std::vector<std::uint8_t>> encoded(const v2::Model& model, const v2::FrameInfo& frame,
                                          Bytes text, int level, bool announced,
                                          const VerifyCoding& coding) {
  v2::EncodeOptions options;
  options.level = level;
  options.threads = coding.threads;
  options.simd = coding.simd;
  options.memory_limit = coding.memory_limit;
  options.archive = frame.archive;
  if (!frame.compact) options.block_bytes = frame.block_bytes;
  if (announced) options.text_bytes = text.size();
  ProgressBar progress("coding at level " + std::to_string(level), text.size(), coding.progress);
  options.progress = progress.follow();
  MemorySource source(text);
  MemorySink sink;
  CZIP_TRY(v2::encode(model, source, sink, options));
  return sink.bytes();
}

// The level at which czip writes this very frame.
Result<std::optional<int>> level_of(const v2::Model& model, const v2::FrameInfo& frame, Bytes bytes,
                                    Bytes text, const VerifyCoding& coding) {
  const int first = frame.level == 0 ? v2::kMinLevel : frame.level;
  const int last = frame.level == 0 ? v2::kMaxLevel : frame.level;
  for (int level = first; level <= last; ++level)
    for (const bool announced : {true, false}) {
      CZIP_TRY_ASSIGN(const auto again, encoded(model, frame, text, level, announced, coding));
      if (std::ranges::equal(again, bytes)) return std::optional(level);
    }
  return std::optional<int>();
}

Result<Check> check_payload(const v2::Model& model, const std::vector<v2::FrameInfo>& frames,
                            Bytes file, Bytes text, const VerifyCoding& coding) {
  Check check{.name = "payload"};
  std::string levels;
  check.values["levels"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const v2::FrameInfo& frame = frames[i];
    const Bytes bytes = file.subspan(static_cast<std::size_t>(frame.file_offset),
                                     static_cast<std::size_t>(frame.file_bytes));
    CZIP_TRY_ASSIGN(const auto level,
                    level_of(model, frame, bytes,
                             text.first(static_cast<std::size_t>(frame.text_bytes)), coding));
    text = text.subspan(static_cast<std::size_t>(frame.text_bytes));
    if (!level) {
      check.verdict = Verdict::warning;
      check.text = "this czip writes other bytes for frame " + grouped(i + 1) +
                   "; a file of another writer may be right all the same";
      return check;
    }
    check.values["levels"].push_back(*level);
    if (i < 8) levels += (i == 0 ? "" : ", ") + std::to_string(*level);
  }
  check.text =
      "is that of the text, byte for byte, at level " + levels + (frames.size() > 8 ? ", ..." : "");
  return check;
}

Status decode_against(const v2::Model& model, Bytes file, Bytes text, const VerifyCoding& coding,
                      Checks& checks) {
  MemorySource source(file);
  CompareSink sink(text);
  LimitedSink limited(sink, coding.max_output, "--max-output");
  ProgressBar progress("decoding", text.size(), coding.progress);
  const auto decoded = v2::decode(model, source, limited,
                                  {.threads = coding.threads,
                                   .simd = coding.simd,
                                   .progress = progress.follow(),
                                   .memory_limit = coding.memory_limit});
  CZIP_TRY_ASSIGN(auto check, check_text(decoded ? Status{} : error_of(decoded), sink));
  if (check.verdict == Verdict::ok) check.text += ", and every hash holds";
  checks.push_back(std::move(check));
  if (decoded) check_trailing(decoded->trailing, checks);
  return {};
}

}  // namespace

Result<Checks> check_against(const v2::Model& model, Bytes file, Bytes text,
                             const VerifyCoding& coding) {
  MemorySource source(file);
  std::vector<v2::FrameInfo> frames;
  const auto info = v2::inspect(source, [&](const v2::FrameInfo& frame) -> Status {
    frames.push_back(frame);
    return {};
  });
  if (!info) {
    CZIP_TRY_ASSIGN(auto check, failed("file", info.error()));
    return Checks{std::move(check)};
  }
  for (const v2::FrameInfo& frame : frames)
    if (frame.model && !frame.model->matches(model.hash()))
      return Checks{failure("file", "was made with the model " + frame.model->hex() +
                                        ", not with " + to_hex(model.hash()))};
  Checks checks{{"file", Verdict::ok,
                 format("CZIPv2, %s frames, %s blocks, of this model",
                        grouped(info->frames).c_str(), grouped(info->blocks).c_str())}};
  CZIP_TRY(decode_against(model, file, text, coding, checks));
  if (checks[1].verdict != Verdict::ok) return checks;
  CZIP_TRY_ASSIGN(auto payload, check_payload(model, frames, file, text, coding));
  checks.push_back(std::move(payload));
  checks.push_back(check_size(text.size(), file.size()));
  return checks;
}

}  // namespace czip::tool
