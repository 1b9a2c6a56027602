// czip bench: one table of ratio and speed, for czip's levels and for other compressors.
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/json_report.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "commands/bench_codecs.hpp"
#include "commands/commands.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "io/input.hpp"
#include "models/model_store.hpp"
#include "v1/options.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

// The sums over all files.
struct BenchRow {
  std::string name;
  std::uint64_t text_bytes = 0;
  std::uint64_t packed_bytes = 0;
  double compress_seconds = 0;
  double decompress_seconds = 0;
  // Only format 1 has this.
  std::uint64_t tokens = 0;
  std::uint64_t coding_ns = 0;
  std::uint64_t outer_ns = 0;
};

// Repeats short runs and counts the fastest: the others also measure what else the machine does.
template <class Work>
auto timed(double& total, const Work& work) {
  using Clock = std::chrono::steady_clock;
  constexpr double kEnough = 0.3;
  constexpr int kMostRuns = 20;
  double best = 0;
  double spent = 0;
  for (int run = 1;; ++run) {
    const Clock::time_point start = Clock::now();
    auto result = work();
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    best = run == 1 || elapsed < best ? elapsed : best;
    spent += elapsed;
    if (!result || spent >= kEnough || run == kMostRuns) {
      total += best;
      return result;
    }
  }
}

Status measure(const BenchCodec& codec, const Bytes& text, BenchRow& row) {
  const auto packed = timed(row.compress_seconds, [&] { return codec.compress(text); });
  CZIP_TRY(packed);
  const auto back =
      timed(row.decompress_seconds, [&] { return codec.decompress(*packed, text.size()); });
  CZIP_TRY(back);
  if (*back != text) return fail(ErrorCode::internal, codec.name + " does not give the text back");
  row.text_bytes += text.size();
  row.packed_bytes += packed->size();
  return {};
}

std::string level_name(int level) { return "czip -" + std::to_string(level); }

BenchCodec czip_codec_v1(const Session& session, const v1::Model& model, int level, BenchRow& row) {
  const auto compress = [&, level](std::span<const std::uint8_t> text) -> Result<Bytes> {
    v1::EncodeOptions options = encode_options_v1(session);
    options.level = level;
    ProgressBar progress(level_name(level), text.size(), session.wants_progress());
    options.progress = progress.follow();
    MemorySink sink;
    CZIP_TRY_ASSIGN(const auto report, v1::encode(model, text, sink, options));
    row.tokens = report.tokens;
    row.coding_ns = report.coding_ns;
    row.outer_ns = report.outer_ns;
    return sink.bytes();
  };
  const auto decompress = [&, level](std::span<const std::uint8_t> packed,
                                     std::size_t size) -> Result<Bytes> {
    v1::DecodeOptions options = decode_options_v1(session);
    options.dialect = v1::Dialect::rust;
    ProgressBar progress(level_name(level) + " -d", size, session.wants_progress());
    options.progress = progress.follow();
    MemorySource source(packed);
    MemorySink sink;
    CZIP_TRY(v1::decode(model, source, sink, options));
    return sink.bytes();
  };
  return {level_name(level), compress, decompress};
}

BenchCodec czip_codec_v2(const Session& session, const v2::Model& model, int level) {
  const auto compress = [&, level](std::span<const std::uint8_t> text) -> Result<Bytes> {
    v2::EncodeOptions options = encode_options_v2(session);
    options.level = level;
    ProgressBar progress(level_name(level), text.size(), session.wants_progress());
    options.progress = progress.follow();
    MemorySink sink;
    CZIP_TRY(v2::encode(model, text, sink, options));
    return sink.bytes();
  };
  const auto decompress = [&, level](std::span<const std::uint8_t> packed,
                                     std::size_t size) -> Result<Bytes> {
    v2::DecodeOptions options = decode_options_v2(session);
    ProgressBar progress(level_name(level) + " -d", size, session.wants_progress());
    options.progress = progress.follow();
    MemorySource source(packed);
    MemorySink sink;
    CZIP_TRY(v2::decode(model, source, sink, options));
    return sink.bytes();
  };
  return {level_name(level), compress, decompress};
}

Status bench_codec(const BenchCodec& codec, const std::vector<Bytes>& texts,
                   std::vector<BenchRow>& rows) {
  BenchRow row{.name = codec.name};
  for (const Bytes& text : texts) CZIP_TRY(measure(codec, text, row));
  rows.push_back(std::move(row));
  return {};
}

Result<BenchRow> bench_level(const Session& session, const v1::Model& model, int level,
                             const std::vector<Bytes>& texts) {
  BenchRow total{.name = level_name(level)};
  for (const Bytes& text : texts) {
    BenchRow row;
    const BenchCodec codec = czip_codec_v1(session, model, level, row);
    CZIP_TRY(measure(codec, text, row));
    total.text_bytes += row.text_bytes;
    total.packed_bytes += row.packed_bytes;
    total.compress_seconds += row.compress_seconds;
    total.decompress_seconds += row.decompress_seconds;
    total.tokens += row.tokens;
    total.coding_ns += row.coding_ns;
    total.outer_ns += row.outer_ns;
  }
  return total;
}

