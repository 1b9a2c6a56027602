// Checks a czip-model-v2's public language model: tokenizer, tables, arithmetic, and that all SIMD
// levels compute the same.
#include "czip/codec/v2/model/language_model.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "czip/base/parallel.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/llm/network.hpp"
#include "czip/engine/llm/state.hpp"
#include "czip/engine/llm/weights.hpp"
#include "czip/engine/simd.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

constexpr std::string_view kProse =
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age "
    "of foolishness, it was the epoch of belief, it was the epoch of incredulity.\n";

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// What is wrong with text -> tokens -> text; empty: nothing is.
std::string round_trip_fault(const llm::Tokenizer& tokenizer, std::string_view text,
                             std::vector<TokenId>& tokens) {
  tokens.clear();
  if (const auto encoded = tokenizer.encode(bytes_of(text), tokens); !encoded)
    return encoded.error().message;
  std::string back;
  for (const TokenId id : tokens) back += tokenizer.token(id);
  return back == text ? "" : "the text comes back changed";
}

Check check_ids(const v2::LanguageModel& model) {
  const llm::Tokenizer& tokenizer = model.tokenizer;
  std::size_t longest = 0;
  for (TokenId id = 0; id < tokenizer.vocabulary_size(); ++id)
    longest = std::max(longest, tokenizer.token(id).size());
  return {"language model tokens",
          Verdict::ok,
          format("%s ids, as many as the network has; %s are silent, which means that they never "
                 "come from text; the longest has %zu bytes; id %u comes before a text",
                 grouped(tokenizer.vocabulary_size()).c_str(), grouped(model.silent.size()).c_str(),
                 longest, model.first_token),
          {{"ids", tokenizer.vocabulary_size()},
           {"silent", model.silent.size()},
           {"longest_token_bytes", longest},
           {"first_token", model.first_token}}};
}

Check check_texts(const llm::Tokenizer& tokenizer) {
  Check check{.name = "language model tokenizer", .verdict = Verdict::failure};
  std::vector<TokenId> tokens;
  for (unsigned value = 0; value < 256; ++value) {
    const std::string fault =
        round_trip_fault(tokenizer, std::string(1, static_cast<char>(value)), tokens);
    if (fault.empty() && !tokens.empty()) continue;
    check.text = format("byte 0x%02x: ", value) + fault;
    return check;
  }
  std::uint64_t themselves = 0;
  for (TokenId id = 0; id < tokenizer.vocabulary_size(); ++id) {
    check.text = round_trip_fault(tokenizer, tokenizer.token(id), tokens);
    if (!check.text.empty()) {
      check.text = format("token %u: ", id) + check.text;
      return check;
    }
    if (tokens.size() == 1 && tokens.front() == id) ++themselves;
  }
  const std::string sample = sample_text();
  check.text = round_trip_fault(tokenizer, sample, tokens);
  if (!check.text.empty()) return check;
  check.verdict = Verdict::ok;
  check.text = format(
      "every byte has a token; the bytes of every token come back, and %s ids are coded as "
      "themselves; %zu bytes in many scripts, and not UTF-8, come back",
      grouped(themselves).c_str(), sample.size());
  check.values = {{"coded_as_themselves", themselves}, {"sample_bytes", sample.size()}};
  return check;
}

// The loader refuses silent ones.
Check check_prior(const v2::LanguageModel& model) {
  std::uint64_t bytes = 0;
  for (const TokenId id : model.prior) bytes += model.tokenizer.token(id).size();
  return {"language model prior",
          Verdict::ok,
          format("%s tokens, at most %s; none is silent, and they stand for %s bytes of text",
                 grouped(model.prior.size()).c_str(), grouped(v2::kMaxLlmPriorTokens).c_str(),
                 grouped(bytes).c_str()),
          {{"tokens", model.prior.size()}, {"text_bytes", bytes}}};
}

// The logits of `rows` at one level.
Result<std::vector<std::int32_t>> logits_of(const llm::Weights& weights, SimdLevel simd,
                                            std::span<const llm::Row> rows,
                                            const VerifyCoding& coding) {
  CZIP_TRY_ASSIGN(const auto network, llm::Network::create(weights, simd));
  const auto count = static_cast<std::uint32_t>(rows.size());
  CZIP_TRY_ASSIGN(auto state, llm::State::create(
                                  network, {.window = llm::Limits::kLeastWindow,
                                            .rows = count,
                                            .threads = thread_count(coding.threads, kMaxThreads)}));
  std::vector<std::int32_t> logits(std::size_t{count} * weights.config.vocabulary);
  state.forward(rows, logits);
  return logits;
}

