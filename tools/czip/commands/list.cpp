// czip list: formats, sizes and models of files, as a table or as JSON.
#include <unistd.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/list_members.hpp"
#include "archive/named_members.hpp"
#include "archive/open_archive.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/json_stream.hpp"
#include "cli/session.hpp"
#include "cli/trailing_data.hpp"
#include "commands/commands.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "io/armoured_input.hpp"
#include "io/formats.hpp"
#include "io/input.hpp"
#include "io/streams.hpp"
#include "models/model_file.hpp"
#include "models/model_store.hpp"
#include "v1/file_level.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat2 = "CZIPv2";

// One file. Each format has columns of its own, which `heading` names.
struct Listed {
  std::string name{};
  const char* heading = nullptr;
  std::string columns{};
  std::uint64_t file_bytes = 0;
  std::uint64_t text_bytes = 0;
};

constexpr const char* kHeading1 = "Format  Codec   Context  Level    Chunks      Tokens";
constexpr const char* kHeading2 = "Format  Kind                Blocks     Recovery";
constexpr const char* kHeadingOfSizes = "   Compressed         Text    Ratio  Name\n";

std::string sizes(std::uint64_t file_bytes, std::uint64_t text_bytes) {
  return format(" %12s %12s %6.1f %%  ", grouped(file_bytes).c_str(), grouped(text_bytes).c_str(),
                percent(file_bytes, text_bytes));
}

std::string columns_of(const v1::FileInfo& info) {
  const int level = level_of(info).value_or(0);
  return format("%-7s %-7s %7s %6s %9s %11s", std::string(v1::kMagic).c_str(),
                std::string(v1::outer_codec_name(info.outer)).c_str(),
                std::to_string(std::uint64_t{1} << info.context_log2).c_str(),
                (level == 0 ? "other" : std::to_string(level)).c_str(),
                grouped(info.chunks).c_str(), grouped(info.tokens).c_str());
}

// A compact frame does not say its level.
std::string columns_of(const v2::FileInfo& info) {
  const v2::FrameInfo& frame = info.first_frame;
  const std::string kind = frame.compact ? "compact" : "level " + std::to_string(frame.level);
  const std::uint64_t recovery = info.trailing.recovery_bytes;
  return format("%-7s %-16s %9s %12s", kFormat2, (frame.archive ? "archive " + kind : kind).c_str(),
                grouped(info.blocks).c_str(), recovery == 0 ? "-" : grouped(recovery).c_str());
}

double bits_per_byte(std::uint64_t file_bytes, std::uint64_t text_bytes) {
  return percent(file_bytes, text_bytes) * 8 / 100;
}

Json level_json(int level) { return level == 0 ? Json() : Json(level); }

std::string hex(std::uint32_t value) { return format("%08x", value); }

std::string path_hash_says(const Arguments& arguments, const v1::FileInfo& info) {
  if (arguments.model.empty()) return "";
  const bool same = model_path_hash(arguments.model) == info.model_path_hash;
  return same ? ", that of -m as typed" : ", not that of -m as typed (which proves nothing)";
}

Json to_json(const Arguments& arguments, const std::string& name, const v1::FileInfo& info) {
  Json json = Json::object();
  json["name"] = name;
  json["format"] = v1::kMagic;
  json["codec"] = v1::outer_codec_name(info.outer);
  json["context"] = std::uint64_t{1} << info.context_log2;
  json["level"] = level_json(level_of(info).value_or(0));
  json["chunks"] = info.chunks;
  json["last_chunk_tokens"] = info.last_chunk_tokens;
  json["tokens"] = info.tokens;
  json["compressed_bytes"] = info.file_bytes;
  json["payload_bytes"] = info.payload_bytes;
  json["text_bytes"] = info.text_bytes;
  json["ratio_percent"] = percent(info.file_bytes, info.text_bytes);
  json["bits_per_byte"] = bits_per_byte(info.file_bytes, info.text_bytes);
  json["flags"] = info.flags;
  json["tokenizer_id"] = info.tokenizer_id;
  json["path_hash"] = hex(info.model_path_hash);
  if (!arguments.model.empty())
    json["path_hash_matches_model"] = model_path_hash(arguments.model) == info.model_path_hash;
  return json;
}

