// Training of a whole czip-model-v2: the same bytes everywhere, stages reported, wrong options
// refused.
#include "czip/training/v2/model_trainer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "czip/base/hash128.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/model.hpp"

namespace czip::v2 {
namespace {

using Bytes = std::vector<std::uint8_t>;

TrainingOptions small_options(unsigned threads) {
  TrainingOptions options;
  options.vocabulary_size = 290;
  options.prior_bytes = 20'000;
  options.mixer_bytes = 10'000;
  options.threads = threads;
  options.description.name = "small";
  return options;
}

// Sixty short documents.
Result<Bytes> trained_model(const TrainingOptions& options) {
  Corpus corpus;
  const std::string text = [] {
    std::string all;
    for (int i = 0; i < 60; ++i) {
      all += "# Section " + std::to_string(i * i) + "\nThe model codes text; section " +
             std::to_string(i) + " says how.\n";
    }
    return all;
  }();
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find("# ", at + 1);
    if (end == std::string::npos) end = text.size();
    const auto* begin = reinterpret_cast<const std::uint8_t*>(text.data()) + at;
    REQUIRE(corpus.add_document({begin, end - at}).has_value());
    at = end;
  }
  return train_model(corpus, options);
}

// Knuth's MMIX generator: the same text with every standard library.
class Random {
 public:
  std::uint32_t below(std::uint32_t bound) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::uint32_t>((state_ >> 32) * bound >> 32);
  }

 private:
  std::uint64_t state_ = 7;
};

// A sentence of a made-up language, whose frequent words often follow one another.
std::string sentence(Random& random) {
  std::string text;
  std::uint32_t word = 0;
  for (std::uint32_t i = 4 + random.below(12); i > 0; --i) {
    word = random.below(3) == 0 ? (word * 7 + 1) % 300 : random.below(1 + random.below(300));
    for (std::uint32_t letters = word * 40'503; letters > 0; letters /= 60) {
      text += "bdfgklmnprst"[letters % 12];
      text += "aeiou"[letters / 12 % 5];
    }
    text += i == 1 ? ".\n" : " ";
  }
  return text;
}

// Two sources of 60 documents.
Corpus synthetic_corpus() {
  Random random;
  Corpus corpus;
  for (int source = 0; source < 2; ++source) {
    corpus.begin_source();
    for (int document = 0; document < 60; ++document) {
      std::string text;
      while (text.size() < 1500) text += sentence(random);
      const auto* begin = reinterpret_cast<const std::uint8_t*>(text.data());
      REQUIRE(corpus.add_document({begin, text.size()}).has_value());
    }
  }
  return corpus;
}

}  // namespace

// Every configuration that runs this test compares with the one hash: GCC and clang, -O3 and the
// sanitizers' -O1, little and big endian. tools/ci/training_determinism.sh adds -O0 and
// -ffast-math.
TEST_CASE("training gives the same model with every compiler, optimization and machine") {
  TrainingOptions options;
  options.vocabulary_size = 400;
  options.prior_bytes = 30'000;
  options.mixer_bytes = 4'000;
  options.recurrent_epochs = 0;  // recurrent_trainer_test has its own hash; emulators are slow
  const auto file = train_model(synthetic_corpus(), options);
  REQUIRE_MESSAGE(file.has_value(), (file ? "" : file.error().message));
  const auto model = Model::parse(*file);
  REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));
  CHECK(to_hex(model->hash()) == "1bfd3acab1a3ef3525409c774537f31f");
}

TEST_CASE("training gives the same model again, whatever the number of threads") {
  const auto one = trained_model(small_options(1));
  REQUIRE(one.has_value());
  CHECK(Model::parse(*one).has_value());
  CHECK(trained_model(small_options(1)).value() == *one);
  CHECK(trained_model(small_options(3)).value() == *one);
}

