#include "support/sample_text.hpp"

#include <array>
#include <iterator>
#include <random>
#include <string_view>

#include "support/splitmix64.hpp"

namespace czip::test {
namespace {

// Picks words and numbers; words at the beginning of a list are more frequent than those at its
// end.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::int32_t number(std::int32_t low, std::int32_t high) { return random_.between(low, high); }

  template <std::size_t Size>
  std::string_view word(const std::array<std::string_view, Size>& list) {
    const auto last = static_cast<std::int32_t>(Size) - 1;
    return list[static_cast<std::size_t>(random_.between(0, random_.between(0, last)))];
  }

  Writer& operator<<(std::string_view text) {
    text_ += text;
    return *this;
  }
  Writer& operator<<(std::int32_t number) {
    text_ += std::to_string(number);
    return *this;
  }
  // With leading zeros.
  Writer& digits(std::int32_t number, std::size_t width) {
    const std::string digits = std::to_string(number);
    text_.append(width - std::min(width, digits.size()), '0');
    text_ += digits;
    return *this;
  }
  Writer& indent(int levels) {
    text_.append(static_cast<std::size_t>(2 * levels), ' ');
    return *this;
  }

  [[nodiscard]] std::size_t size() const { return text_.size(); }
  std::string cut(std::size_t size) && {
    text_.resize(size);
    return std::move(text_);
  }

 private:
  SplitMix64 random_;
  std::string text_;
};

constexpr std::array<std::string_view, 16> kDeterminers{
    "the", "a",   "this", "every", "that",    "one",  "her", "his",
    "its", "our", "some", "no",    "another", "each", "my",  "their"};
constexpr std::array<std::string_view, 32> kNouns{
    "text",   "word",     "river", "house",  "reader",  "number", "line",    "day",
    "book",   "model",    "table", "letter", "harbour", "winter", "machine", "page",
    "city",   "street",   "boat",  "child",  "window",  "friend", "garden",  "morning",
    "answer", "question", "hand",  "storm",  "teacher", "story",  "market",  "mountain"};
constexpr std::array<std::string_view, 16> kAdjectives{
    "small", "new",   "old",  "long",   "good",   "short", "dark",   "whole",
    "quiet", "early", "late", "strict", "bright", "empty", "narrow", "certain"};
constexpr std::array<std::string_view, 24> kVerbs{
    "is",    "was",    "has",   "reads",  "writes",    "finds",    "makes",    "follows",
    "gives", "takes",  "knows", "leaves", "brings",    "begins",   "becomes",  "remembers",
    "needs", "counts", "keeps", "loses",  "waits for", "looks at", "comes to", "hears of"};
constexpr std::array<std::string_view, 16> kJoints{
    "and",  "of",    "in",    "with", "but",     "when", "because", "after",
    "from", "under", "while", "for",  "without", "near", "before",  "where"};

void add_phrase(Writer& out) {
  out << out.word(kDeterminers) << " ";
  if (out.number(0, 2) == 0) out << out.word(kAdjectives) << " ";
  out << out.word(kNouns);
}

void add_sentence(Writer& out) {
  const std::string_view first = out.word(kDeterminers);
  const char capital = static_cast<char>(first[0] - 'a' + 'A');
  out << std::string_view(&capital, 1) << first.substr(1) << " " << out.word(kNouns) << " "
      << out.word(kVerbs) << " ";
  add_phrase(out);
  for (std::int32_t i = out.number(0, 3); i > 0; --i) {
    out << (out.number(0, 4) == 0 ? ", " : " ") << out.word(kJoints) << " ";
    add_phrase(out);
  }
  if (out.number(0, 9) == 0) out << " of " << out.number(1800, 2026);
  out << ".";
}

constexpr std::array<std::string_view, 16> kNames{
    "size",   "index", "value",  "result", "count", "buffer", "offset", "state",
    "length", "table", "stream", "block",  "node",  "rank",   "weight", "error"};
constexpr std::array<std::string_view, 8> kTypes{"int",    "size_t", "char*",  "bool",
                                                 "double", "void",   "Result", "uint32_t"};

void add_expression(Writer& out) {
  out << out.word(kNames);
  if (out.number(0, 1) == 0) {
    constexpr std::array<std::string_view, 6> kOperators{" + ", " - ",  " * ",
                                                         " < ", " == ", " >> "};
    out << out.word(kOperators);
    if (out.number(0, 1) == 0) {
      out << out.number(0, 255);
    } else {
      out << out.word(kNames) << "[" << out.word(kNames) << "]";
    }
  }
}

void add_statements(Writer& out, int level) {
  for (std::int32_t i = out.number(1, 4); i > 0; --i) {
    out.indent(level);
    const std::int32_t kind = level < 4 ? out.number(0, 4) : 4;
    if (kind == 0) {
      out << "if (";
      add_expression(out);
      out << ") {\n";
      add_statements(out, level + 1);
      out.indent(level) << "}\n";
    } else if (kind == 1) {
      out << "for (int i = 0; i < " << out.word(kNames) << "; ++i) {\n";
      add_statements(out, level + 1);
      out.indent(level) << "}\n";
    } else {
      out << out.word(kNames) << " = ";
      add_expression(out);
      out << ";\n";
    }
  }
}

void add_function(Writer& out) {
  out << "// Computes the " << out.word(kNames) << " of a " << out.word(kNames) << ".\n"
      << out.word(kTypes) << " " << out.word(kNames) << "_" << out.word(kNames) << "("
      << out.word(kTypes) << " " << out.word(kNames) << ") {\n";
  add_statements(out, 1);
  out.indent(1) << "return ";
  add_expression(out);
  out << ";\n}\n\n";
}

constexpr std::array<std::string_view, 8> kComponents{"http",  "disk",   "cache", "auth",
                                                      "queue", "worker", "mail",  "index"};

}  // namespace

