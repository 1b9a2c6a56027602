// The regular expression that cuts text into pieces, on PCRE2.
#pragma once

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "czip/base/error.hpp"

namespace czip::v1 {

struct Pcre2Delete {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};
template <class T>
using Pcre2Pointer = std::unique_ptr<T, Pcre2Delete>;

// A pattern (pat_str) longer than this is refused.
inline constexpr std::size_t kMaxPatternBytes = std::size_t{16} << 10;

enum class MatchEngine { just_in_time, interpreter };

// A compiled pattern, immutable, for any number of matchers.
class Pattern {
 public:
  // `just_in_time` falls back to the interpreter where the system cannot run generated code. Both
  // find the same matches.
  static Result<Pattern> compile(std::string_view source,
                                 MatchEngine engine = MatchEngine::just_in_time);

 private:
  friend class PatternMatcher;
  Pattern(Pcre2Pointer<pcre2_code> code, bool just_in_time)
      : code_(std::move(code)), just_in_time_(just_in_time) {}

  Pcre2Pointer<pcre2_code> code_;
  bool just_in_time_;
};

// Finds the matches of a pattern in one text; one for each thread.
class PatternMatcher {
 public:
  struct Match {
    std::size_t begin;
    std::size_t end;
  };

  // The pattern must outlive the matcher. The size of the text decides how many steps all calls of
  // `find` together may take.
  static Result<PatternMatcher> create(const Pattern& pattern, std::size_t text_size);

  // The first match that is not empty and begins at or after `from`, which is below subject.size().
  // If there is none, the empty one at the subject's end. `subject` must be UTF-8 and `from`
  // between two characters. An error if the pattern needs more steps or memory than its budget.
  Result<Match> find(std::string_view subject, std::size_t from);

 private:
  // Counted by the callout before each item of the pattern: one step for each item that is tried
  // and for each byte that the position moves.
  struct Steps {
    std::uint64_t left;
    std::size_t position;
  };

  PatternMatcher(const Pattern& pattern, Pcre2Pointer<pcre2_match_context> context,
                 Pcre2Pointer<pcre2_match_data> data, Pcre2Pointer<pcre2_jit_stack> stack,
                 std::size_t text_size);

  int run(std::string_view subject, std::size_t from);
  static int count_steps(pcre2_callout_block* callout, void* steps);

  const Pattern* pattern_;
  Pcre2Pointer<pcre2_match_context> context_;
  Pcre2Pointer<pcre2_match_data> data_;
  Pcre2Pointer<pcre2_jit_stack> stack_;  // null without just-in-time code
  Steps steps_;
};

}  // namespace czip::v1
