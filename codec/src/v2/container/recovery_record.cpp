#include "v2/container/recovery_record.hpp"

#include <algorithm>

#include "czip/base/little_endian.hpp"
#include "v2/container/hashing.hpp"

namespace czip::v2 {
namespace {

// Offsets of the header's fields.
constexpr std::size_t kVersion = 3;
constexpr std::size_t kDataShards = 4;
constexpr std::size_t kParityShards = 5;
constexpr std::size_t kAtEnd = 6;
constexpr std::size_t kReserved = 7;
constexpr std::size_t kShardBytes = 8;
constexpr std::size_t kCoveredBytes = 12;
constexpr std::size_t kCoveredHash = 20;
constexpr std::size_t kBodyHash = 36;
constexpr std::size_t kCheck = 52;

constexpr std::uint64_t kMaxCoveredBytes = std::uint64_t{1} << 48;

// Of a small file, about this many shards; of a larger one, shards of this size, of which a damaged
// sector destroys few; of a huge one, at most so many that their hashes take little memory.
constexpr std::uint64_t kWantedShards = 220;
constexpr std::uint64_t kLeastShardBytes = 64;
constexpr std::uint64_t kWantedShardBytes = 2048;
constexpr std::uint64_t kMaxShards = std::uint64_t{1} << 22;

std::uint64_t ceiling(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

}  // namespace

RecoveryHeaderBytes serialize(const RecoveryHeader& header) {
  RecoveryHeaderBytes bytes{};
  std::ranges::copy(kRecoveryMagic, bytes.begin());
  bytes[kVersion] = kRecoveryVersion;
  bytes[kDataShards] = header.data_shards;
  bytes[kParityShards] = header.parity_shards;
  bytes[kAtEnd] = header.at_end ? 1 : 0;
  store_le(&bytes[kShardBytes], header.shard_bytes);
  store_le(&bytes[kCoveredBytes], header.covered_bytes);
  std::ranges::copy(hash_bytes(header.covered_hash), &bytes[kCoveredHash]);
  std::ranges::copy(hash_bytes(header.body_hash), &bytes[kBodyHash]);
  store_le(&bytes[kCheck], check32(std::span(bytes).first<kCheck>()));
  return bytes;
}

std::optional<RecoveryHeader> parse_recovery_header(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kRecoveryHeaderBytes ||
      !std::ranges::equal(bytes.first<kRecoveryMagic.size()>(), kRecoveryMagic) ||
      bytes[kVersion] != kRecoveryVersion ||
      check32(bytes.first<kCheck>()) != load_le<std::uint32_t>(&bytes[kCheck]))
    return std::nullopt;
  RecoveryHeader header;
  header.data_shards = bytes[kDataShards];
  header.parity_shards = bytes[kParityShards];
  header.at_end = bytes[kAtEnd] == 1;
  header.shard_bytes = load_le<std::uint32_t>(&bytes[kShardBytes]);
  header.covered_bytes = load_le<std::uint64_t>(&bytes[kCoveredBytes]);
  header.covered_hash = hash_from_bytes(bytes.subspan<kCoveredHash, kHashBytes>());
  header.body_hash = hash_from_bytes(bytes.subspan<kBodyHash, kHashBytes>());
  const std::size_t shards = std::size_t{header.data_shards} + header.parity_shards;
  if (header.data_shards == 0 || header.parity_shards == 0 || shards > kMaxGroupShards ||
      bytes[kAtEnd] > 1 || bytes[kReserved] != 0 || header.shard_bytes < kMinShardBytes ||
      header.shard_bytes > kMaxShardBytes || header.covered_bytes == 0 ||
      header.covered_bytes > kMaxCoveredBytes)
    return std::nullopt;
  return header;
}

RecoveryHeader recovery_for(std::uint64_t covered_bytes, unsigned percent) {
  RecoveryHeader header;
  header.covered_bytes = covered_bytes;
  const std::uint64_t few =
      std::clamp(ceiling(covered_bytes, kWantedShards), kLeastShardBytes, kWantedShardBytes);
  const std::uint64_t bytes = std::max(few, ceiling(covered_bytes, kMaxShards));
  header.shard_bytes = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(ceiling(bytes, kMinShardBytes) * kMinShardBytes, kMaxShardBytes));
  // One parity shard more than the percentage makes: the ends of a burst lie inside shards.
  const std::uint64_t most = (kMaxGroupShards - 1) * 100 / (100 + percent);
  const std::uint64_t groups = ceiling(header.shards(), most);
  const std::uint64_t data = ceiling(header.shards(), groups);
  header.data_shards = static_cast<std::uint8_t>(data);
  header.parity_shards = static_cast<std::uint8_t>(ceiling(data * percent, 100) + 1);
  return header;
}

std::uint32_t shard_hash(std::span<const std::uint8_t> shard, std::uint64_t index) {
  return check32(shard, index);
}

std::vector<std::uint8_t> serialize_hashes(std::span<const std::uint32_t> hashes) {
  std::vector<std::uint8_t> table;
  const auto append = [&table](std::uint32_t value) {
    table.resize(table.size() + sizeof value);
    store_le(&table[table.size() - sizeof value], value);
  };
  for (std::uint64_t page = 0; !hashes.empty(); ++page) {
    const std::size_t begin = table.size();
    const auto part = hashes.first(std::min<std::size_t>(hashes.size(), kPageHashes));
    for (const std::uint32_t hash : part) append(hash);
    append(check32(std::span(table).subspan(begin), page));
    hashes = hashes.subspan(part.size());
  }
  return table;
}

void parse_hashes(std::span<const std::uint8_t> table,
                  std::span<std::optional<std::uint32_t>> hashes) {
  for (std::uint64_t page = 0; !hashes.empty(); ++page) {
    const auto part = hashes.first(std::min<std::size_t>(hashes.size(), kPageHashes));
    const std::size_t size = part.size() * kShardHashBytes;
    if (table.size() < size + sizeof(std::uint32_t)) return;
    if (check32(table.first(size), page) == load_le<std::uint32_t>(&table[size]))
      for (std::size_t i = 0; i < part.size(); ++i)
        part[i] = load_le<std::uint32_t>(&table[i * kShardHashBytes]);
    table = table.subspan(size + sizeof(std::uint32_t));
    hashes = hashes.subspan(part.size());
  }
}

}  // namespace czip::v2
