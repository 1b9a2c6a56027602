// Random valid files of CZIPv2, of everything that the container's page allows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/codec/v2/model.hpp"
#include "support/bytes.hpp"

namespace czip::test {

struct RandomFileV2 {
  Bytes file;
  Bytes text;  // of an archive, the tar streams of its versions
  bool archive = false;
};

// One to three frames: full and compact, with blocks of every type and setting, archives, zeros,
// recovery records, attachments, and a mark that hides what follows.
[[nodiscard]] RandomFileV2 make_random_file_v2(const v2::Model& model, std::uint64_t seed);

// A block of `block_bytes` for each profile with each number of streams, coded with the network
// where the profile and the model allow it, and for the language model, if there is one, with each;
// then a frame without blocks.
[[nodiscard]] RandomFileV2 make_file_of_all_settings_v2(const v2::Model& model,
                                                        std::size_t block_bytes,
                                                        std::uint64_t seed);

}  // namespace czip::test