double rate(const BenchRow& row, double time) { return per_second(row.text_bytes, time) / 1e6; }

std::string table_row(const BenchRow& row) {
  return format(
      "%-12s %12s %7.2f %% %9.3f %12.3f %12.3f %11s\n", row.name.c_str(),
      grouped(row.packed_bytes).c_str(), percent(row.packed_bytes, row.text_bytes),
      percent(row.packed_bytes, row.text_bytes) * 8 / 100, rate(row, row.compress_seconds),
      rate(row, row.decompress_seconds),
      row.tokens == 0 ? "-" : format("%.0f", per_second(row.tokens, row.compress_seconds)).c_str());
}

std::string stages(const BenchRow& row) {
  return format("             coding %.3f s, outer codec %.3f s, %s tokens\n",
                seconds(row.coding_ns), seconds(row.outer_ns), grouped(row.tokens).c_str());
}

Json to_json(const BenchRow& row) {
  Json json = {{"name", row.name},
               {"text_bytes", row.text_bytes},
               {"compressed_bytes", row.packed_bytes},
               {"ratio_percent", percent(row.packed_bytes, row.text_bytes)},
               {"bits_per_byte", percent(row.packed_bytes, row.text_bytes) * 8 / 100},
               {"compress_mb_per_s", rate(row, row.compress_seconds)},
               {"decompress_mb_per_s", rate(row, row.decompress_seconds)}};
  if (row.tokens != 0) {
    json["tokens"] = row.tokens;
    json["tokens_per_s"] = per_second(row.tokens, row.compress_seconds);
    json["coding_s"] = seconds(row.coding_ns);
    json["outer_codec_s"] = seconds(row.outer_ns);
  }
  return json;
}

void print(Session& session, const std::vector<BenchRow>& rows) {
  if (session.arguments.json) {
    Json report = Json::array();
    for (const BenchRow& row : rows) report.push_back(to_json(row));
    print_json(session.console, report);
    return;
  }
  session.console.print(format("%zu files, %s bytes; SIMD level %s\n",
                               session.arguments.files.size(),
                               grouped(rows.front().text_bytes).c_str(),
                               std::string(simd_level_name(session.simd())).c_str()));
  session.console.print(
      "codec          compressed     ratio  bits/byte   compr MB/s decompr MB/s    tokens/s\n");
  for (const BenchRow& row : rows) {
    session.console.print(table_row(row));
    if (session.console.verbose() && row.tokens != 0) session.console.print(stages(row));
  }
}

bool is_wanted(const Session& session, int level) {
  return session.arguments.level.value_or(level) == level;
}

Status bench_v1(const Session& session, const v1::Model& model, const std::vector<Bytes>& texts,
                std::vector<BenchRow>& rows) {
  for (int level = v1::kMinLevel; level <= v1::kMaxLevel; ++level) {
    if (!is_wanted(session, level) || v1::level_context_log2(level) > model.network.context_log2)
      continue;
    CZIP_TRY_ASSIGN(auto row, bench_level(session, model, level, texts));
    rows.push_back(std::move(row));
  }
  return {};
}

Status bench_v2(const Session& session, const v2::Model& model, const std::vector<Bytes>& texts,
                std::vector<BenchRow>& rows) {
  for (int level = v2::kMinLevel; level <= v2::kMaxLevel; ++level)
    if (is_wanted(session, level))
      CZIP_TRY(bench_codec(czip_codec_v2(session, model, level), texts, rows));
  return {};
}

Result<std::vector<BenchRow>> bench_all(const Session& session, ModelStore& models,
                                        const std::vector<Bytes>& texts) {
  std::vector<BenchRow> rows;
  CZIP_TRY_ASSIGN(const auto format, models.format_to_write(session.arguments));
  Status status;
  if (format == 1) {
    CZIP_TRY_ASSIGN(const auto model, models.for_v1());
    status = bench_v1(session, *model, texts, rows);
  } else {
    CZIP_TRY_ASSIGN(const auto model, models.for_v2());
    status = bench_v2(session, model, texts, rows);
  }
  for (const BenchCodec& codec : other_codecs())
    if (status) status = bench_codec(codec, texts, rows);
  CZIP_TRY(status);
  return rows;
}

}  // namespace

ExitStatus run_bench(Session& session) {
  std::vector<Bytes> texts;
  const ExitStatus read =
      for_each_input(session, session.arguments.files, [&](Input& input) -> Status {
        auto text =
            read_whole(input, v1::kMaxTextBytes, "is larger than 4 GiB - 1 bytes; use less");
        CZIP_TRY(text);
        warn_of_change(session.console, input, text->size());
        texts.push_back(std::move(*text));
        return {};
      });
  if (read != ExitStatus::ok) return read;
  auto models = ModelStore::open(session.arguments);
  if (!models) return session.console.error("", models.error());
  const auto rows = bench_all(session, *models, texts);
  if (!rows) return session.console.error("bench", rows.error());
  print(session, *rows);
  return ExitStatus::ok;
}

}  // namespace czip::tool
