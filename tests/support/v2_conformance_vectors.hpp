// The files of conformance/v2 that are computed with conformance/v2/tiny.czm.
#pragma once

#include <string>
#include <vector>

#include "czip/codec/v2/codec.hpp"
#include "support/bytes.hpp"

namespace czip::test {

struct StoredFileV2 {
  std::string name;  // in conformance/
  Bytes text;
  v2::EncodeOptions options;
};
[[nodiscard]] std::vector<StoredFileV2> stored_files_v2();

}  // namespace czip::test
