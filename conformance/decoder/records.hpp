// czip-v2-records.md: raw records, and records of a file by their numbers.
#pragma once

#include <cstddef>

#include "bytes.hpp"
#include "model.hpp"

namespace reference {

// A raw record without a context. Throws Refused.
Bytes decode_raw_record(const Model& model, std::size_t profile, const Bytes& record);

// Record `number` of a record file, from 1 on, with its separator. Throws Refused.
Bytes decode_record(const Model& model, const Bytes& file, std::size_t number);

}  // namespace reference
