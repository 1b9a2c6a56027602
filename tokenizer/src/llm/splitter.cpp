#include "llm/splitter.hpp"

#include <limits>

namespace czip::llm {
namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

bool is_line_end(char byte) { return byte == '\r' || byte == '\n'; }

bool is_ascii_digit(char byte) { return byte >= '0' && byte <= '9'; }

// Letters, numbers and white space have alternatives of their own; this is what is left.
bool is_symbol(CharacterClass kind) {
  return kind == CharacterClass::other || kind == CharacterClass::punctuation;
}

char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

// Bytes of 's, 't, 're, 've, 'm, 'll or 'd at `begin`; 0 if there is none.
std::size_t contraction_size(std::string_view fragment, std::size_t begin, bool any_case) {
  if (fragment[begin] != '\'' || begin + 1 >= fragment.size()) return 0;
  const auto letter = [&](std::size_t i) {
    const char byte = begin + i < fragment.size() ? fragment[begin + i] : '\0';
    return any_case ? lower(byte) : byte;
  };
  const char first = letter(1);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  const char second = letter(2);
  const bool is_long = (first == 'r' && second == 'e') || (first == 'v' && second == 'e') ||
                       (first == 'l' && second == 'l');
  return is_long ? 3 : 0;
}

}  // namespace

void Splitter::split(std::string_view text, const Use& use) {
  if (text.empty()) return;
  switch (rule_) {
    case Splitting::none:
      return use(text);
    case Splitting::gpt2:
      return split_by_gpt2(text, use);
    case Splitting::llama3:
      return split_by_llama3(text, 3, use);
    case Splitting::qwen2:
      return split_by_llama3(text, 1, use);
    case Splitting::smollm:
      return split_by_smollm(text, use);
    case Splitting::llama_cpp:
      return split_by_llama_cpp(text, use);
    case Splitting::lines:
      return split_lines(text, use);
  }
}

std::size_t Splitter::run_end(std::string_view fragment, std::size_t begin, CharacterClass kind,
                              std::size_t limit) {
  std::size_t end = begin;
  for (std::size_t count = 0; count < limit; ++count) {
    const Character next = reader_.at(fragment, end);
    if (next.size == 0 || next.kind != kind) break;
    end += next.size;
  }
  return end;
}

std::size_t Splitter::symbols_end(std::string_view fragment, std::size_t begin) {
  std::size_t end = begin;
  for (;;) {
    const Character next = reader_.at(fragment, end);
    if (next.size == 0 || !is_symbol(next.kind)) return end;
    end += next.size;
  }
}

std::size_t Splitter::behind_space(std::string_view fragment, std::size_t begin) const {
  return fragment[begin] == ' ' && begin + 1 < fragment.size() ? begin + 1 : begin;
}

// \s+(?!\S)|\s+: all of the run up to the end of the fragment, else all but its last character,
// unless it is the only one.
std::size_t Splitter::white_space_end(std::string_view fragment, std::size_t begin) {
  std::size_t last = begin;
  std::size_t end = begin;
  for (;;) {
    const Character next = reader_.at(fragment, end);
    if (next.size == 0) return end;
    if (next.kind != CharacterClass::space) return last == begin ? end : last;
    last = end;
    end += next.size;
  }
}

std::size_t Splitter::gpt2_end(std::string_view fragment, std::size_t begin) {
  if (const std::size_t size = contraction_size(fragment, begin, false)) return begin + size;
  const std::size_t body = behind_space(fragment, begin);
  const CharacterClass kind = reader_.at(fragment, body).kind;
  if (kind == CharacterClass::letter || kind == CharacterClass::number)
    return run_end(fragment, body, kind, kNoLimit);
  if (is_symbol(kind)) return symbols_end(fragment, body);
  return white_space_end(fragment, begin);
}

std::size_t Splitter::word_end(std::string_view fragment, std::size_t begin) {
  const Character first = reader_.at(fragment, begin);
  std::size_t letters = begin;
  if (first.kind != CharacterClass::letter) {
    if (first.kind == CharacterClass::number || is_line_end(fragment[begin])) return begin;
    letters += first.size;
  }
  const std::size_t end = run_end(fragment, letters, CharacterClass::letter, kNoLimit);
  return end == letters ? begin : end;
}