std::string english_text(std::size_t size, std::uint64_t seed) {
  Writer out(seed);
  while (out.size() < size) {
    for (std::int32_t i = out.number(2, 6); i > 0; --i) {
      add_sentence(out);
      out << (i > 1 ? " " : "\n\n");
    }
  }
  return std::move(out).cut(size);
}

std::string code_text(std::size_t size, std::uint64_t seed) {
  Writer out(seed);
  while (out.size() < size) add_function(out);
  return std::move(out).cut(size);
}

std::string json_text(std::size_t size, std::uint64_t seed) {
  Writer out(seed);
  out << "[\n";
  for (std::int32_t id = 1; out.size() < size; ++id) {
    out << "  {\n    \"id\": " << id << ",\n    \"name\": \"" << out.word(kAdjectives) << " "
        << out.word(kNouns) << "\",\n    \"" << out.word(kNames) << "\": " << out.number(0, 99999)
        << ",\n    \"tags\": [\"" << out.word(kNouns) << "\", \"" << out.word(kNouns)
        << "\"],\n    \"ready\": " << (out.number(0, 1) == 0 ? "true" : "false") << "\n  },\n";
  }
  return std::move(out).cut(size);
}

std::string log_text(std::size_t size, std::uint64_t seed) {
  constexpr std::array<std::string_view, 4> kLevels{"INFO ", "DEBUG", "WARN ", "ERROR"};
  Writer out(seed);
  for (std::int32_t second = 0; out.size() < size; second += out.number(0, 9)) {
    out << "2026-01-17 ";
    out.digits(second / 3600 % 24, 2) << ":";
    out.digits(second / 60 % 60, 2) << ":";
    out.digits(second % 60, 2) << ".";
    out.digits(out.number(0, 999), 3)
        << " " << out.word(kLevels) << " [" << out.word(kComponents) << "-" << out.number(1, 8)
        << "] " << out.word(kNames) << "=" << out.number(0, 4095) << " " << out.word(kNouns) << " "
        << out.word(kVerbs) << " " << out.word(kNouns) << "\n";
  }
  return std::move(out).cut(size);
}

std::string csv_text(std::size_t size, std::uint64_t seed) {
  Writer out(seed);
  out << "id,date,item,quantity,price\n";
  for (std::int32_t id = 1000; out.size() < size; ++id) {
    out << id << ",2026-";
    out.digits(out.number(1, 12), 2) << "-";
    out.digits(out.number(1, 28), 2) << "," << out.word(kAdjectives) << " " << out.word(kNouns)
                                     << "," << out.number(1, 20) << "," << out.number(1, 99) << ".";
    out.digits(out.number(0, 99), 2) << "\n";
  }
  return std::move(out).cut(size);
}

Bytes random_bytes(std::size_t size, std::uint64_t seed) {
  SplitMix64 random(seed);
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next() >> 56);
  return bytes;
}

Bytes x86_code(std::size_t size, std::uint64_t seed) {
  SplitMix64 random(seed);
  Bytes code;
  while (code.size() < size + 5) {
    for (std::int32_t rest = random.between(3, 12); rest > 0; --rest)
      code.push_back(static_cast<std::uint8_t>(0x40 + random.between(0, 7)));
    const auto callee = static_cast<std::uint32_t>(random.between(0, 7)) * 1000;
    const std::uint32_t distance = callee - static_cast<std::uint32_t>(code.size());
    code.push_back(0xe8);
    for (int byte = 0; byte < 4; ++byte)
      code.push_back(static_cast<std::uint8_t>(distance >> (8 * byte)));
  }
  code.resize(size);
  return code;
}

Bytes words(std::size_t size) {
  constexpr std::string_view kWords[] = {"the ", "of ", "river ", "and\n", "in ", "2026 "};
  std::mt19937 random(3);  // the generator that the stored file was made with
  Bytes text;
  while (text.size() < size) {
    const std::string_view word = kWords[random() % std::size(kWords)];
    text.insert(text.end(), word.begin(), word.end());
  }
  text.resize(size);
  return text;
}

Bytes every_byte(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(7 * i);
  return bytes;
}

}  // namespace czip::test
