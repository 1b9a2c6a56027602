#include "czip/base/zeroed_memory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

namespace czip {

TEST_CASE("memory is aligned, zero and writable to its last byte, small or large") {
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{64}, (std::size_t{1} << 20) - 1,
                                  std::size_t{1} << 20, (std::size_t{5} << 20) + 3}) {
    CAPTURE(bytes);
    const ZeroedMemory memory = allocate_zeroed(bytes);
    REQUIRE(memory != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(memory.get()) % 64 == 0);
    auto* begin = static_cast<std::uint8_t*>(memory.get());
    CHECK(std::all_of(begin, begin + bytes, [](std::uint8_t byte) { return byte == 0; }));
    std::fill_n(begin, bytes, std::uint8_t{255});
  }
}

TEST_CASE("no memory is given where none is left") {
  CHECK(allocate_zeroed(SIZE_MAX) == nullptr);
  CHECK(allocate_zeroed(SIZE_MAX / 4 * 3) == nullptr);
}

}  // namespace czip
