// Writes the inputs that fuzzing starts from, one folder for each target: they are made by the
// present code, so that they follow its formats. Usage: fuzz_seeds FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/record.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "fuzz/codec/model_v2.hpp"
#include "import/gguf_builder.hpp"
#include "support/files.hpp"
#include "support/sample_text.hpp"
#include "support/splitmix64.hpp"
#include "support/v1_seeded_model.hpp"
#include "support/v1_seeded_tokenizer.hpp"
#include "support/v2_files.hpp"
#include "support/v2_frames.hpp"
#include "support/v2_language_model.hpp"

namespace fs = std::filesystem;
namespace {

using namespace czip;
using namespace czip::test;

class Seeds {
 public:
  explicit Seeds(fs::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, const Bytes& input) {
    fs::create_directories(folder_ / target);
    if (!write_file(folder_ / target / ("seed-" + std::to_string(count_++)), input)) ok_ = false;
  }
  void add(const std::string& target, std::uint8_t first, const Bytes& rest) {
    add(target, joined({{first}, rest}));
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  fs::path folder_;
  int count_ = 0;
  bool ok_ = true;
};

void add_v2_containers(Seeds& seeds) {
  const Bytes small = words(300);
  const Bytes mixed = joined({words(700), random_bytes(300, 2), words(200)});
  std::vector<Bytes> files{encoded_v2(small),
                           encoded_v2(random_bytes(40, 1)),
                           encoded_v2({}),
                           small_block_frame(mixed, {.block_bytes = 500}),
                           small_block_frame(mixed, {.block_bytes = 400, .announced = false}),
                           small_block_frame({}),
                           encoded_v2(small, {.level = 1, .threads = 1, .archive = true})};
  // With the model that the target knows.
  const v2::Model& model = fuzz_model_v2();
  for (const int level : {1, 4, 7, 9}) {
    MemorySink file;
    if (v2::encode(model, small, file, {.level = level, .threads = 1}))
      files.push_back(file.bytes());
  }
  const Bytes predicted = text_of_language_model(model, 400, 1);
  for (const std::uint8_t streams_log2 : Bytes{0, 3}) {
    const v2::BlockSettings settings{.streams_log2 = streams_log2, .language_model = true};
    files.push_back(compact_frame(model, predicted, {.settings = settings}));
    FullFrameRecipe recipe{.blocks = {}};
    recipe.blocks.push_back({.text_bytes = predicted.size(), .settings = settings});
    files.push_back(full_frame(model, predicted, recipe));
  }
  files.push_back(joined({files[3], files[0], files[1]}));
  for (const Bytes& file : files)
    for (std::uint8_t mode = 0; mode < 3; ++mode) {
      seeds.add("v2_container", mode, file);
      seeds.add("c_api_stream", joined({{mode, 3, 0, 99, 7}, file}));
      seeds.add("salvage", joined({{mode, 0}, file}));
      const auto edits = static_cast<std::uint8_t>(1 + mode);
      for (std::uint64_t i = 0; i < 7; ++i) {
        Bytes choices = random_bytes(std::size_t{13} * edits, 3 * i + mode);
        choices[0] = static_cast<std::uint8_t>(i);
        seeds.add("salvage", joined({{mode, edits}, choices, file}));
      }
    }
}

void add_v1_containers(Seeds& seeds) {
  const auto model = v1::load_model(make_seeded_model(tiny_model_options()));
  if (!model) return;
  for (const auto outer : {v1::OuterCodec::brotli, v1::OuterCodec::zstd}) {
    for (const Bytes& text : {Bytes{}, to_bytes("x"), words(500), random_bytes(60, 3)}) {
      const v1::EncodeOptions options{.level = {}, .outer = outer, .threads = 1};
      MemorySink file;
      if (v1::encode(*model, text, file, options)) seeds.add("v1_container", 0, file.bytes());
      const auto payload = v1::encode_payload(*model, text, options);
      const auto size = static_cast<std::uint8_t>(text.size() >> 8);
      const Bytes length{1, 0, 0, size, static_cast<std::uint8_t>(text.size())};
      if (payload) seeds.add("v1_container", joined({length, *payload}));
    }
  }
}

void add_round_trips(Seeds& seeds) {
  const std::vector<Bytes> texts{{},
                                 to_bytes("a"),
                                 words(200),
                                 every_byte(300),
                                 to_bytes(english_text(400)),
                                 to_bytes(json_text(300)),
                                 Bytes(100),
                                 to_bytes("\xc3\xa9\xe2\x82\xac\xff\xc0\x80")};
  std::uint8_t flags = 0;
  for (std::uint8_t level = 0; level < 9; ++level)
    for (std::size_t i = level % 2; i < texts.size(); i += 2)
      seeds.add("round_trip", joined({{2, level, flags++, 200}, texts[i]}));
  for (const std::uint8_t streams : Bytes{0, 2, 6})
    for (const Bytes& text : texts) seeds.add("round_trip", joined({{1, streams}, text}));
  for (std::uint8_t level = 0; level < 5; ++level)
    for (const Bytes& text : texts) seeds.add("round_trip", joined({{0, level, flags++}, text}));
}

void add_recovery(Seeds& seeds) {
  const std::vector<Bytes> files{small_block_frame(words(900), {.block_bytes = 500}),
                                 encoded_v2(words(100)), random_bytes(5000, 4), to_bytes("x")};
  for (const Bytes& file : files)
    for (const std::uint8_t percent : Bytes{4, 29, 99})
      for (std::uint8_t kind = 0; kind <= 5; ++kind) {
        Bytes choices = random_bytes(kind < 5 ? 17 : 0, std::uint64_t{percent} + kind);
        if (kind < 5) choices[0] = kind;
        const std::uint8_t edits = kind < 5 ? 1 : 0;
        seeds.add("recovery", joined({{percent, edits}, choices, file}));
      }
}

// Records of each level, right and cut; texts; and indexes and texts of records.
void add_records(Seeds& seeds) {
  for (std::uint8_t profile = 0; profile < 3; ++profile) {
    for (const std::size_t size : {20U, 140U, 300U}) {
      const Bytes text = to_bytes(log_text(size, size));
      seeds.add("raw_record", static_cast<std::uint8_t>(129 + profile), text);
      auto coder = v2::RecordCoder::create(tiny_model_v2(), {.level = 1 + 5 * (profile % 2)});
      Bytes record;
      if (coder && coder->encode(text, record)) seeds.add("raw_record", profile, record);
    }
    seeds.add("raw_record", profile, {254, 255, 255, 1, 2, 3});
    seeds.add("raw_record", profile, random_bytes(40, profile));
  }
  for (std::uint8_t task = 0; task < 2; ++task)
    for (const Bytes& index : std::vector<Bytes>{{1, 1, 1, 1, 8, 22}, {1, 4, 0, 2, 4, 9, 5, 9}})
      seeds.add("record_index", task, index);
  for (std::uint8_t kind = 0; kind < 4; ++kind)
    for (const Bytes& text : {to_bytes(csv_text(500)), to_bytes("\"a\nb\"\n\n"), Bytes{0, 0, 10}})
      seeds.add("record_index", static_cast<std::uint8_t>(3 + 4 * kind), text);
  const Bytes rows = to_bytes(csv_text(300));
  MemorySource source(rows);
  MemorySink file;
  if (v2::write_records(tiny_model_v2(), source, file,
                        {.frame_text = 100, .encoding = {.level = 1, .threads = 1}}))
    seeds.add("record_index", 2, file.bytes());
}

// Whole files, and edits of the target's own.
void add_ggufs(Seeds& seeds) {
  seeds.add("gguf", 0, small_gguf());
  seeds.add("gguf", 0,
            gguf_file({gguf_pair("split.count", 2), gguf_pair("general.alignment", 64)},
                      {gguf_tensor("t", {1}, 30, 0)}, Bytes(128)));
  // One tensor of each type.
  for (std::uint32_t type = 0; type <= 30; ++type)
    seeds.add("gguf", 0,
              gguf_file({}, {gguf_tensor("t", {256, 2}, type, 0)}, random_bytes(2048, type)));
  for (std::size_t i = 0; i < 20; ++i) seeds.add("gguf", 1, random_bytes(6 * (i % 4 + 1), i));
}

// Each byte chooses something, so random ones make good inputs.
void add_random(Seeds& seeds, const std::string& target, int count, std::size_t size) {
  for (int i = 0; i < count; ++i)
    seeds.add(target, random_bytes(size, static_cast<std::uint64_t>(i) + 1));
}

void add_simd(Seeds& seeds) {
  for (std::uint8_t kernel = 0; kernel < 7; ++kernel)
    for (std::uint64_t seed = 0; seed < 12; ++seed)
      seeds.add("simd", kernel, random_bytes(kernel < 5 ? 24 : 200, seed));
}

void add_tokenizers(Seeds& seeds) {
  seeds.add("v1_json", 0, to_bytes(make_seeded_tokenizer(0)));
  seeds.add("v1_json", 0, to_bytes(make_seeded_tokenizer(8)));
  for (const char* pattern :
       {"'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "\\p{N}{1,3}", "(a|b)*?c", "[^\\r\\n\\p{L}]?+", ".", "", "(?i:'s|'t)|\\S+",
        "(?<=x)y|(?>z+)", "a{2,9}|\\b."})
    seeds.add("v1_json", 1, joined({to_bytes(pattern), {0}, words(80)}));
}

// Descriptions of all kinds with a few tokens, and texts.
void add_llm_tokenizers(Seeds& seeds) {
  const std::vector<std::string> tokens{"ab", "abc", " a", "\xc3\xa9", "\xc3\xa9t", "12", "\n\n"};
  Bytes listed{static_cast<std::uint8_t>(tokens.size())};
  for (const std::string& token : tokens) {
    listed.push_back(static_cast<std::uint8_t>(token.size()));
    listed = joined({listed, to_bytes(token)});
  }
  const Bytes text = to_bytes("abc ab 12345 It's \xc3\xa9t\xc3\xa9\xe3\x80\x80!?\r\n\n\t\xff");
  for (std::uint8_t kind = 0; kind < 28; ++kind) {
    const auto bit = [kind](int i) { return static_cast<std::uint8_t>(kind >> i & 1); };
    const auto splitting = static_cast<std::uint8_t>(kind / 4);
    const Bytes orders = bit(0) == 0 ? Bytes{0} : Bytes{6, 5, 4, 3, 2, 1, 0};
    seeds.add("llm_tokenizer",
              joined({{bit(0), bit(1), splitting, bit(0), 0}, listed, orders, {0}, text}));
  }
  add_random(seeds, "llm_tokenizer", 30, 200);
}

// A tokenizer.json in which 256 characters are the bytes.
std::string tokenizer_json(const std::string& steps) {
  std::string vocabulary;
  std::uint32_t id = 0;
  const auto add = [&](std::uint32_t code) {
    const std::string hex = {"0123456789abcdef"[code >> 8 & 15], "0123456789abcdef"[code >> 4 & 15],
                             "0123456789abcdef"[code & 15]};
    vocabulary += "\"\\u0" + hex + "\": " + std::to_string(id++) + ", ";
  };
  for (std::uint32_t code = 33; code < 256; ++code)
    if (code < 127 || (code > 160 && code != 173)) add(code);
  for (std::uint32_t code = 256; code < 324; ++code) add(code);
  return R"({"added_tokens": [{"id": 258, "content": "<s>", "special": true}], )" + steps +
         R"(, "model": {"type": "BPE", "vocab": {)" + vocabulary +
         R"("ab": 256, "aab": 257}, "merges": ["a b", ["a", "ab"]]}})";
}

void add_hugging_face(Seeds& seeds) {
  seeds.add("hugging_face", 0,
            to_bytes(R"({"a": [1, -2, 3.5e-1, "x", null], "b": {"c": true, "d": 1e400}})"));
  for (const char* steps :
       {R"("normalizer": null, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false})",
        R"("normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [)"
        R"({"type": "Digits", "individual_digits": true}, {"type": "ByteLevel"}]})",
        R"("pre_tokenizer": null, "normalizer": {"type": "Sequence", "normalizers": [{"type": )"
        R"("Replace", "pattern": {"String": " "}, "content": "\u2581"}]})"})
    seeds.add("hugging_face", joined({{1, 3}, to_bytes(tokenizer_json(steps))}));
  seeds.add("hugging_face", 2,
            to_bytes(R"({"metadata": {}, "weight_map": {"a": "m-1.safetensors", "b": "m-2"}})"));
  seeds.add(
      "hugging_face", 3,
      safetensors::write({}, std::vector<TensorContent>{{"a", "BF16", {2, 3}, random_bytes(12, 1)},
                                                        {"b", "F32", {2}, Bytes(8)},
                                                        {"c", "BOOL", {1}, {1}}}));
  Bytes bin(4);
  for (std::uint32_t id = 0; id < 260; ++id) {
    std::string text = id < 3 ? "<s>" : id < 259 ? "<0x00>" : "ab";
    if (text[1] == '0') {
      text[3] = "0123456789ABCDEF"[(id - 3) >> 4];
      text[4] = "0123456789ABCDEF"[(id - 3) & 15];
    }
    bin = joined({bin, Bytes(4), le(static_cast<std::uint32_t>(text.size())), to_bytes(text)});
  }
  seeds.add("hugging_face", joined({{4, 4}, bin}));
  Bytes model;
  for (const std::uint32_t field : {16U, 24U, 1U, 1U, 1U, 20U, 16U})
    model = joined({model, le(field)});
  const std::size_t numbers = 20 * 16 + 16 + 4 * 16 * 16 + 16 + 3 * 24 * 16 + 16 + 16 * 16;
  seeds.add("hugging_face", joined({{5}, model, Bytes(4 * numbers)}));
  Bytes ones;
  for (std::size_t i = 0; i < numbers; ++i)  // 0.5 to 1.4
    ones = joined({ones, le(std::uint32_t{0x3f000000} + static_cast<std::uint32_t>(i << 12))});
  seeds.add("hugging_face", joined({{5}, model, ones}));
}

void add_options(Seeds& seeds) {
  for (const char* line :
       {"-d\nfile.czip", "-9\n-k\n-T4\na\nb", "compress\n-i\nin\n-o\nout\n-m\nmodel",
        "list\n--json\nx", "verify\n--against\na\n--text\nb\nm", "train\n-o\nm\ntext\n--minutes=3",
        "help\ntrain", "--version", "-c\n--range=1:2\n-d\nx", "--simd\nscalar\n--format=1\n-l5\nx",
        "-t\n-v\n--rm\n--\n-x", "bench\nf\n--level\n3", "selftest\n--json", "-r\ndir\n-o\nd.czip"})
    seeds.add("options", to_bytes(line));
}

void add_armours(Seeds& seeds) {
  const std::string first = "-----BEGIN CZIP FILE-----\n";
  const std::string last = "-----END CZIP FILE-----\n";
  for (const std::string& text :
       {first + last, first + "Zm9vYg==\n" + last, "> " + first + "> Zm9v\r\n> " + last,
        "Dear B\n" + first + "Zm9v\n" + last + "and\n" + first + "Zg==\n" + last, first + "Zm9v\n",
        std::string("/INAZm9v\n"), std::string("Q1pJUHYxZm9v"), last,
        "\xef\xbb\xbf" + first + "\n  Zm9v\n\n" + last})
    for (const std::uint8_t piece : Bytes{1, 3, 255}) seeds.add("armour", piece, to_bytes(text));
}

// One entry as tar has it, with a checksum that the target mends.
Bytes entry(char type, const std::string& name, const std::string& content,
            const std::string& link = {}) {
  Bytes block(512);
  const auto put = [&](std::size_t at, const std::string& text) {
    std::ranges::copy(text, block.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  std::string size = "00000000000";
  for (std::size_t rest = content.size(), i = size.size(); rest != 0; rest /= 8)
    size[--i] = static_cast<char>('0' + rest % 8);
  put(124, size);
  put(136, "00000000000");
  block[156] = static_cast<std::uint8_t>(type);
  put(157, link);
  put(257, std::string("ustar\0"
                       "00",
                       8));
  Bytes all = joined({block, to_bytes(content)});
  all.resize((all.size() + 511) / 512 * 512);
  return all;
}

void add_tars(Seeds& seeds) {
  const Bytes end(1024);
  seeds.add("tar", end);
  seeds.add("tar", joined({entry('5', "d/", ""), entry('0', "d/f", "text\n"), end}));
  seeds.add("tar", joined({entry('0', "../f", "x"), end}));
  seeds.add("tar", joined({entry('2', "link", "", "/etc"), entry('0', "link/f", "x"), end}));
  seeds.add("tar", joined({entry('0', "a", "x"), entry('1', "b", "", "a"), end}));
  seeds.add("tar",
            joined({entry('x', "pax", "20 path=long/er/name\n"), entry('0', "f", "x"), end}));
  seeds.add("tar", joined({entry('x', "pax",
                                 "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"
                                 "29 GNU.sparse.realsize=70000\n"),
                           entry('0', "s", "1\n65536\n4\nabcd"), end}));
  seeds.add("tar", joined({entry('L', "././@LongLink", "d/" + std::string(150, 'n')),
                           entry('0', "f", "x"), end}));
  seeds.add("tar", joined({entry('6', "pipe", ""), end}));
  seeds.add("tar", joined({entry('g', "pax", "19 comment=anything\n"), entry('0', "f", ""), end}));
}

// Each version is the length of its tar, the tar, and edits of its index.
void add_archives(Seeds& seeds) {
  const Bytes first =
      joined({entry('5', "d/", ""), entry('0', "d/a", "text\n"), entry('0', "d/b", "other"),
              entry('1', "d/c", "", "d/a"), entry('x', "pax", "21 comment=CZIP copy\n"),
              entry('1', "d/d", "", "d/b"), entry('2', "d/e", "", "a")});
  const Bytes second = joined({entry('0', "d/a", "new text\n"), entry('1', "d/f", "", "d/a")});
  const auto version = [](const Bytes& tar, const Bytes& edits) {
    return joined(
        {{0, 0, static_cast<std::uint8_t>(tar.size() >> 8), static_cast<std::uint8_t>(tar.size())},
         tar,
         edits});
  };
  seeds.add("archive", 0, version(first, {0}));
  seeds.add("archive", 1, joined({version(first, {0}), version(second, {0})}));
  for (std::uint64_t i = 0; i < 20; ++i) {
    Bytes edits = random_bytes(8, i);
    edits[0] = 1;
    edits[1] = static_cast<std::uint8_t>(i % 5);
    seeds.add("archive", 1, joined({version(first, edits), version(second, {0})}));
    seeds.add("archive", 1, joined({version(first, {0}), version(second, edits)}));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: fuzz_seeds FOLDER\n", 2;
  fs::remove_all(argv[1]);
  Seeds seeds(argv[1]);
  add_v2_containers(seeds);
  add_recovery(seeds);
  add_records(seeds);
  add_v1_containers(seeds);
  add_round_trips(seeds);
  for (const char* target : {"v1_model", "v2_model"}) {
    add_random(seeds, target, 40, 24);
    seeds.add(target, {1, 0, 1});  // without a change
  }
  // Of a model whose language model has a prior.
  for (std::uint8_t kind = 160; kind < 192; ++kind)
    seeds.add("v2_model", kind, random_bytes(18, kind));
  seeds.add("v2_model", 163, {0, 1});  // without a change
  seeds.add("v1_model", 0, to_bytes("\x08\0\0\0\0\0\0\0{}      "));
  add_random(seeds, "checkpoint", 20, 12);
  add_random(seeds, "c_api_calls", 40, 400);
  seeds.add("checkpoint", {1});
  add_ggufs(seeds);
  for (const std::uint8_t kind : Bytes{1, 2, 3, 4, 5, 6, 7, 8})
    for (std::uint64_t i = 0; i < 6; ++i) {
      Bytes edits = random_bytes(24, i);
      if (i == 0) edits = {0, 1};  // without a change
      seeds.add("llm_network", kind, edits);
      seeds.add("imported_gguf", kind, joined({{static_cast<std::uint8_t>(i % 2)}, edits}));
    }
  add_llm_tokenizers(seeds);
  add_hugging_face(seeds);
  add_simd(seeds);
  add_tokenizers(seeds);
  add_options(seeds);
  add_armours(seeds);
  add_tars(seeds);
  add_archives(seeds);
  return seeds.ok() ? 0 : 1;
}
