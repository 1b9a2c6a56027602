// Compressed files as text: the first byte is the size of the pieces in which the text comes. What
// the text stands for does not depend on them, is shorter than the text, and comes back from its
// own armour.
#include "armour/armour.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "armour/armour_sink.hpp"
#include "armour/armour_source.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace czip;
using namespace czip::test;

class Pieces final : public ByteSource {
 public:
  Pieces(std::span<const std::uint8_t> text, std::size_t size) : rest_(text), size_(size) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    const std::size_t count = std::min({buffer.size(), size_, rest_.size()});
    std::copy_n(rest_.begin(), count, buffer.begin());
    rest_ = rest_.subspan(count);
    return count;
  }

 private:
  std::span<const std::uint8_t> rest_;
  std::size_t size_;
};

struct Outcome {
  Bytes bytes;
  std::optional<Error> error;
};

Outcome decoded(std::span<const std::uint8_t> text, std::size_t piece) {
  const std::string_view view(reinterpret_cast<const char*>(text.data()), text.size());
  Pieces source(text, piece);
  tool::ArmourSource armour(source, tool::armour_kind(view.substr(0, tool::kArmourPeek)));
  Outcome outcome;
  Bytes buffer(100);
  for (;;) {
    const auto n = armour.read(buffer);
    if (!n) outcome.error = n.error();
    if (!n || *n == 0) return outcome;
    outcome.bytes.insert(outcome.bytes.end(), buffer.begin(),
                         buffer.begin() + static_cast<std::ptrdiff_t>(*n));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span text(data + 1, size - 1);
  const MemoryBound bound((std::size_t{1} << 20) + 16 * size);
  const Outcome whole = decoded(text, std::max<std::size_t>(text.size(), 1));
  const Outcome pieces = decoded(text, std::max<std::size_t>(data[0], 1));
  insist(whole.bytes == pieces.bytes, "pieces give the same bytes");
  insist(whole.error.has_value() == pieces.error.has_value(), "pieces fail alike");
  insist(whole.bytes.size() <= text.size(), "the bytes are fewer than the digits");
  if (whole.error) {
    insist(whole.error->message == pieces.error->message, "pieces fail alike");
    const ErrorCode code = whole.error->code;
    insist(code == ErrorCode::corrupt || code == ErrorCode::truncated, "an error about the text");
  }
  const std::string again = tool::armoured(whole.bytes);
  insist(again.size() == tool::armour_size(whole.bytes.size()), "the size is known before");
  const Outcome back = decoded(to_bytes(again), 1 + data[0]);
  insist(!back.error && back.bytes == whole.bytes, "an armour gives its bytes");
  return 0;
}
