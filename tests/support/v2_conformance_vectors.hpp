// The files of conformance/v2 that are computed: with conformance/v2/tiny.czm, which was trained,
// and with networks.czm, which is random.
#pragma once

#include <string>
#include <vector>

#include "czip/codec/v2/codec.hpp"
#include "support/bytes.hpp"
#include "support/v2_stages.hpp"

namespace czip::test {

struct StoredFileV2 {
  std::string name;  // in conformance/
  Bytes text;
  v2::EncodeOptions options;
};
// With tiny.czm.
[[nodiscard]] std::vector<StoredFileV2> stored_files_v2();

inline constexpr const char* kNetworksModel = "v2/networks.czm";

struct NetworkFileV2 {
  std::string name;  // in conformance/
  Bytes text;
  Bytes file;
};
// A model with both networks, and files of which blocks are coded with them.
[[nodiscard]] Bytes networks_model_v2();
[[nodiscard]] std::vector<NetworkFileV2> network_files_v2();

inline constexpr const char* kStageVectors = "v2/stages.json";

// Of the stored files, at a SIMD level: an array of objects with file, model and tokens.
[[nodiscard]] Json stage_vectors_v2(SimdLevel simd);

inline constexpr const char* kStoredArmour = "v2/english.armour";
inline constexpr const char* kArmouredFile = "v2/english.txt.9.czip";

// The armour of a file: conformance/armour.md.
[[nodiscard]] std::string armour_of(const Bytes& file);

}  // namespace czip::test