TEST_CASE("training reports its stages and refuses what it cannot do") {
  std::string stages;
  TrainingOptions options = small_options(1);
  options.progress = [&](const TrainingProgress& progress) -> Status {
    if (!stages.ends_with(progress.stage)) stages.append(" ").append(progress.stage);
    return {};
  };
  const auto model = trained_model(options);
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  CHECK(stages == " tokenizer tokens prior recurrent network mixer");
  options.vocabulary_size = 256;
  CHECK(trained_model(options).error().code == ErrorCode::invalid_argument);
  options.vocabulary_size = 9000;
  CHECK(trained_model(options).error().code == ErrorCode::invalid_argument);
  CHECK(train_model({}, small_options(1)).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("training reports within every stage, and never less than before") {
  struct Part {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::size_t values = 0;  // different ones
  };
  std::map<std::string, Part> parts;
  // Long enough for several samples of the tokenizer and several reports of the mixer.
  const std::string text = [] {
    std::string all;
    for (int i = 0; all.size() < 300'000; ++i)
      for (unsigned word = 1; word < 9; ++word)
        for (unsigned rest = static_cast<unsigned>(i) * word % 9973 + 1; rest > 0; rest /= 19)
          all += rest < 19 ? ' ' : static_cast<char>('a' + rest % 19);
    return all;
  }();
  Corpus corpus;
  constexpr std::size_t kDocument = 3'000;
  for (std::size_t at = 0; at < text.size(); at += kDocument) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(text.data()) + at;
    REQUIRE(corpus.add_document({begin, std::min(kDocument, text.size() - at)}).has_value());
  }
  TrainingOptions options = small_options(3);
  options.vocabulary_size = 320;
  options.recurrent_epochs = 0;  // has reports of its own
  options.progress = [&](const TrainingProgress& progress) -> Status {
    Part& part = parts[std::string(progress.stage) + ", " + std::string(progress.part)];
    CHECK(progress.total > 0);
    CHECK(progress.done <= progress.total);
    CHECK(progress.done >= part.done);
    CHECK((part.total == 0 || part.total == progress.total));
    if (part.values == 0 || progress.done > part.done) ++part.values;
    part.done = progress.done;
    part.total = progress.total;
    return {};
  };
  const auto model = train_model(corpus, options);
  REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));
  // Text and merges of the tokenizer, tokens, prior, and the mixer's profiles.
  CHECK(parts.size() == 4 + kProfiles.size());
  for (const auto& part : parts) {
    CAPTURE(part.first);
    CAPTURE(part.second.total);
    CHECK(part.second.values >= 3);
  }
  CHECK(parts["prior, "].done == parts["prior, "].total);
}

TEST_CASE("where no vocabulary is asked for, it is as large as the text allows") {
  for (const std::string& text :
       {std::string("x"), std::string("one line\n"), std::string(100, 'a'), std::string(3, '\xff'),
        std::string("many words, many lines\nmany words, more lines\n")}) {
    CAPTURE(text);
    Corpus corpus;
    const auto* begin = reinterpret_cast<const std::uint8_t*>(text.data());
    REQUIRE(corpus.add_document({begin, text.size()}).has_value());
    TrainingOptions options;
    options.threads = 1;
    options.recurrent_epochs = 0;
    const auto file = train_model(corpus, options);
    REQUIRE_MESSAGE(file.has_value(), (file ? "" : file.error().message));
    const auto model = Model::parse(*file);
    REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));
    CHECK(model->vocabulary_size() >= 256);
    CHECK(model->vocabulary_size() < 300);
    MemorySink packed;
    REQUIRE(encode(*model, {begin, text.size()}, packed, {.threads = 1}).has_value());
    MemorySource source(packed.bytes());
    MemorySink back;
    REQUIRE(decode(*model, source, back, {.threads = 1}).has_value());
    CHECK(std::string(back.bytes().begin(), back.bytes().end()) == text);

    options.vocabulary_size = model->vocabulary_size() + 1;
    const auto refused = train_model(corpus, options);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK(refused.error().message.find(std::to_string(model->vocabulary_size()) +
                                       ", the largest possible") != std::string::npos);
  }
  CHECK(train_model({}, {}).error().message == "there is no text to train on");
}

TEST_CASE("an error of the progress callback ends the training and is returned") {
  for (const std::string stage : {"tokenizer", "tokens", "prior", "mixer"}) {
    CAPTURE(stage);
    TrainingOptions options = small_options(1);
    options.progress = [&stage](const TrainingProgress& progress) -> Status {
      if (progress.stage != stage) return {};
      return fail(ErrorCode::io, "the terminal is gone");
    };
    const auto model = trained_model(options);
    REQUIRE_FALSE(model.has_value());
    CHECK(model.error().message == "the terminal is gone");
  }
}

}  // namespace czip::v2