std::size_t Splitter::llama3_end(std::string_view fragment, std::size_t begin,
                                 std::size_t max_numbers) {
  if (const std::size_t size = contraction_size(fragment, begin, true)) return begin + size;
  if (const std::size_t end = word_end(fragment, begin); end != begin) return end;
  if (const std::size_t end = run_end(fragment, begin, CharacterClass::number, max_numbers);
      end != begin)
    return end;
  const std::size_t body = behind_space(fragment, begin);
  if (std::size_t end = symbols_end(fragment, body); end != body) {
    while (end < fragment.size() && is_line_end(fragment[end])) ++end;
    return end;
  }
  const std::size_t end = run_end(fragment, begin, CharacterClass::space, kNoLimit);
  for (std::size_t last = end; last > begin; --last)
    if (is_line_end(fragment[last - 1])) return last;
  return white_space_end(fragment, begin);
}

void Splitter::split_by_gpt2(std::string_view fragment, const Use& use) {
  for (std::size_t begin = 0; begin < fragment.size();) {
    const std::size_t end = gpt2_end(fragment, begin);
    use(fragment.substr(begin, end - begin));
    begin = end;
  }
}

void Splitter::split_by_llama3(std::string_view fragment, std::size_t max_numbers, const Use& use) {
  for (std::size_t begin = 0; begin < fragment.size();) {
    const std::size_t end = llama3_end(fragment, begin, max_numbers);
    use(fragment.substr(begin, end - begin));
    begin = end;
  }
}

template <class Belongs>
void Splitter::for_each_run(std::string_view text, Belongs belongs, const Use& use) {
  std::size_t begin = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const Character next = reader_.at(text, at);
    const bool is_inside = belongs(text[at], next.kind);
    if (at != begin && is_inside != inside) {
      use(text.substr(begin, at - begin));
      begin = at;
    }
    inside = is_inside;
    at += next.size;
  }
  if (begin != text.size()) use(text.substr(begin));
}

void Splitter::split_by_smollm(std::string_view text, const Use& use) {
  const auto is_number = [](char, CharacterClass kind) { return kind == CharacterClass::number; };
  for_each_run(text, is_number, [&](std::string_view fragment) {
    if (reader_.at(fragment, 0).kind != CharacterClass::number) return split_by_gpt2(fragment, use);
    for (std::size_t begin = 0; begin < fragment.size();) {
      const std::size_t size = character_size(fragment, begin);
      use(fragment.substr(begin, size));
      begin += size;
    }
  });
}

void Splitter::split_by_llama_cpp(std::string_view text, const Use& use) {
  const auto is_mark = [](char byte, CharacterClass kind) {
    constexpr std::string_view kSymbols = "$+<=>^~|";
    return kind == CharacterClass::punctuation || kSymbols.find(byte) != kSymbols.npos;
  };
  const Use split_piece = [&](std::string_view piece) { split_numbers(piece, use); };
  for_each_run(text, is_mark,
               [&](std::string_view fragment) { split_by_gpt2(fragment, split_piece); });
}

void Splitter::split_numbers(std::string_view fragment, const Use& use) {
  const auto is_number = [](char, CharacterClass kind) { return kind == CharacterClass::number; };
  for_each_run(fragment, is_number, [&](std::string_view run) {
    std::size_t begin = 0;
    for (std::size_t at = 0; at + 3 <= run.size();) {
      if (!is_ascii_digit(run[at]) || !is_ascii_digit(run[at + 1]) ||
          !is_ascii_digit(run[at + 2])) {
        ++at;
        continue;
      }
      if (at != begin) use(run.substr(begin, at - begin));
      use(run.substr(at, 3));
      begin = at += 3;
    }
    if (begin != run.size()) use(run.substr(begin));
  });
}

void Splitter::split_lines(std::string_view text, const Use& use) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end =
        text[begin] == '\n' ? text.find_first_not_of('\n', begin) : text.find('\n', begin);
    const std::size_t size = end == text.npos ? text.size() - begin : end - begin;
    use(text.substr(begin, size));
    begin += size;
  }
}

}  // namespace czip::llm
