#include "v1/pattern.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace czip::v1 {
namespace {

// Budget of steps for a whole text. Ordinary patterns take two or three for each byte; the budget
// ends one that backtracks without bound or looks at the same text again and again.
constexpr std::uint64_t kBaseSteps = 10'000'000;
constexpr std::uint64_t kStepsPerByte = 100;

constexpr std::uint32_t kMaxDepth = 1'000'000;
constexpr std::uint32_t kMaxHeapKibibytes = 64 << 10;
constexpr std::size_t kMinJitStack = std::size_t{64} << 10;
constexpr std::size_t kMaxJitStack = std::size_t{8} << 20;

PCRE2_SPTR code_units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

// The reference's \s is the Unicode property White_Space; PCRE2's also has U+180E, which has not
// been white space since Unicode 6.3. So \s becomes \p{White_Space}, inside and outside of classes.
std::string with_unicode_white_space(std::string_view source) {
  std::string pattern;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\\' || i + 1 == source.size()) {
      pattern += source[i];
      continue;
    }
    ++i;
    if (source[i] == 's') {
      pattern += "\\p{White_Space}";
    } else if (source[i] == 'S') {
      pattern += "\\P{White_Space}";
    } else {
      pattern += '\\';
      pattern += source[i];
    }
  }
  return pattern;
}

std::string describe(int pcre2_error) {
  std::string text(256, '\0');
  const int length = pcre2_get_error_message(
      pcre2_error, reinterpret_cast<PCRE2_UCHAR*>(text.data()), text.size());
  if (length < 0) return "PCRE2 error " + std::to_string(pcre2_error);
  text.resize(static_cast<std::size_t>(length));
  return text;
}

tl::unexpected<Error> pcre2_failure(int pcre2_error) {
  switch (pcre2_error) {
    case PCRE2_ERROR_NOMEMORY:
      return fail(ErrorCode::out_of_memory, "out of memory");
    case PCRE2_ERROR_CALLOUT:
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_RECURSELOOP:
      return fail(ErrorCode::unsupported, "pat_str backtracks too much on this text");
    default:
      return fail(ErrorCode::internal, "pat_str cannot be matched: " + describe(pcre2_error));
  }
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view source, MatchEngine engine) {
  if (source.empty() || source.size() > kMaxPatternBytes) {
    return fail(ErrorCode::unsupported, "pat_str is empty or too long");
  }
  const std::string pattern = with_unicode_white_space(source);
  const Pcre2Pointer<pcre2_compile_context> context(pcre2_compile_context_create(nullptr));
  if (!context) return pcre2_failure(PCRE2_ERROR_NOMEMORY);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  // The options make PCRE2 match like the reference's Rust: $ is the end of the text only, and
  // characters are never split.
  const std::uint32_t options =
      PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
  Pcre2Pointer<pcre2_code> code(
      pcre2_compile(code_units(pattern), pattern.size(), options, &error, &offset, context.get()));
  if (!code) {
    if (error == PCRE2_ERROR_NOMEMORY) return pcre2_failure(error);
    return fail(ErrorCode::corrupt, "pat_str is not a valid pattern: " + describe(error));
  }
  std::uint32_t back_references = 0;
  pcre2_pattern_info(code.get(), PCRE2_INFO_BACKREFMAX, &back_references);
  if (back_references != 0) {
    // Each may compare any number of bytes in what counts as one step.
    return fail(ErrorCode::unsupported, "pat_str has back references");
  }
  const bool just_in_time =
      engine == MatchEngine::just_in_time && pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE) == 0;
  return Pattern(std::move(code), just_in_time);
}

PatternMatcher::PatternMatcher(const Pattern& pattern, Pcre2Pointer<pcre2_match_context> context,
                               Pcre2Pointer<pcre2_match_data> data,
                               Pcre2Pointer<pcre2_jit_stack> stack, std::size_t text_size)
    : pattern_(&pattern),
      context_(std::move(context)),
      data_(std::move(data)),
      stack_(std::move(stack)),
      steps_{kBaseSteps + kStepsPerByte * text_size, 0} {}

Result<PatternMatcher> PatternMatcher::create(const Pattern& pattern, std::size_t text_size) {
  Pcre2Pointer<pcre2_match_context> context(pcre2_match_context_create(nullptr));
  Pcre2Pointer<pcre2_match_data> data(pcre2_match_data_create(1, nullptr));
  if (!context || !data) return pcre2_failure(PCRE2_ERROR_NOMEMORY);
  // PCRE2's own limit is the same for long texts as for short ones.
  pcre2_set_match_limit(context.get(), std::numeric_limits<std::uint32_t>::max());
  pcre2_set_depth_limit(context.get(), kMaxDepth);
  pcre2_set_heap_limit(context.get(), kMaxHeapKibibytes);
  Pcre2Pointer<pcre2_jit_stack> stack;
  if (pattern.just_in_time_) {
    stack.reset(pcre2_jit_stack_create(kMinJitStack, kMaxJitStack, nullptr));
    if (!stack) return pcre2_failure(PCRE2_ERROR_NOMEMORY);
    pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
  }
  return PatternMatcher(pattern, std::move(context), std::move(data), std::move(stack), text_size);
}

int PatternMatcher::count_steps(pcre2_callout_block* callout, void* data) {
  Steps& steps = *static_cast<Steps*>(data);
  const std::size_t position = callout->current_position;
  const std::size_t moved =
      position > steps.position ? position - steps.position : steps.position - position;
  steps.position = position;
  if (steps.left <= moved) return PCRE2_ERROR_CALLOUT;
  steps.left -= moved + 1;
  return 0;
}

Result<PatternMatcher::Match> PatternMatcher::find(std::string_view subject, std::size_t from) {
  steps_.position = from;
  pcre2_set_callout(context_.get(), &PatternMatcher::count_steps, &steps_);
  const int status = run(subject, from);
  if (status == PCRE2_ERROR_NOMATCH) return Match{subject.size(), subject.size()};
  if (status < 0) return pcre2_failure(status);
  const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data_.get());
  const Match match{bounds[0], bounds[1]};
  // \K may move the beginning of a match; it must not make the text go backwards.
  if (match.begin < from || match.end <= match.begin || match.end > subject.size()) {
    return fail(ErrorCode::unsupported, "pat_str matches text before its own beginning");
  }
  return match;
}

int PatternMatcher::run(std::string_view subject, std::size_t from) {
  const pcre2_code* code = pattern_->code_.get();
  // Without PCRE2_NOTEMPTY a pattern that matches nothing would match there for ever.
  if (pattern_->just_in_time_) {
    const int status = pcre2_jit_match(code, code_units(subject), subject.size(), from,
                                       PCRE2_NOTEMPTY, data_.get(), context_.get());
    if (status != PCRE2_ERROR_JIT_STACKLIMIT) return status;
  }
  return pcre2_match(code, code_units(subject), subject.size(), from,
                     PCRE2_NOTEMPTY | PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data_.get(),
                     context_.get());
}

}  // namespace czip::v1
