#include "support/v2_random_files.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "czip/codec/v2/attachment.hpp"
#include "czip/codec/v2/recovery.hpp"
#include "support/memory_file.hpp"
#include "support/results.hpp"
#include "support/sample_text.hpp"
#include "support/splitmix64.hpp"
#include "support/v2_frames.hpp"
#include "support/v2_language_model.hpp"

namespace czip::test {
namespace {

constexpr std::size_t kTarBlock = 512;

void append(Bytes& all, const Bytes& more) { all.insert(all.end(), more.begin(), more.end()); }

// A file of an archive: its header and its content, filled up.
Bytes tar_entry(const std::string& path, const Bytes& content) {
  Bytes entry(kTarBlock);
  const auto put = [&](std::size_t offset, const std::string& field) {
    std::copy(field.begin(), field.end(), entry.begin() + static_cast<std::ptrdiff_t>(offset));
  };
  const auto octal = [](std::size_t value, int digits) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%0*zo", digits, value);
    return std::string(text.data());
  };
  put(0, path);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, octal(content.size(), 11));
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257, std::string("ustar\0", 6) + "00");
  std::size_t sum = 0;
  for (const std::uint8_t byte : entry) sum += byte;
  put(148, octal(sum, 6) + '\0');
  append(entry, content);
  entry.resize((entry.size() + kTarBlock - 1) / kTarBlock * kTarBlock);
  return entry;
}

class FileBuilder {
 public:
  FileBuilder(const v2::Model& model, std::uint64_t seed) : model_(&model), random_(seed) {}

  RandomFileV2 build() {
    made_.archive = one_in(5);
    for (std::size_t frames = draw(1, 3); frames > 0; --frames) {
      add_frame();
      add_what_is_no_text();
    }
    if (one_in(8)) {
      const auto mark = v2::hiding_mark();
      append(made_.file, Bytes(mark.begin(), mark.end()));
      const std::size_t size = draw(0, 100);
      append(made_.file, random_bytes(size, random_.next()));
    }
    return std::move(made_);
  }

  RandomFileV2 build_all_settings(std::size_t block_bytes) {
    FullFrameRecipe recipe{.announced = false, .blocks = {}};
    Bytes text;
    constexpr std::size_t kCounts = v2::kMaxStreamsLog2 + 1;
    for (std::size_t number = 0; number < (v2::kMaxProfile + 1) * kCounts; ++number) {
      const auto profile = static_cast<std::uint8_t>(number % (v2::kMaxProfile + 1));
      const auto streams = static_cast<std::uint8_t>(number % kCounts);
      recipe.blocks.push_back({.text_bytes = block_bytes,
                               .settings = {.profile = profile,
                                            .streams_log2 = streams,
                                            .network = may_have_network(profile),
                                            .x86 = number % 4 == 3}});
      append(text, sample(block_bytes));
    }
    if (model_->has_language_model()) {
      for (std::uint8_t streams = 0; streams < kCounts; ++streams) {
        recipe.blocks.push_back({.text_bytes = block_bytes,
                                 .settings = {.streams_log2 = streams, .language_model = true}});
        append(text, predicted(block_bytes));
      }
    }
    add(full_frame(*model_, text, recipe), text);
    add(full_frame(*model_, {}, {.announced = false, .blocks = {}}), {});
    return std::move(made_);
  }

 private:
  std::size_t draw(std::size_t least, std::size_t most) {
    return static_cast<std::size_t>(
        random_.between(static_cast<std::int32_t>(least), static_cast<std::int32_t>(most)));
  }
  bool one_in(std::size_t n) { return draw(1, n) == 1; }
  [[nodiscard]] bool may_have_network(std::uint8_t profile) const {
    return model_->has_network() && profile >= v2::kFirstNetworkProfile;
  }

  // Short texts more often than long ones.
  std::size_t size_of_text() { return draw(0, std::size_t{1} << draw(1, 11)); }
  Bytes sample(std::size_t size) {
    const std::uint64_t seed = random_.next();
    if (model_->has_language_model() && one_in(3)) return predicted(size);
    switch (draw(0, 10)) {
      case 0:
        return random_bytes(size, seed);
      case 1:
        return every_byte(size);
      case 2:
        return words(size);
      case 3:
        return cut(code_text(size, seed), size);
      case 4:
        return cut(json_text(size, seed), size);
      case 5:
        return cut(log_text(size, seed), size);
      case 6:
        return cut(csv_text(size, seed), size);
      case 7:
        return x86_code(size, seed);
      default:
        return cut(english_text(size, seed), size);
    }
  }
  Bytes predicted(std::size_t size) {
    Bytes text = text_of_language_model(*model_, size, random_.next());
    text.resize(size);
    return text;
  }
  static Bytes cut(const std::string& text, std::size_t size) {
    Bytes bytes = to_bytes(text);
    bytes.resize(size, ' ');
    return bytes;
  }
  Bytes text_of_frame() {
    if (!made_.archive) return sample(size_of_text());
    Bytes text;
    for (std::size_t entries = draw(0, 2); entries > 0; --entries)
      append(text, tar_entry("file" + std::to_string(entries), sample(size_of_text())));
    return text;
  }
  v2::BlockSettings settings() {
    v2::BlockSettings settings;
    if (one_in(2)) settings.streams_log2 = static_cast<std::uint8_t>(draw(1, v2::kMaxStreamsLog2));
    settings.language_model = model_->has_language_model() && one_in(2);
    if (settings.language_model) return settings;
    settings.profile = static_cast<std::uint8_t>(draw(0, v2::kMaxProfile));
    settings.network = may_have_network(settings.profile) && !one_in(3);
    return settings;
  }
  // Of a block in a full frame.
  v2::BlockSettings any_settings() {
    v2::BlockSettings any = settings();
    any.x86 = !any.language_model && one_in(4);
    return any;
  }

