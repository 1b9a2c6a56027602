// The arithmetic coder against the format's description, bit by bit, and its knowledge of where a
// stream ends.
#include "czip/codec/v1/arithmetic_coder.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace czip::v1 {
namespace {

constexpr std::uint32_t kMaxTotal = std::uint32_t{1} << 30;

struct Symbol {
  CumulativeRange range;
  std::uint32_t total;
};

using Bytes = std::vector<std::uint8_t>;

// The encoder as the format describes it: one bit at a time.
Bytes encode_by_the_book(const std::vector<Symbol>& symbols) {
  std::vector<bool> bits;
  std::uint64_t low = 0;
  std::uint64_t high = 0xffffffff;
  std::uint64_t pending = 0;
  for (const Symbol& symbol : symbols) {
    const std::uint64_t range = high - low + 1;
    high = low + symbol.range.high * range / symbol.total - 1;
    low += symbol.range.low * range / symbol.total;
    for (;;) {
      if ((low >> 31) == (high >> 31)) {
        const bool bit = (low >> 31) != 0;
        bits.push_back(bit);
        bits.insert(bits.end(), static_cast<std::size_t>(pending), !bit);
        pending = 0;
      } else if ((low & 0x40000000) != 0 && (high & 0x40000000) == 0) {
        ++pending;
        low &= 0x3fffffff;
        high |= 0x40000000;
      } else {
        break;
      }
      low = (low << 1) & 0xffffffff;
      high = ((high << 1) & 0xffffffff) | 1;
    }
  }
  bits.push_back(true);
  Bytes bytes((bits.size() + 7) / 8);
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i]) bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | (0x80 >> (i % 8)));
  return bytes;
}

Bytes encode(const std::vector<Symbol>& symbols) {
  Bytes bytes;
  ArithmeticEncoder encoder(bytes);
  for (const Symbol& symbol : symbols) encoder.encode(symbol.range, symbol.total);
  encoder.finish();
  return bytes;
}

// Whether the decoder finds each symbol's range and then stands at the stream's exact end.
bool decodes(const Bytes& bytes, const std::vector<Symbol>& symbols) {
  ArithmeticDecoder decoder(bytes);
  for (const Symbol& symbol : symbols) {
    const std::uint32_t target = decoder.decode_target(symbol.total);
    if (target < symbol.range.low || target >= symbol.range.high) return false;
    decoder.consume(symbol.range, symbol.total);
    if (decoder.overrun()) return false;
  }
  return decoder.at_exact_end();
}

std::uint32_t below(std::mt19937& random, std::uint32_t bound) {
  return static_cast<std::uint32_t>(random()) % bound;
}

// Symbols of all kinds: of a single part, almost certain, of any width, and narrow.
Symbol random_symbol(std::mt19937& random) {
  const std::uint32_t total = 2 + below(random, kMaxTotal - 1);
  std::uint32_t width = 1;
  switch (below(random, 4)) {
    case 0:
      width = 1;
      break;
    case 1:
      width = total - below(random, 1 + total / 1000);
      break;
    case 2:
      width = 1 + below(random, total);
      break;
    default:
      width = 1 + below(random, 1 + total / 512);
      break;
  }
  const std::uint32_t low = below(random, total - width + 1);
  return {{low, low + width}, total};
}

std::vector<Symbol> random_symbols(std::uint32_t seed, std::size_t count) {
  std::mt19937 random(seed);
  std::vector<Symbol> symbols;
  for (std::size_t i = 0; i < count; ++i) symbols.push_back(random_symbol(random));
  return symbols;
}

// Symbols around the middle of the interval: each leaves more bits pending and decides none.
std::vector<Symbol> straddling_symbols(std::size_t count) {
  return std::vector<Symbol>(count, {{kMaxTotal / 2 - 3, kMaxTotal / 2 + 3}, kMaxTotal});
}

}  // namespace

TEST_CASE("the encoder writes what the bit-by-bit description writes, and the decoder reads it") {
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    const std::vector<Symbol> symbols = random_symbols(seed, seed % 97);
    const Bytes bytes = encode(symbols);
    CAPTURE(seed);
    REQUIRE(bytes == encode_by_the_book(symbols));
    REQUIRE(decodes(bytes, symbols));
  }
}

TEST_CASE("long runs of pending bits are written when they settle") {
  for (const std::size_t count : {1U, 2U, 3U, 10U, 100U, 1000U}) {
    for (const std::uint32_t last_low : {0U, kMaxTotal - 1}) {
      std::vector<Symbol> symbols = straddling_symbols(count);
      symbols.push_back({{last_low, last_low + 1}, kMaxTotal});
      const Bytes bytes = encode(symbols);
      CAPTURE(count);
      REQUIRE(bytes == encode_by_the_book(symbols));
      REQUIRE(decodes(bytes, symbols));
    }
  }
}

