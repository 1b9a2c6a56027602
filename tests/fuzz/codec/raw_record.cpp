// Raw records: the first byte chooses the level and the task. Any text comes back, and any bytes
// are a record of some text or an error, which leaves the coder as it was.
#include <optional>

#include "czip/codec/v2/record.hpp"
#include "fuzz/fuzz.hpp"
#include "support/results.hpp"
#include "support/v2_files.hpp"

namespace {

using namespace czip;
using namespace czip::test;

constexpr std::size_t kMaxText = 5'000;

v2::RecordCoder& coder_of(unsigned number) {
  static std::array<std::optional<v2::RecordCoder>, 3> coders;
  auto& coder = coders[number];
  if (!coder)
    coder = value_of(v2::RecordCoder::create(
        tiny_model_v2(),
        {.level = 1 + static_cast<int>(number) * 2 + (number == 2 ? 1 : 0), .max_text = kMaxText}));
  return *coder;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > kMaxText) return 0;
  v2::RecordCoder& coder = coder_of(data[0] % 3);
  const Bytes input(data + 1, data + size);
  Bytes out;
  if (data[0] >= 128) {
    Bytes record;
    insist(coder.encode(input, record).has_value(), "any text is coded");
    insist(record.size() <= input.size() + 1, "a record is one byte longer at most");
    insist(coder.decode(record, out).has_value() && out == input, "the text comes back");
    return 0;
  }
  const auto first = coder.decode(input, out);
  insist(first || out.empty(), "an error gives no text");
  insist(out.size() <= kMaxText, "a text is within the limit");
  Bytes again;
  const auto second = coder.decode(input, again);
  insist(first.has_value() == second.has_value() && out == again, "a record means the same again");
  return 0;
}