std::string details(const Arguments& arguments, const v1::FileInfo& info) {
  return format(
      "        path hash %s%s; payload %s bytes, last chunk %s tokens, %.3f bits per byte\n",
      hex(info.model_path_hash).c_str(), path_hash_says(arguments, info).c_str(),
      grouped(info.payload_bytes).c_str(), grouped(info.last_chunk_tokens).c_str(),
      bits_per_byte(info.file_bytes, info.text_bytes));
}

Json to_json(ModelStore& models, const v2::FrameInfo& frame) {
  Json json = Json::object();
  json["kind"] = frame.compact ? "compact" : "full";
  json["version"] = frame.compact ? Json() : Json(v2::kFormatVersionName);
  json["archive"] = frame.archive;
  json["level"] = level_json(frame.level);
  json["compressed_bytes"] = frame.file_bytes;
  json["text_bytes"] = frame.text_bytes;
  json["block_bytes"] = frame.block_bytes;
  json["blocks"] = frame.blocks;
  json["stored_blocks"] = frame.stored_blocks;
  json["network_blocks"] = frame.network_blocks;
  json["language_model_blocks"] = frame.language_model_blocks;
  json["text_xxh3_128"] = frame.text_hash ? Json(to_hex(*frame.text_hash)) : Json();
  json["model_hash"] = frame.model ? Json(frame.model->hex()) : Json();
  const std::string name = frame.model ? models.name_of(*frame.model) : "";
  json["model_name"] = name.empty() ? Json() : Json(name);
  return json;
}

std::string details(ModelStore& models, const v2::FrameInfo& frame) {
  std::string text = "        ";
  if (!frame.compact) text += "version " + std::string(v2::kFormatVersionName) + "; ";
  if (frame.model) {
    const std::string name = models.name_of(*frame.model);
    text += "model " + frame.model->hex() + (name.empty() ? "" : " (" + printable(name) + ")");
  } else {
    text += "no model";
  }
  text += "; " + grouped(frame.stored_blocks) + " of " + grouped(frame.blocks) + " blocks stored";
  if (frame.network_blocks != 0) text += ", " + grouped(frame.network_blocks) + " with the network";
  if (frame.language_model_blocks != 0)
    text += ", " + grouped(frame.language_model_blocks) + " with the language model";
  if (frame.text_hash) text += ", text hash " + to_hex(*frame.text_hash);
  return text + format(", %.3f bits per byte\n", bits_per_byte(frame.file_bytes, frame.text_bytes));
}

// Of a record file; nullopt: it is none, or its index is damaged.
std::optional<v2::RecordFile> records_of(RandomAccessSource& file, const v2::FileInfo& info) {
  if (info.first_frame.archive || info.trailing.attachment_bytes == 0) return std::nullopt;
  auto records = v2::RecordFile::open(file);
  return records ? std::optional(std::move(*records)) : std::nullopt;
}

std::string records_row(const v2::RecordFile& records) {
  return format("        %s records (%s) in %s frames\n", grouped(records.records()).c_str(),
                std::string(v2::record_separation_name(records.separation())).c_str(),
                grouped(records.frames()).c_str());
}

Json to_json(const std::string& name, const v2::FileInfo& info,
             const std::optional<v2::RecordFile>& records) {
  Json json = Json::object();
  json["name"] = name;
  json["format"] = kFormat2;
  json["archive"] = info.first_frame.archive;
  json["compressed_bytes"] = info.file_bytes;
  json["text_bytes"] = info.text_bytes;
  json["ratio_percent"] = percent(info.file_bytes, info.text_bytes);
  json["bits_per_byte"] = bits_per_byte(info.file_bytes, info.text_bytes);
  json["recovery_bytes"] = info.trailing.recovery_bytes;
  json["attachment_bytes"] = info.trailing.attachment_bytes;
  json["records"] = records ? Json(records->records()) : Json();
  json["record_kind"] = records ? Json(v2::record_separation_name(records->separation())) : Json();
  return json;
}