TEST_CASE("short streams, worked out by hand") {
  // Quarters of the interval are two bits each: 00, 11 and 01; then the one of the end.
  const std::vector<Symbol> quarters{{{0, 1}, 4}, {{3, 4}, 4}, {{1, 2}, 4}};
  CHECK(encode(quarters) == Bytes{0b00110110});
  CHECK(decodes({0b00110110}, quarters));
  // The middle half leaves one bit pending; the lower half of it is 0, and the pending bit 1.
  const std::vector<Symbol> middle{{{1, 3}, 4}, {{0, 1}, 2}};
  CHECK(encode(middle) == Bytes{0b01100000});
  CHECK(decodes({0b01100000}, middle));
  // And the upper half is 1, and the pending bit 0.
  const std::vector<Symbol> upper{{{1, 3}, 4}, {{1, 2}, 2}};
  CHECK(encode(upper) == Bytes{0b10100000});
  CHECK(decodes({0b10100000}, upper));
}

TEST_CASE("bits still pending at the end are not written") {
  // From the whole interval the symbol leaves 27 bits pending.
  const std::vector<Symbol> symbols = straddling_symbols(1);
  const Bytes bytes = encode(symbols);
  CHECK(bytes == Bytes{0x80});
  CHECK(bytes == encode_by_the_book(symbols));
  CHECK(decodes(bytes, symbols));
}

TEST_CASE("a certain symbol costs nothing, and no symbol at all one byte") {
  CHECK(encode({}) == Bytes{0x80});
  CHECK(decodes({0x80}, {}));
  const std::vector<Symbol> certain(50, {{0, kMaxTotal}, kMaxTotal});
  CHECK(encode(certain) == Bytes{0x80});
  CHECK(decodes({0x80}, certain));
}

TEST_CASE("a symbol of one part in 2^30 costs 30 bits wherever it lies") {
  for (const std::uint32_t low : {0U, 1U, kMaxTotal / 2 - 1, kMaxTotal / 2, kMaxTotal - 1}) {
    const std::vector<Symbol> symbols(100, {{low, low + 1}, kMaxTotal});
    const Bytes bytes = encode(symbols);
    CAPTURE(low);
    CHECK(bytes == encode_by_the_book(symbols));
    CHECK(bytes.size() <= (100 * 30 + 64) / 8);
    CHECK(decodes(bytes, symbols));
  }
}

TEST_CASE("the decoder knows the encoder's length after every symbol") {
  const std::vector<Symbol> symbols = random_symbols(7, 300);
  const Bytes bytes = encode(symbols);
  ArithmeticDecoder decoder(bytes);
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    CAPTURE(i);
    const std::vector<Symbol> prefix(symbols.begin(),
                                     symbols.begin() + static_cast<std::ptrdiff_t>(i));
    REQUIRE(decoder.encoded_bytes() == encode(prefix).size());
    REQUIRE_FALSE(decoder.overrun());
    decoder.consume(symbols[i].range, symbols[i].total);
  }
  CHECK(decoder.at_exact_end());
}

TEST_CASE("any other tail than the encoder's is noticed") {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    const std::vector<Symbol> symbols = random_symbols(seed + 1000, 20);
    const Bytes bytes = encode(symbols);
    CAPTURE(seed);

    Bytes longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(decodes(longer, symbols));

    Bytes shorter = bytes;
    shorter.pop_back();
    CHECK_FALSE(decodes(shorter, symbols));

    // The last eight bits: the end's one, the padding, and bits of the message before it.
    for (int bit = 0; bit < 8; ++bit) {
      Bytes flipped = bytes;
      flipped.back() = static_cast<std::uint8_t>(flipped.back() ^ (1 << bit));
      CHECK_FALSE(decodes(flipped, symbols));
    }
  }
}

TEST_CASE("the exact end is seen only after the last symbol") {
  const std::vector<Symbol> symbols(40, {{12345, 12346}, kMaxTotal});
  const Bytes bytes = encode(symbols);
  ArithmeticDecoder decoder(bytes);
  for (const Symbol& symbol : symbols) {
    CHECK_FALSE(decoder.at_exact_end());
    decoder.consume(symbol.range, symbol.total);
  }
  CHECK(decoder.at_exact_end());
}

TEST_CASE("any bytes decode to symbols, and running past the end is noticed") {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    Bytes bytes(below(random, 40));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    ArithmeticDecoder decoder(bytes);
    // 256 equally likely symbols take a byte each; with 2^30 parts, decoding does not round.
    for (std::size_t i = 0; i < bytes.size() + 5; ++i) {
      const std::uint32_t target = decoder.decode_target(kMaxTotal);
      REQUIRE(target < kMaxTotal);
      const std::uint32_t low = target & ~((kMaxTotal / 256) - 1);
      CHECK((low >> 22) == (i < bytes.size() ? bytes[i] : 0));
      decoder.consume({low, low + kMaxTotal / 256}, kMaxTotal);
      CHECK(decoder.overrun() == (i + 1 >= bytes.size()));
    }
  }
}

}  // namespace czip::v1
