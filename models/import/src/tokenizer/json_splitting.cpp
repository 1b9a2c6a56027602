#include "tokenizer/json_splitting.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "czip/base/in_quotes.hpp"
#include "tokenizer/source_vocabulary.hpp"

namespace czip::importer {
namespace {

struct Pattern {
  std::string_view text;
  llm::Splitting rule;
};
constexpr std::array kPatterns{
    Pattern{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
            R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
            llm::Splitting::llama3},
    Pattern{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
            R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
            llm::Splitting::qwen2},
    Pattern{R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
            llm::Splitting::gpt2},
};

// Normalizers and pre-tokenizers, and the sequences of them, are objects of the same form.
class Steps {
 public:
  Steps(const JsonFields& fields, std::string_view file) : fields_(fields), file_(file) {}

  // The names of the steps at `name`, each such as "pre_tokenizer.pretokenizers.0"; `list` is what a
  // sequence calls its own. None where there is nothing at `name`.
  Result<std::vector<std::string>> names(const std::string& name, const std::string& list) const {
    std::vector<std::string> names;
    if (!fields_.has(name + ".type")) return names;
    CZIP_TRY_ASSIGN(const auto first, type(name));
    if (first != "Sequence") return std::vector{name};
    for (std::size_t i = 0;; ++i) {
      std::string step = name + "." + list + "." + std::to_string(i);
      if (!fields_.has(step + ".type")) return names;
      names.push_back(std::move(step));
    }
  }

  [[nodiscard]] Result<std::string_view> type(const std::string& step) const {
    return fields_.string(step + ".type");
  }
  [[nodiscard]] Result<bool> flag(const std::string& step, std::string_view name,
                                  bool absent) const {
    return fields_.boolean_or(step + "." + std::string(name), absent);
  }
  [[nodiscard]] Result<std::string_view> text(const std::string& step,
                                              std::string_view name) const {
    return fields_.string_or(step + "." + std::string(name), "");
  }

  [[nodiscard]] tl::unexpected<Error> unknown(const std::string& step,
                                              std::string_view what) const {
    return fail(ErrorCode::unsupported, std::string(file_) + ": " + in_quotes(step) + " is " +
                                            in_quotes(what) + ", which czip does not know");
  }

 private:
  const JsonFields& fields_;
  std::string_view file_;
};

Status check_normalizers(const Steps& steps) {
  CZIP_TRY_ASSIGN(const auto names, steps.names("normalizer", "normalizers"));
  for (const std::string& name : names) {
    CZIP_TRY_ASSIGN(const auto type, steps.type(name));
    if (type == "NFC" || type == "Prepend") continue;
    if (type != "Replace") return steps.unknown(name, type);
    CZIP_TRY_ASSIGN(const auto from, steps.text(name, "pattern.String"));
    CZIP_TRY_ASSIGN(const auto to, steps.text(name, "content"));
    if (from != " " || to != kLowerBlock)
      return steps.unknown(name, "Replace " + std::string(from) + " by " + std::string(to));
  }
  return {};
}

// The pre-tokenizers of a file, taken one after another.
class SplittingReader {
 public:
  explicit SplittingReader(const Steps& steps) : steps_(steps) {}

  Status take(const std::string& step) {
    CZIP_TRY_ASSIGN(const auto type, steps_.type(step));
    if (type == "ByteLevel") return take_byte_level(step);
    if (type == "Split") return take_split(step);
    if (type == "Digits") return take_digits(step);
    if (type == "Metaspace") return take_metaspace(step);
    return steps_.unknown(step, type);
  }

  [[nodiscard]] JsonSplitting result() const { return result_; }

 private:
  Status take_byte_level(const std::string& step) {
    result_.on_bytes = true;
    CZIP_TRY_ASSIGN(const auto by_pattern, steps_.flag(step, "use_regex", true));
    if (!by_pattern) return {};
    if (result_.rule == llm::Splitting::none)
      result_.rule = llm::Splitting::gpt2;
    else if (result_.rule != llm::Splitting::smollm)
      return steps_.unknown(step, "ByteLevel with use_regex behind another pattern");
    return {};
  }

  Status take_split(const std::string& step) {
    CZIP_TRY_ASSIGN(const auto pattern, steps_.text(step, "pattern.Regex"));
    CZIP_TRY_ASSIGN(const auto behavior, steps_.text(step, "behavior"));
    CZIP_TRY_ASSIGN(const auto inverted, steps_.flag(step, "invert", false));
    const auto* const known = std::ranges::find(kPatterns, pattern, &Pattern::text);
    if (known == kPatterns.end()) return steps_.unknown(step, pattern);
    const bool is_usual = behavior == "Isolated" || (behavior == "Removed" && inverted);
    if (!is_usual || result_.rule != llm::Splitting::none)
      return steps_.unknown(step, "Split with the behavior " + std::string(behavior));
    result_.rule = known->rule;
    return {};
  }

  // Followed by the pattern of ByteLevel, these are smollm's.
  Status take_digits(const std::string& step) {
    CZIP_TRY_ASSIGN(const auto individual, steps_.flag(step, "individual_digits", false));
    if (!individual || result_.rule != llm::Splitting::none)
      return steps_.unknown(step, "Digits in groups");
    result_.rule = llm::Splitting::smollm;
    return {};
  }

  // Words begin with a space; that no token crosses one, merging finds by itself.
  Status take_metaspace(const std::string& step) {
    CZIP_TRY_ASSIGN(const auto replacement, steps_.text(step, "replacement"));
    if (replacement != kLowerBlock) return steps_.unknown(step, replacement);
    return {};
  }

  const Steps& steps_;
  JsonSplitting result_;
};

}  // namespace

Result<JsonSplitting> read_splitting(const JsonFields& fields, std::string_view file) {
  const Steps steps(fields, file);
  CZIP_TRY(check_normalizers(steps));
  SplittingReader reader(steps);
  CZIP_TRY_ASSIGN(const auto names, steps.names("pre_tokenizer", "pretokenizers"));
  for (const std::string& name : names) CZIP_TRY(reader.take(name));
  const JsonSplitting splitting = reader.result();
  if (!splitting.on_bytes && splitting.rule != llm::Splitting::none)
    return fail(ErrorCode::unsupported, std::string(file) +
                                            ": 'pre_tokenizer' splits text, but "
                                            "has no 'ByteLevel'; czip does not know that");
  return splitting;
}

}  // namespace czip::importer
