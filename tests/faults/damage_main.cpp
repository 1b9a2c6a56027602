// Damages files in every way that is short, and in many random ways: each damaged file must be
// refused, or give the text that it had. It calls the libraries, so that a damage takes no process.
// Usage: damage MODEL1 STRIDE DAMAGES
//   STRIDE   of the bits and bytes of the small files: 1 takes all, 16 one in sixteen
//   DAMAGES  of the large file: cuts, flips, insertions, splices and zeroed ranges
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/context.hpp"
#include "czip/codec/v2/codec.hpp"
#include "support/error_style.hpp"
#include "support/files.hpp"
#include "support/sample_text.hpp"
#include "support/splitmix64.hpp"
#include "support/v1_seeded_model.hpp"
#include "support/v2_files.hpp"
#include "support/v2_tiny_model.hpp"

namespace {

using namespace czip;
using namespace czip::test;

enum class Verdict { refused, right, wrong };

struct Kind {
  std::string name;
  Bytes file;
  // What becomes of a damaged file; an error goes to the second argument.
  std::function<Verdict(const Bytes&, Error&)> read;
  // The format has no checksum: a text of the right length may differ.
  bool may_be_wrong = false;
};

struct Totals {
  long damages = 0;
  long right = 0;
  long undetected = 0;  // where the format cannot see it
  long failed = 0;
};

void check(const Kind& kind, const Bytes& damaged, const std::string& how, Totals& totals) {
  if (damaged == kind.file) return;
  ++totals.damages;
  Error error;
  const Verdict verdict = kind.read(damaged, error);
  std::string why;
  if (verdict == Verdict::wrong && kind.may_be_wrong) {
    ++totals.undetected;
  } else if (verdict == Verdict::wrong) {
    why = "a wrong text, and no error";
  } else if (verdict == Verdict::refused && !is_well_styled(error.message)) {
    why = "an error that is no line of printable text: " + error.message;
  } else if (verdict == Verdict::refused &&
             (error.code == ErrorCode::internal || error.code == ErrorCode::out_of_memory)) {
    why = "not an error of the file: " + error.message;
  }
  if (verdict == Verdict::right) ++totals.right;
  if (why.empty()) return;
  ++totals.failed;
  std::printf("FAILED: %s, %s: %s\n", kind.name.c_str(), how.c_str(), why.c_str());
}

// Every bit alone; then every byte as 0, as 255 and one more than it was.
void flip(const Kind& kind, std::size_t stride, Totals& totals) {
  for (std::size_t bit = 0; bit < 8 * kind.file.size(); bit += stride) {
    Bytes damaged = kind.file;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ 1U << bit % 8);
    check(kind, damaged, "bit " + std::to_string(bit), totals);
  }
  for (std::size_t byte = 0; byte < kind.file.size(); byte += stride) {
    const std::uint8_t old = kind.file[byte];
    for (const auto value :
         {std::uint8_t{0}, std::uint8_t{255}, static_cast<std::uint8_t>(old + 1)}) {
      Bytes damaged = kind.file;
      damaged[byte] = value;
      check(kind, damaged, "byte " + std::to_string(byte) + " as " + std::to_string(value), totals);
    }
  }
}

class Damager {
 public:
  explicit Damager(const Bytes& file) : file_(file) {}

  Bytes operator()(std::uint64_t number, std::string& how) {
    random_ = SplitMix64(number + 1);
    Bytes damaged = file_;
    const std::size_t begin = place();
    const std::size_t length = std::min(file_.size() - begin, this->length());
    const auto at = damaged.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto end = at + static_cast<std::ptrdiff_t>(length);
    switch (number % 8) {
      case 0:
        how = "flips";
        for (int i = random_.between(1, 20); i > 0; --i)
          damaged[place()] ^= static_cast<std::uint8_t>(1 << random_.between(0, 7));
        break;
      case 1:
        how = "a cut end";
        damaged.resize(begin);
        break;
      case 2:
        how = "a cut";
        damaged.erase(at, end);
        break;
      case 3: {
        how = "an insertion";
        const Bytes noise = random_bytes(length, number);
        damaged.insert(at, noise.begin(), noise.end());
        break;
      }
      case 4: {
        how = "a splice of its own bytes";
        const Bytes part(at, end);
        const auto to = static_cast<std::ptrdiff_t>(place() % (file_.size() - length + 1));
        std::ranges::copy(part, damaged.begin() + to);
        break;
      }
      case 5: {
        how = "a repetition";
        const Bytes part(at, end);
        damaged.insert(end, part.begin(), part.end());
        break;
      }
      case 6:
        how = "zeros";
        std::fill(at, end, std::uint8_t{0});
        break;
      default: {
        how = "noise";
        const Bytes noise = random_bytes(length, number);
        std::ranges::copy(noise, at);
        break;
      }
    }
    how += " at " + std::to_string(begin) + ", " + std::to_string(length) + " bytes, number " +
           std::to_string(number);
    return damaged;
  }