  void add(const Bytes& frame, const Bytes& text) {
    append(made_.file, frame);
    append(made_.text, text);
  }

  void add_frame() {
    if (model_->has_language_model() && !made_.archive && one_in(20)) return add_long();
    const Bytes text = text_of_frame();
    switch (draw(0, 3)) {
      case 0:
        return add_by_level(text);
      case 1:
        return add(compact_frame(*model_, text,
                                 {.archive = made_.archive,
                                  .coded = !one_in(4),
                                  .may_short = !made_.archive && !one_in(3),
                                  .settings = settings()}),
                   text);
      default:
        return add_full(text);
    }
  }

  // Tables and counts of a language model grow with the text.
  void add_long() {
    const Bytes text = predicted(draw(4'000, 30'000));
    v2::BlockSettings settings{.language_model = true};
    if (one_in(2)) settings.streams_log2 = static_cast<std::uint8_t>(draw(1, v2::kMaxStreamsLog2));
    add(compact_frame(*model_, text, {.settings = settings}), text);
  }
  // As the command does it; some texts are too long for a compact frame.
  void add_by_level(Bytes text) {
    v2::EncodeOptions options{.level = static_cast<int>(draw(1, 9)), .threads = 1};
    if (one_in(8) && !made_.archive) {
      const Bytes pattern = sample(draw(1, 100));
      while (text.size() < 70'000) append(text, pattern);
      options.level = static_cast<int>(draw(1, 3));
      options.block_bytes = v2::kMinBlockBytes;
    }
    options.archive = made_.archive;
    if (one_in(2)) options.text_bytes = text.size();
    MemorySink sink;
    value_of(v2::encode(*model_, text, sink, options));
    add(sink.bytes(), text);
  }

  // The text in one to four blocks, and in texts that are no archive repeated ones between them.
  void add_full(const Bytes& text) {
    FullFrameRecipe recipe{.level = static_cast<int>(draw(0, 9)),
                           .archive = made_.archive,
                           .announced = one_in(2),
                           .blocks = {}};
    Bytes all;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = std::min(text.size() - at, draw(1, text.size()));
      recipe.blocks.push_back({.text_bytes = size,
                               .type = one_in(5) ? v2::BlockType::stored : v2::BlockType::coded,
                               .settings = any_settings()});
      all.insert(all.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                 text.begin() + static_cast<std::ptrdiff_t>(at + size));
      at += size;
      if (!made_.archive && one_in(3)) add_repeated(recipe, all);
    }
    if (one_in(2)) recipe.block_bytes = v2::kMaxBlockBytes;
    add(full_frame(*model_, all, recipe), all);
  }
  void add_repeated(FullFrameRecipe& recipe, Bytes& all) {
    const Bytes pattern = sample(draw(1, 100));
    const std::size_t size = pattern.size() + draw(1, 3000);
    const auto type = one_in(2) ? v2::BlockType::repeated : v2::BlockType::coded_pattern;
    recipe.blocks.push_back({.text_bytes = size,
                             .type = type,
                             .settings = any_settings(),
                             .pattern_bytes = pattern.size()});
    for (std::size_t i = 0; i < size; ++i) all.push_back(pattern[i % pattern.size()]);
  }

  void add_what_is_no_text() {
    if (one_in(3)) made_.file.resize(made_.file.size() + draw(1, 600));
    if (one_in(4)) {
      MemoryFile file(std::move(made_.file));
      value_of(v2::append_recovery(file, static_cast<unsigned>(draw(1, 100))));
      made_.file = std::move(file.bytes);
    }
    if (one_in(5)) {
      MemorySink sink;
      value_of(v2::write_attachment({'T', 'E', 'S', 'T'}, sample(draw(0, 300)), sink));
      append(made_.file, sink.bytes());
    }
  }

  const v2::Model* model_;
  SplitMix64 random_;
  RandomFileV2 made_;
};

}  // namespace

RandomFileV2 make_random_file_v2(const v2::Model& model, std::uint64_t seed) {
  return FileBuilder(model, seed).build();
}

RandomFileV2 make_file_of_all_settings_v2(const v2::Model& model, std::size_t block_bytes,
                                          std::uint64_t seed) {
  return FileBuilder(model, seed).build_all_settings(block_bytes);
}

}  // namespace czip::test
