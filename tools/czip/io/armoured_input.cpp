#include "io/armoured_input.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "armour/armour.hpp"
#include "armour/armour_source.hpp"
#include "base/errors.hpp"
#include "czip/codec/v2/codec.hpp"
#include "io/descriptor.hpp"
#include "io/formats.hpp"

namespace czip::tool {
namespace {

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ArmouredInput final : public ByteSource {
 public:
  ArmouredInput(Input text, ArmourKind kind)
      : text_(std::move(text)), source_(text_), armour_(source_, kind) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override { return armour_.read(buffer); }

 private:
  Input text_;
  InputSource source_;
  ArmourSource armour_;
};

}  // namespace

Result<bool> remove_armour(Input& input, ArmourPlace place) {
  // A short look first, for a pipe may be slow.
  CZIP_TRY_ASSIGN(const auto start, peek(input, v2::kMaxStartBytes));
  if (is_compressed(start)) return false;
  CZIP_TRY_ASSIGN(const auto beginning, peek(input, kArmourPeek));
  const ArmourKind kind = place == ArmourPlace::start ? leading_armour_kind(as_text(beginning))
                                                      : armour_kind(as_text(beginning));
  if (kind == ArmourKind::none) return false;
  Input text;
  // It shares the position in the file.
  text.file = Descriptor(fcntl(input.file.get(), F_DUPFD_CLOEXEC, 0));
  if (text.file.get() < 0) return system_failure("cannot read", errno);
  text.peeked = std::exchange(input.peeked, {});
  text.announced = std::exchange(input.announced, std::nullopt);
  input.decoder = std::make_unique<ArmouredInput>(std::move(text), kind);
  if (!input.is_regular()) return true;
  if (const auto decoded = make_seekable(input); !decoded) return Failure(advise(decoded.error()));
  return true;
}

}  // namespace czip::tool
