#include "io/armoured_output.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "armour/armour_sink.hpp"
#include "armour/armour_source.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18;

}  // namespace

Status write_armour(int data, ByteSink& text) {
  FileSource source(data);
  CZIP_TRY(source.rewind());
  ArmourSink armour(text);
  std::vector<std::uint8_t> piece(kPiece);
  for (;;) {
    CZIP_TRY_ASSIGN(const auto n, source.read(piece));
    if (n == 0) return armour.finish();
    CZIP_TRY(armour.write(std::span(piece).first(n)));
  }
}

Status check_armour(int data, int text) {
  FileRandomAccess expected(data);
  FileSource lines(text);
  CZIP_TRY(lines.rewind());
  ArmourSource armour(lines, ArmourKind::lines);
  std::vector<std::uint8_t> piece(kPiece);
  std::vector<std::uint8_t> wanted(kPiece);
  std::uint64_t at = 0;
  for (;;) {
    CZIP_TRY_ASSIGN(const auto n, armour.read(piece));
    // At the end, the data have to end as well.
    CZIP_TRY_ASSIGN(const auto m, expected.read_at(at, std::span(wanted).first(n == 0 ? 1 : n)));
    if (n != m ||
        !std::equal(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n), wanted.begin()))
      return fail(
          ErrorCode::internal,
          "the text that was written does not stand for the compressed data, so nothing was "
          "kept; please report this");
    if (n == 0) return {};
    at += n;
  }
}

}  // namespace czip::tool
