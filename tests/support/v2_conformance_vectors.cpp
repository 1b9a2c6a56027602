#include "support/v2_conformance_vectors.hpp"

#include "czip/codec/v2/record.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "support/files.hpp"
#include "support/results.hpp"
#include "support/sample_text.hpp"
#include "support/v2_files.hpp"
#include "support/v2_frames.hpp"
#include "support/v2_language_model.hpp"
#include "support/v2_random_model.hpp"

namespace czip::test {

namespace {

constexpr RandomModelV2 kNetworksRecipe{.seed = 18,
                                        .merged_tokens = 60,
                                        .prior_orders = 4,
                                        .network = true,
                                        .group_size = 24,
                                        .recurrent = true};

constexpr RandomModelV2 kLanguageRecipe{
    .seed = 13, .merged_tokens = 20, .prior_orders = 1, .language_model = true};

// The texts of its files are its prior's, and go on otherwise.
constexpr RandomModelV2 kPriorRecipe{.seed = 14,
                                     .merged_tokens = 20,
                                     .prior_orders = 1,
                                     .language_model = true,
                                     .prior_bytes = 1500};

// A line over and over, which takes a block of its own, between words.
Bytes with_lines() {
  Bytes text = words(1000);
  const Bytes line = to_bytes("one line, again and again\n");
  while (text.size() < 80'000) text.insert(text.end(), line.begin(), line.end());
  const Bytes end = words(500);
  text.insert(text.end(), end.begin(), end.end());
  return text;
}

// A long line over and over, whose pattern is coded.
Bytes long_lines() {
  const Bytes line = to_bytes(english_text(500));
  Bytes text;
  while (text.size() < 80'000) text.insert(text.end(), line.begin(), line.end());
  return text;
}

struct StageFile {
  std::string name;
  std::string model;
};

std::vector<StageFile> stage_files() {
  std::vector<StageFile> files;
  for (const char* name : {"english.txt.1.czip", "english.txt.3.czip", "english.txt.6.czip"})
    files.push_back({std::string("v2/") + name, "v2/tiny.czm"});
  const RandomModelFilesV2 networks = network_files_v2();
  for (const RandomModelFileV2& file : networks.files) files.push_back({file.name, networks.model});
  files.push_back({"v2/language.czip", "v2/language.czm"});
  files.push_back({"v2/language.streams.czip", "v2/language.czm"});
  files.push_back({"v2/language.prior.4.czip", "v2/language.prior.czm"});
  return files;
}

}  // namespace

std::vector<StoredFileV2> stored_files_v2() {
  std::vector<StoredFileV2> files;
  for (const std::string name : {"empty.txt", "english.txt", "repeated.txt", "bytes.bin"})
    for (const int level : {1, 3, 6, 9})
      files.push_back({"v2/" + name + "." + std::to_string(level) + ".czip",
                       read_file(CZIP_CONFORMANCE_DIR "/v1/" + name),
                       {.level = level, .threads = 1}});
  files.push_back({"v2/words.czip",
                   words(150000),
                   {.level = 6, .threads = 2, .block_bytes = v2::kMinBlockBytes}});
  files.push_back({"v2/lines.czip", with_lines(), {.level = 6, .threads = 1}});
  files.push_back({"v2/pattern.czip", long_lines(), {.level = 6, .threads = 1}});
  files.push_back({"v2/x86.czip", x86_code(20'000), {.level = 6, .threads = 1}});
  for (StoredFileV2& file : files) file.options.text_bytes = file.text.size();
  return files;
}

std::vector<StoredRawRecordV2> raw_records_v2(SimdLevel simd) {
  std::vector<Bytes> texts{{}, {0xff}};
  for (const std::size_t size : {20U, 140U, 224U, 225U, 500U, 5000U})
    texts.push_back(to_bytes(log_text(size, size)));
  texts.push_back(random_bytes(30, 1));
  std::vector<StoredRawRecordV2> records;
  for (const int level : {1, 3, 6}) {
    auto coder = value_of(v2::RecordCoder::create(tiny_model_v2(), {.level = level, .simd = simd}));
    for (const Bytes& text : texts) {
      records.push_back({level, text, {}});
      insist(coder.encode(text, records.back().record));
    }
  }
  return records;
}

std::string to_json(const std::vector<StoredRawRecordV2>& records) {
  const auto hex = [](const Bytes& bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::string digits;
    for (const std::uint8_t byte : bytes) {
      digits += kDigits[byte >> 4];
      digits += kDigits[byte & 15];
    }
    return digits;
  };
  Json all = Json::array();
  for (const StoredRawRecordV2& record : records)
    all.push_back({{"model", "v2/tiny.czm"},
                   {"profile", v2::level_settings(record.level).profile},
                   {"text", hex(record.text)},
                   {"record", hex(record.record)}});
  return all.dump(1) + "\n";
}

StoredRecordFileV2 record_file_v2(SimdLevel simd) {
  StoredRecordFileV2 stored{.name = "v2/records.czip", .text = {}, .file = {}};
  v2::RecordFileEnd end;
  // The second part begins with the newline that ends the open row.
  for (const Bytes& part :
       {to_bytes(csv_text(1500) + "\"two\nlines\",open"), to_bytes(csv_text(700, 2) + "last")}) {
    MemorySource source(part);
    MemorySink sink;
    v2::RecordFileOptions options{.separation = v2::RecordSeparation::csv,
                                  .frame_text = 512,
                                  .encoding = {.level = 6, .threads = 1, .simd = simd}};
    if (end.open) stored.text.push_back('\n');
    end = value_of(v2::write_records(tiny_model_v2(), source, sink, options, end)).end;
    stored.text.insert(stored.text.end(), part.begin(), part.end());
    stored.file.insert(stored.file.end(), sink.bytes().begin(), sink.bytes().end());
  }
  return stored;
}

RandomModelFilesV2 network_files_v2() {
  RandomModelFilesV2 made{"v2/networks.czm", make_random_model_v2(kNetworksRecipe), {}};
  const v2::Model model = value_of(v2::Model::parse(made.model_file));
  const auto add = [&](const char* name, const v2::BlockSettings& settings) {
    const Bytes text = to_bytes(csv_text(2000));
    made.files.push_back(
        {std::string("v2/") + name, text, compact_frame(model, text, {.settings = settings})});
  };
  add("csv.recurrent.czip", {.profile = 1});
  add("csv.network.czip", {.profile = 2, .network = true});
  add("csv.streams.czip", {.profile = 2, .streams_log2 = 2, .network = true});
  return made;
}

RandomModelFilesV2 language_model_files_v2() {
  RandomModelFilesV2 made{"v2/language.czm", make_random_model_v2(kLanguageRecipe), {}};
  const v2::Model model = value_of(v2::Model::parse(made.model_file));
  constexpr v2::BlockSettings kOneStream{.language_model = true};
  const Bytes text = text_of_language_model(model, 2000, 1);
  made.files.push_back(
      {"v2/language.czip", text, compact_frame(model, text, {.settings = kOneStream})});
  const v2::BlockSettings streams{.streams_log2 = 3, .language_model = true};
  made.files.push_back(
      {"v2/language.streams.czip", text, compact_frame(model, text, {.settings = streams})});

  // With a block of the model's other parts, and with a pattern.
  FullFrameRecipe blocks{.blocks = {}};
  blocks.blocks.push_back({.text_bytes = 600, .settings = kOneStream});
  blocks.blocks.push_back({.text_bytes = 500, .settings = {.profile = 2}});
  blocks.blocks.push_back({.text_bytes = 700,
                           .type = v2::BlockType::coded_pattern,
                           .settings = kOneStream,
                           .pattern_bytes = 300});
  Bytes mixed = text_of_language_model(model, 600, 2);
  mixed.resize(600);
  const Bytes csv = to_bytes(csv_text(500));
  mixed.insert(mixed.end(), csv.begin(), csv.begin() + 500);
  for (std::size_t i = 0; i < 700; ++i) mixed.push_back(text[i % 300]);
  made.files.push_back({"v2/language.blocks.czip", mixed, full_frame(model, mixed, blocks)});
  return made;
}

RandomModelFilesV2 language_prior_files_v2() {
  RandomModelFilesV2 made{"v2/language.prior.czm", make_random_model_v2(kPriorRecipe), {}};
  const v2::Model model = value_of(v2::Model::parse(made.model_file));
  const Bytes prior = text_of_language_model(model, kPriorRecipe.prior_bytes, kPriorRecipe.seed);
  Bytes text(prior.begin() + 500, prior.begin() + 900);
  const Bytes other = text_of_language_model(model, 1000, 1);
  text.insert(text.end(), other.begin(), other.end());
  text.insert(text.end(), prior.begin() + 200, prior.begin() + 600);
  for (const int streams_log2 : {0, 2})
    made.files.push_back(
        {"v2/language.prior." + std::to_string(1 << streams_log2) + ".czip", text,
         compact_frame(model, text,
                       {.settings = {.streams_log2 = static_cast<std::uint8_t>(streams_log2),
                                     .language_model = true}})});
  return made;
}

Json stage_vectors_v2(SimdLevel simd) {
  Json vectors = Json::array();
  const std::string folder = CZIP_CONFORMANCE_DIR "/";
  for (const StageFile& stored : stage_files()) {
    const Bytes model_file = read_file(folder + stored.model);
    const v2::Model model = value_of(v2::Model::parse(model_file));
    vectors.push_back(
        {{"file", stored.name},
         {"model", stored.model},
         {"tokens", stages_v2(model, read_file(folder + stored.name), kStageDecisions, simd)}});
  }
  return vectors;
}

std::string armour_of(const Bytes& file) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kLineBytes = 48;  // 64 digits
  std::string text = "-----BEGIN CZIP FILE-----\n";
  for (std::size_t at = 0; at < file.size(); at += 3) {
    const auto byte = [&](std::size_t i) { return i < file.size() ? std::size_t{file[i]} : 0; };
    const std::size_t bits = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    for (std::size_t i = 0; i < 4; ++i)
      text += at + i > file.size() ? '=' : kDigits[bits >> (18 - 6 * i) & 63];
    if ((at + 3) % kLineBytes == 0 || at + 3 >= file.size()) text += '\n';
  }
  return text + "-----END CZIP FILE-----\n";
}

}  // namespace czip::test