// As many tokens as all levels compute in some seconds.
Result<Check> check_levels(const v2::LanguageModel& model, const safetensors::File& file,
                           const VerifyCoding& coding) {
  constexpr std::uint64_t kWork = 3'000'000'000;
  constexpr std::size_t kMostRows = 32;
  CZIP_TRY_ASSIGN(const auto weights, llm::Weights::parse(file));
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : file.tensors())
    if (name.starts_with(llm::kTensorPrefix)) bytes += tensor.bytes.size();
  std::vector<TokenId> tokens;
  CZIP_TRY(model.tokenizer.encode(bytes_of(kProse), tokens));
  std::vector<llm::Row> rows;
  const auto most = std::clamp<std::size_t>(static_cast<std::size_t>(kWork / bytes), 2, kMostRows);
  for (std::size_t i = 0; i < std::min(most, tokens.size()); ++i)
    rows.push_back({.token = i == 0 ? model.first_token : tokens[i - 1]});
  Check check{.name = "language model levels"};
  std::vector<std::int32_t> first;
  std::string levels;
  for (const SimdLevel simd : supported_simd_levels()) {
    const std::string name(simd_level_name(simd));
    CZIP_TRY_ASSIGN(auto logits, logits_of(weights, simd, rows, coding));
    if (levels.empty())
      first = std::move(logits);
    else if (logits != first) {
      check.verdict = Verdict::failure;
      check.text = name + " computes other numbers";
      return check;
    }
    levels += (levels.empty() ? "" : ", ") + name;
  }
  check.text = format("%s numbers for %zu tokens are the same with ", grouped(first.size()).c_str(),
                      rows.size()) +
               levels;
  check.values = {{"tokens", rows.size()}, {"numbers", first.size()}};
  return check;
}

// A short text, for a language model is slow.
Result<Check> check_language_model_coding(const v2::Model& model, const VerifyCoding& coding) {
  constexpr std::size_t kSampleBytes = 64;
  const auto text = bytes_of(kProse.substr(0, kSampleBytes));
  MemorySink file;
  v2::EncodeOptions options;
  options.level = v2::kMaxLevel;
  options.simd = coding.simd;
  options.threads = coding.threads;
  options.memory_limit = coding.memory_limit;
  const auto encoded = v2::encode(model, text, file, options);
  if (!encoded) return failed("language model coding", encoded.error());
  MemorySource source(file.bytes());
  MemorySink back;
  const auto decoded = v2::decode(
      model, source, back,
      {.threads = coding.threads, .simd = coding.simd, .memory_limit = coding.memory_limit});
  if (!decoded) return failed("language model coding", decoded.error());
  Check check{.name = "language model coding"};
  if (!std::ranges::equal(back.bytes(), text)) {
    check.verdict = Verdict::failure;
    check.text = "the text comes back changed";
    return check;
  }
  check.text = format("%zu bytes to %zu and back", text.size(), file.bytes().size());
  check.values = {{"sample_bytes", text.size()}, {"file_bytes", file.bytes().size()}};
  return check;
}

}  // namespace

Result<Checks> check_language_model(const v2::Model& model, const VerifyCoding& coding) {
  const safetensors::File& file = model.parts().file;
  const auto language_model = v2::language_model_of(model.parts(), coding.simd);
  if (!language_model) {
    CZIP_TRY_ASSIGN(auto check, failed("language model", language_model.error()));
    return Checks{std::move(check)};
  }
  const v2::LanguageModel& loaded = **language_model;
  Checks checks{check_ids(loaded), check_texts(loaded.tokenizer)};
  if (!loaded.prior.empty()) checks.push_back(check_prior(loaded));
  const auto add = [&checks](Checks more) {
    checks.insert(checks.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
  };
  add(check_language_model_tables(file, loaded.network.config()));
  add(check_language_model_arithmetic(file, coding));
  CZIP_TRY_ASSIGN(auto levels, check_levels(loaded, file, coding));
  checks.push_back(std::move(levels));
  CZIP_TRY_ASSIGN(auto sample, check_language_model_coding(model, coding));
  checks.push_back(std::move(sample));
  return checks;
}

}  // namespace czip::tool
