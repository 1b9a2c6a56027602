// The layout of a recovery record. Specification: conformance/czip-v2-container.md, section 7.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"

namespace czip::v2 {

inline constexpr std::array<std::uint8_t, 3> kRecoveryMagic{0xfc, 'R', 'S'};
inline constexpr std::uint8_t kRecoveryVersion = 1;
inline constexpr std::size_t kRecoveryHeaderBytes = 56;
inline constexpr std::size_t kMaxGroupShards = 255;  // data and parity
inline constexpr std::uint32_t kMinShardBytes = 16;
inline constexpr std::uint32_t kMaxShardBytes = std::uint32_t{1} << 28;
inline constexpr std::size_t kShardHashBytes = 4;
inline constexpr std::uint64_t kPageHashes = 60;  // in a page of the table

struct RecoveryHeader {
  std::uint8_t data_shards = 0;    // k, of a group
  std::uint8_t parity_shards = 0;  // m, of a group
  bool at_end = false;             // the copy at the record's end
  std::uint32_t shard_bytes = 0;
  std::uint64_t covered_bytes = 0;  // before the record
  Hash128 covered_hash{};
  Hash128 body_hash{};  // of the record between the two copies of the header

  [[nodiscard]] std::uint64_t shards() const {
    return (covered_bytes + shard_bytes - 1) / shard_bytes;
  }
  [[nodiscard]] std::uint64_t groups() const { return (shards() + data_shards - 1) / data_shards; }
  [[nodiscard]] std::uint64_t parity() const { return groups() * parity_shards; }
  [[nodiscard]] std::uint64_t hashes() const { return shards() + parity(); }
  [[nodiscard]] std::uint64_t table_bytes() const {
    const std::uint64_t pages = (hashes() + kPageHashes - 1) / kPageHashes;
    return hashes() * kShardHashBytes + pages * sizeof(std::uint32_t);
  }
  [[nodiscard]] std::uint64_t body_bytes() const {
    return 2 * table_bytes() + parity() * shard_bytes;
  }
  [[nodiscard]] std::uint64_t record_bytes() const {
    return 2 * kRecoveryHeaderBytes + body_bytes();
  }
};

using RecoveryHeaderBytes = std::array<std::uint8_t, kRecoveryHeaderBytes>;
[[nodiscard]] RecoveryHeaderBytes serialize(const RecoveryHeader& header);
// nullopt: no such header, or damaged.
[[nodiscard]] std::optional<RecoveryHeader> parse_recovery_header(
    std::span<const std::uint8_t> bytes);

// The record for `percent` of `covered_bytes`, 1 or more.
[[nodiscard]] RecoveryHeader recovery_for(std::uint64_t covered_bytes, unsigned percent);

// The hash of shard `index`, data shards first, then parity; a shorter last shard is filled up with
// zeros.
[[nodiscard]] std::uint32_t shard_hash(std::span<const std::uint8_t> shard, std::uint64_t index);

// The table of hashes, in pages with a check each.
[[nodiscard]] std::vector<std::uint8_t> serialize_hashes(std::span<const std::uint32_t> hashes);
// Reads the pages whose check holds into `hashes`, of which the number is known.
void parse_hashes(std::span<const std::uint8_t> table,
                  std::span<std::optional<std::uint32_t>> hashes);

}  // namespace czip::v2