 private:
  std::size_t place() {
    return static_cast<std::size_t>(random_.between(0, static_cast<int>(file_.size()) - 1));
  }
  std::size_t length() {
    constexpr std::array kLongest{16, 512, 4096, 70'000};
    return static_cast<std::size_t>(
        random_.between(1, kLongest[static_cast<std::size_t>(random_.between(0, 3))]));
  }

  const Bytes& file_;
  SplitMix64 random_{0};
};

std::function<Verdict(const Bytes&, Error&)> reader_v2(const Bytes& text) {
  return [text](const Bytes& file, Error& error) {
    static v2::CodingContext context;
    MemorySource source(file);
    MemorySink sink;
    const auto report =
        v2::decode(tiny_model_v2(), source, sink,
                   {.threads = 1, .simd = best_simd_level(), .progress = {}, .context = &context});
    // What follows the last frame that is whole is reported; the command warns and fails.
    if (report && !report->trailing.garbage_offset)
      return sink.bytes() == text ? Verdict::right : Verdict::wrong;
    error = report ? Error{ErrorCode::corrupt, "bytes after the end"} : report.error();
    // What was given before the damage is the beginning of the text.
    const bool prefix = sink.bytes().size() <= text.size() &&
                        std::equal(sink.bytes().begin(), sink.bytes().end(), text.begin());
    return prefix ? Verdict::refused : Verdict::wrong;
  };
}

Kind kind_v2(const std::string& name, const Bytes& file, const Bytes& text) {
  return {name, file, reader_v2(text)};
}

Kind kind_v1(const v1::Model& model, v1::OuterCodec outer, const Bytes& text) {
  MemorySink file;
  if (!v1::encode(model, text, file, {.level = {}, .outer = outer, .threads = 1})) std::abort();
  const auto read = [&model, text](const Bytes& damaged, Error& error) {
    static v1::Context context(model);
    MemorySource source(damaged);
    MemorySink sink;
    const auto report = context.decode(source, sink, {.dialect = {}, .threads = 1});
    if (report && !report->trailing.garbage_offset)
      return sink.bytes() == text ? Verdict::right : Verdict::wrong;
    error = report ? Error{ErrorCode::corrupt, "bytes after the end"} : report.error();
    return Verdict::refused;
  };
  return {"v1 " + std::string(v1::outer_codec_name(outer)), file.bytes(), read, true};
}

// A model's weights carry a text through: whatever a damaged model is, it must not crash, and what
// it codes it decodes.
Kind kind_model(std::size_t bytes) {
  Bytes file = make_tiny_model_v2();
  const Bytes rest(file.begin() + static_cast<std::ptrdiff_t>(bytes), file.end());
  file.resize(bytes);
  const auto read = [rest](const Bytes& damaged, Error& error) {
    const Bytes whole = joined({damaged, rest});
    const auto model = v2::Model::parse(whole);
    if (model) return Verdict::right;
    error = model.error();
    return Verdict::refused;
  };
  return {"model's header", file, read};
}

void damage(const Kind& kind, long count, Totals& totals) {
  Damager damager(kind.file);
  for (long i = 0; i < count; ++i) {
    std::string how;
    const Bytes damaged = damager(static_cast<std::uint64_t>(i), how);
    check(kind, damaged, how, totals);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: damage MODEL1 STRIDE DAMAGES\n"), 2;
  const Bytes model1_file = read_file(argv[1]);
  const auto model1 = v1::load_model(model1_file);
  if (!model1) return std::fprintf(stderr, "%s\n", model1.error().message.c_str()), 2;
  const auto stride = static_cast<std::size_t>(std::max(1L, std::atol(argv[2])));

  const Bytes text = to_bytes(english_text(2600));
  const Bytes mixed = joined({words(900), random_bytes(700, 2), words(400)});
  const std::vector<Kind> small{
      kind_v1(*model1, v1::OuterCodec::brotli, to_bytes(english_text(1100))),
      kind_v1(*model1, v1::OuterCodec::zstd, to_bytes(english_text(1100))),
      kind_v2("v2 compact", encoded_v2(text), text),
      kind_v2("v2 frames of small blocks", small_block_frame(mixed, {.block_bytes = 400}), mixed),
      kind_v2("v2 archive", encoded_v2(text, {.threads = 1, .archive = true}), text),
      kind_model(1500)};
  Totals flips;
  for (const Kind& kind : small) {
    const long before = flips.damages;
    flip(kind, stride, flips);
    std::printf("%s: %zu bytes, %ld flips\n", kind.name.c_str(), kind.file.size(),
                flips.damages - before);
    std::fflush(stdout);
  }
  std::printf(
      "flips: %ld, of which %ld gave the text and %ld were not seen, as the format has no "
      "checksum; %ld failed\n",
      flips.damages, flips.right, flips.undetected, flips.failed);

  // Mostly stored blocks, which are quick, and coded ones between them.
  Bytes large_text;
  for (std::uint64_t i = 0; i < 17; ++i)
    large_text = joined({large_text, random_bytes(56'000, i), to_bytes(log_text(9'000, i))});
  Totals damages;
  damage(kind_v2("1 MB of small blocks", small_block_frame(large_text, {.block_bytes = 16'384}),
                 large_text),
         std::atol(argv[3]), damages);
  std::printf("damages: %ld, of which %ld gave the text; %ld failed\n", damages.damages,
              damages.right, damages.failed);
  return flips.failed + damages.failed == 0 ? 0 : 1;
}