// Prints what it is given at once, so that neither many files nor many frames take memory. A file
// is read to its end before anything of it is printed, and again for each of its frames.
class Lister {
 public:
  Lister(Session& session, ModelStore& models)
      : session_(&session), models_(&models), json_(session.console) {}

  Status begin() { return wants_json() ? json_.begin() : Status{}; }
  Status add(Input& input) {
    if (isatty(input.file.get()) == 0) CZIP_TRY(remove_armour(input));
    CZIP_TRY_ASSIGN(const auto file_format, detect_format(input));
    CZIP_TRY(make_seekable(input));
    const std::string name = input.is_stdin() ? "(standard input)" : input.name;
    return file_format == FileFormat::czip_v1 ? add_v1(name, input) : add_v2(name, input);
  }
  Status end() {
    if (wants_json()) return json_.close();
    if (files_ > 1) session_->console.print(total_row());
    return {};
  }

 private:
  [[nodiscard]] bool wants_json() const { return session_->arguments.json; }

  [[nodiscard]] Status check_length(std::uint64_t text_bytes) const {
    const auto limit = session_->arguments.max_output;
    if (!limit || text_bytes <= *limit) return {};
    return fail(ErrorCode::over_limit, "has a text of " + std::to_string(text_bytes) +
                                           " bytes, more than the " + std::to_string(*limit) +
                                           " that --max-output allows");
  }

  Status add_v1(const std::string& name, const Input& input) {
    FileSource source(input.file.get());
    CZIP_TRY_ASSIGN(const auto info, v1::inspect(source));
    CZIP_TRY(check_length(info.text_bytes));
    const Arguments& arguments = session_->arguments;
    if (wants_json()) {
      CZIP_TRY(json_.add(to_json(arguments, name, info)));
      return check_trailing_data(*session_, input.label(), info.trailing);
    }
    print_row({.name = name,
               .heading = kHeading1,
               .columns = columns_of(info),
               .file_bytes = info.file_bytes,
               .text_bytes = info.text_bytes});
    if (arguments.verbose) session_->console.print(details(arguments, info));
    return check_trailing_data(*session_, input.label(), info.trailing);
  }

  Status add_v2(const std::string& name, Input& input) {
    FileRandomAccess source(input.file.get());
    CZIP_TRY_ASSIGN(const auto info, v2::inspect(source));
    CZIP_TRY(check_length(info.text_bytes));
    const auto records = records_of(source, info);
    if (wants_json()) {
      CZIP_TRY(json_.open(to_json(name, info, records), "frames"));
      // If the file has changed since, the report ends early, and is JSON all the same.
      const auto frames = v2::inspect(
          source, [&](const v2::FrameInfo& frame) { return json_.add(to_json(*models_, frame)); });
      if (frames && info.first_frame.archive) {
        CZIP_TRY(json_.next("members"));
        const Status listed = list_members_if_readable(input);
        CZIP_TRY(json_.close());
        CZIP_TRY(listed);
      } else {
        CZIP_TRY(json_.close());
      }
      CZIP_TRY(frames);
      return check_trailing_data(*session_, input.label(), info.trailing);
    }
    print_row({.name = name,
               .heading = kHeading2,
               .columns = columns_of(info),
               .file_bytes = info.file_bytes,
               .text_bytes = info.text_bytes});
    if (records) session_->console.print(records_row(*records));
    if (session_->arguments.verbose) {
      CZIP_TRY(v2::inspect(source, [&](const v2::FrameInfo& frame) {
        session_->console.print(details(*models_, frame));
        return session_->console.flush();
      }));
    }
    if (info.first_frame.archive) CZIP_TRY(list_members_if_readable(input));
    return check_trailing_data(*session_, input.label(), info.trailing);
  }

