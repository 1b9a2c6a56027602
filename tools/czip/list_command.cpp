// czip list: what files say of themselves, as a table or as JSON.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "czip/codec/czip_v1.hpp"
#include "file_io.hpp"
#include "model_file.hpp"
#include "session.hpp"
#include "targets.hpp"
#include "text.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kHeading =
    "Format  Codec   Context  Level    Chunks      Tokens   Compressed         Text    Ratio  "
    "Name\n";

struct Listed {
  std::string name;
  v1::FileInfo info;
};

// 0: no level has that context.
int level_number(const v1::FileInfo& info) {
  for (int level = v1::kMinLevel; level <= v1::kMaxLevel; ++level)
    if (v1::level_context_log2(level) == info.context_log2) return level;
  return 0;
}

double bits_per_byte(const v1::FileInfo& info) {
  return percent(info.file_bytes, info.text_bytes) * 8 / 100;
}

std::string hex(std::uint32_t value) { return format("%08x", value); }

std::string path_hash_says(const Arguments& arguments, const v1::FileInfo& info) {
  if (arguments.model.empty()) return "";
  const bool same = model_path_hash(arguments.model) == info.model_path_hash;
  return same ? ", that of -m as typed" : ", not that of -m as typed (which proves nothing)";
}

std::string table_row(const Listed& file) {
  const v1::FileInfo& info = file.info;
  const int level = level_number(info);
  return format("CZIPv1  %-6s %8u %6s %9s %11s %12s %12s %6.1f %%  %s\n",
                std::string(v1::outer_codec_name(info.outer)).c_str(), 1U << info.context_log2,
                level == 0 ? "-" : std::to_string(level).c_str(), grouped(info.chunks).c_str(),
                grouped(info.tokens).c_str(), grouped(info.file_bytes).c_str(),
                grouped(info.text_bytes).c_str(), percent(info.file_bytes, info.text_bytes),
                printable(file.name).c_str());
}

std::string details(const Arguments& arguments, const v1::FileInfo& info) {
  return format(
      "        path hash %s%s; payload %s bytes, last chunk %s tokens, %.3f bits per byte\n",
      hex(info.model_path_hash).c_str(), path_hash_says(arguments, info).c_str(),
      grouped(info.payload_bytes).c_str(), grouped(info.last_chunk_tokens).c_str(),
      bits_per_byte(info));
}

std::string total_row(const std::vector<Listed>& files) {
  std::uint64_t chunks = 0;
  std::uint64_t tokens = 0;
  std::uint64_t compressed = 0;
  std::uint64_t text = 0;
  for (const Listed& file : files) {
    chunks += file.info.chunks;
    tokens += file.info.tokens;
    compressed += file.info.file_bytes;
    text += file.info.text_bytes;
  }
  return format("%-30s %9s %11s %12s %12s %6.1f %%  %zu files\n", "total", grouped(chunks).c_str(),
                grouped(tokens).c_str(), grouped(compressed).c_str(), grouped(text).c_str(),
                percent(compressed, text), files.size());
}

Json to_json(const Arguments& arguments, const Listed& file) {
  const v1::FileInfo& info = file.info;
  Json json;
  json["name"] = file.name;
  json["format"] = v1::kMagic;
  json["codec"] = v1::outer_codec_name(info.outer);
  json["context"] = std::uint64_t{1} << info.context_log2;
  const int level = level_number(info);
  json["level"] = level == 0 ? Json() : Json(level);
  json["chunks"] = info.chunks;
  json["last_chunk_tokens"] = info.last_chunk_tokens;
  json["tokens"] = info.tokens;
  json["compressed_bytes"] = info.file_bytes;
  json["payload_bytes"] = info.payload_bytes;
  json["text_bytes"] = info.text_bytes;
  json["ratio_percent"] = percent(info.file_bytes, info.text_bytes);
  json["bits_per_byte"] = bits_per_byte(info);
  json["flags"] = info.flags;
  json["tokenizer_id"] = info.tokenizer_id;
  json["path_hash"] = hex(info.model_path_hash);
  if (!arguments.model.empty())
    json["path_hash_matches_model"] = model_path_hash(arguments.model) == info.model_path_hash;
  return json;
}

}  // namespace

ExitStatus run_list(Session& session) {
  const Arguments& arguments = session.arguments;
  ExitStatus status = ExitStatus::ok;
  const std::vector<std::string> names = expand_directories(arguments, session.console, status);
  std::vector<Listed> files;
  const ExitStatus handled = for_each_input(session, names, [&](Input& input) -> Status {
    if (const auto made = make_seekable(input, v1::kMagic); !made) return made;
    FileSource source(input.file.get());
    const auto info = v1::inspect(source);
    if (!info) return tl::unexpected(info.error());
    files.push_back({std::string(input.is_stdin() ? "(standard input)" : input.name), *info});
    return {};
  });

  if (arguments.json) {
    Json report = Json::array();
    for (const Listed& file : files) report.push_back(to_json(arguments, file));
    // Names need not be UTF-8, JSON must.
    session.console.print(report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else if (!files.empty()) {
    session.console.print(kHeading);
    for (const Listed& file : files) {
      session.console.print(table_row(file));
      if (arguments.verbose) session.console.print(details(arguments, file.info));
    }
    if (files.size() > 1) session.console.print(total_row(files));
  }
  return worst(status, handled);
}

}  // namespace czip::tool
