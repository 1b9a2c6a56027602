#include "czip/tokenizer/v1/piece_splitter.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "czip/base/utf8.hpp"
#include "v1/pattern.hpp"

namespace czip::v1 {
namespace {

// `run` is UTF-8.
Status split_run(const Pattern& pattern, std::string_view run,
                 const std::function<Status(std::string_view)>& use) {
  CZIP_TRY_ASSIGN(auto matcher, PatternMatcher::create(pattern, run.size()));
  for (std::size_t at = 0; at < run.size();) {
    CZIP_TRY_ASSIGN(const auto match, matcher.find(run, at));
    // Text that the pattern skips is a piece, too.
    if (at < match.begin) CZIP_TRY(use(run.substr(at, match.begin - at)));
    if (match.begin < match.end) CZIP_TRY(use(run.substr(match.begin, match.end - match.begin)));
    at = match.end;
  }
  return {};
}

}  // namespace

PieceSplitter::PieceSplitter(std::unique_ptr<const Pattern> pattern)
    : pattern_(std::move(pattern)) {}
PieceSplitter::PieceSplitter(PieceSplitter&&) noexcept = default;
PieceSplitter& PieceSplitter::operator=(PieceSplitter&&) noexcept = default;
PieceSplitter::~PieceSplitter() = default;

Result<PieceSplitter> PieceSplitter::create(std::string_view pattern) try {
  CZIP_TRY_ASSIGN(auto compiled, Pattern::compile(pattern));
  return PieceSplitter(std::make_unique<const Pattern>(std::move(compiled)));
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

Status PieceSplitter::for_each_piece(std::span<const std::uint8_t> text,
                                     const std::function<Status(std::string_view)>& use) const {
  std::string_view rest(reinterpret_cast<const char*>(text.data()), text.size());
  while (!rest.empty()) {
    const std::size_t size = valid_utf8_prefix(rest);
    CZIP_TRY(split_run(*pattern_, rest.substr(0, size), use));
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return {};
}

}  // namespace czip::v1