  // Without an index, members are found by decoding. Where the model for that is missing, what the
  // file says of itself is listed all the same, unless members were asked for.
  Status list_members_if_readable(Input& input) {
    Status listed = list_members(input);
    const bool asked = !session_->arguments.members.empty() || session_->arguments.at != 0;
    if (listed || asked || listed.error().code != ErrorCode::model_mismatch) return listed;
    session_->console.warning(
        input.label(), "its members are not listed, for it has no index that can be used, and " +
                           listed.error().message);
    return {};
  }

  Status list_members(Input& input) {
    CZIP_TRY_ASSIGN(auto* const models, models_for_decoding());
    CZIP_TRY_ASSIGN(const auto view, open_archive(*session_, *models, input));
    CZIP_TRY_ASSIGN(const auto state, wanted_state(*session_, view));
    CZIP_TRY_ASSIGN(const auto members,
                    select_members(*session_, state, session_->arguments.members));
    if (!wants_json()) session_->console.print("\n" + member_heading());
    for (const PlacedMember* const placed : members) {
      if (wants_json()) {
        CZIP_TRY(json_.add(member_json(*placed)));
        continue;
      }
      session_->console.print(member_row(*placed));
      CZIP_TRY(session_->console.flush());
    }
    if (wants_json()) return {};
    const std::size_t version =
        session_->arguments.at == 0 ? view.versions.size() : session_->arguments.at;
    session_->console.print(grouped(members.size()) + " members of version " + grouped(version) +
                            " of " + grouped(view.versions.size()) + "\n\n");
    return {};
  }

  // Only archives need the model that -m names: for CZIPv1 its name alone is compared, as typed.
  Result<ModelStore*> models_for_decoding() {
    if (!decoding_models_) {
      CZIP_TRY_ASSIGN(auto opened, ModelStore::open(session_->arguments));
      decoding_models_ = std::move(opened);
    }
    return &*decoding_models_;
  }

  // A file of another format than the one before gets a heading of its own.
  void print_row(const Listed& file) {
    if (file.heading != heading_)
      session_->console.print((files_ == 0 ? "" : "\n") + std::string(file.heading) +
                              kHeadingOfSizes);
    heading_ = file.heading;
    session_->console.print(file.columns + sizes(file.file_bytes, file.text_bytes) +
                            printable(file.name) + "\n");
    ++files_;
    file_bytes_ += file.file_bytes;
    text_bytes_ += file.text_bytes;
  }

  [[nodiscard]] std::string total_row() const {
    std::string total = "total";
    total.resize(std::string_view(heading_).size(), ' ');
    return total + sizes(file_bytes_, text_bytes_) + grouped(files_) + " files\n";
  }

  Session* session_;
  ModelStore* models_;                         // which know names
  std::optional<ModelStore> decoding_models_;  // opened when they are needed
  JsonStream json_;
  const char* heading_ = nullptr;  // the last one printed
  // Of all files:
  std::uint64_t files_ = 0;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t text_bytes_ = 0;
};

}  // namespace

ExitStatus run_list(Session& session) {
  ExitStatus status = ExitStatus::ok;
  const std::vector<std::string> names =
      expand_directories(session.arguments, session.console, status);
  // Of most files, models are needed only for their names, and CZIPv1 has none.
  auto models = ModelStore::open({});
  if (!models) return session.console.error("", models.error());
  Lister lister(session, *models);
  if (const auto begun = lister.begin(); !begun) return session.console.error("", begun.error());
  status =
      more_severe(status, for_each_named_input(session, inputs_and_members(session, *models, names),
                                               [&](Input& input) { return lister.add(input); }));
  const auto ended = lister.end();
  return ended ? status : more_severe(status, session.console.error("", ended.error()));
}

}  // namespace czip::tool
