#include "v2/expected_time.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/console.hpp"
#include "czip/base/error.hpp"
#include "czip/base/parallel.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/model/language_model.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/llm/state.hpp"
#include "io/streams.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

using Clock = std::chrono::steady_clock;

// Less is not worth a line.
constexpr double kLongSeconds = 10;
// What the encoder computes at once, whatever the number of streams.
constexpr std::uint32_t kEncodedRows = 64;
// Of English prose, where the text is not known yet.
constexpr double kBytesPerToken = 4;

struct Work {
  double tokens = 0;
  std::uint32_t streams = 1;
  unsigned encodings = 0;  // how often all tokens are encoded
  bool decodes = false;
};

// How long the network takes for so many rows at once: the shortest of a few trials, for another
// program may take the processor in one.
Result<double> trial(const v2::LanguageModel& model, const Session& session, std::uint32_t rows) {
  constexpr int kTrials = 3;
  CZIP_TRY_ASSIGN(auto state,
                  llm::State::create(model.network, {.streams = rows,
                                                     .window = llm::Limits::kLeastWindow,
                                                     .rows = rows,
                                                     .threads = thread_count(
                                                         session.arguments.threads, kMaxThreads)}));
  std::vector<llm::Row> tokens(rows, {.token = model.first_token});
  for (std::uint32_t i = 0; i < rows; ++i) tokens[i].stream = i;
  std::vector<std::int32_t> logits(std::size_t{rows} * model.network.config().vocabulary);
  double shortest = std::numeric_limits<double>::max();
  for (int i = 0; i < kTrials; ++i) {
    const Clock::time_point start = Clock::now();
    state.forward(tokens, logits);
    shortest = std::min(shortest, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return shortest;
}

// The network's time is nearly all there is. nullopt: not long, or it cannot be told; if something
// is wrong with the model, the work itself will say so.
std::optional<double> expected_seconds(const v2::Model& model, const Session& session,
                                       const Work& work) {
  constexpr double kFewTokens = 20;
  if (work.tokens < kFewTokens) return std::nullopt;
  const auto loaded = v2::language_model_of(model.parts(), session.simd());
  if (!loaded) return std::nullopt;
  const auto step = trial(**loaded, session, work.streams);
  if (!step) return std::nullopt;
  const double decoding = work.decodes ? work.tokens / work.streams * *step : 0;
  double encoding = work.encodings * work.tokens / work.streams * *step;
  // Many rows at once take less than as many steps.
  if (decoding + encoding < kLongSeconds) return std::nullopt;
  if (work.encodings > 0) {
    const auto many = trial(**loaded, session, kEncodedRows);
    if (!many) return std::nullopt;
    encoding = work.encodings * work.tokens / kEncodedRows * *many;
  }
  const double all = decoding + encoding;
  return all < kLongSeconds ? std::nullopt : std::optional(all);
}

std::string duration_text(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  constexpr double kDay = 24 * kHour;
  const auto whole = [](double value) {
    return grouped(static_cast<std::uint64_t>(std::llround(value)));
  };
  if (seconds < 1.5 * kMinute) return whole(seconds / 10) + "0 seconds";
  if (seconds < 1.5 * kHour) return whole(seconds / kMinute) + " minutes";
  if (seconds < 2 * kDay) return whole(seconds / kHour) + " hours";
  return whole(seconds / kDay) + " days";
}

bool is_wanted(const Session& session) {
  return !session.arguments.quiet &&
         (session.console.verbose() || (session.wants_progress() && Console::interactive()));
}

void tell(const Session& session, const Input& input, double seconds) {
  session.console.note(printable(input.label()) + ": the language model will take about " +
                       duration_text(seconds));
}

// Of how many bytes a token is at the beginning of the text.
double bytes_per_token(const v2::Model& model, const Session& session, const Input& input) {
  constexpr std::size_t kSample = std::size_t{16} << 10;
  std::vector<std::uint8_t> bytes(kSample);
  const auto read = FileRandomAccess(input.file.get()).read_at(0, bytes);
  const auto loaded = v2::language_model_of(model.parts(), session.simd());
  if (!read || *read == 0 || !loaded) return kBytesPerToken;
  bytes.resize(*read);
  std::vector<TokenId> tokens;
  if (!(*loaded)->tokenizer.encode(bytes, tokens) || tokens.empty()) return kBytesPerToken;
  return static_cast<double>(bytes.size()) / static_cast<double>(tokens.size());
}

}  // namespace

void tell_compressing_time(const Session& session, const v2::Model& model, const Input& input) {
  const v2::EncodeOptions options = encode_options_v2(session);
  const v2::LevelSettings level = v2::level_settings(options.level);
  if (!is_wanted(session) || !model.has_language_model() || level.language_model_block_bytes == 0 ||
      !input.at_start() || !input.announced)
    return;
  const std::uint32_t block =
      options.block_bytes != 0 ? options.block_bytes : level.language_model_block_bytes;
  const auto streams_log2 = v2::language_model_streams_log2(
      std::min<std::uint64_t>(*input.announced, block), level.language_model_streams_log2);
  const Work work{
      .tokens = static_cast<double>(*input.announced) / bytes_per_token(model, session, input),
      .streams = 1U << streams_log2,
      .encodings = level.trials == v2::Trials::one_stream && streams_log2 > 0 ? 2U : 1U,
      .decodes = session.arguments.verify};
  if (const auto seconds = expected_seconds(model, session, work)) tell(session, input, *seconds);
}

void tell_decompressing_time(const Session& session, ModelStore& models, const Input& input) {
  if (!is_wanted(session) || !input.at_start() || session.arguments.range) return;
  FileRandomAccess file(input.file.get());
  std::uint64_t bytes = 0;
  std::uint64_t stream_bytes = 0;
  std::optional<v2::FrameInfo> first;
  const auto info = v2::inspect(file, [&](const v2::FrameInfo& frame) -> Status {
    if (frame.language_model_blocks == 0) return {};
    if (!first) first = frame;
    bytes += frame.language_model_bytes;
    stream_bytes += frame.language_model_stream_bytes;
    return {};
  });
  if (!info || !first || !first->model) return;
  const auto model = models.finder()(*first->model);
  if (!model || !model->has_language_model()) return;
  const Work work{
      .tokens = static_cast<double>(bytes) / kBytesPerToken,
      .streams = static_cast<std::uint32_t>(bytes / std::max<std::uint64_t>(stream_bytes, 1)),
      .decodes = true};
  if (const auto seconds = expected_seconds(*model, session, work)) tell(session, input, *seconds);
}

}  // namespace czip::tool
