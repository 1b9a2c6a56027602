// Reads the tensors of one network of a model file, whose names have a prefix, and remembers them,
// so that what the network does not have is found. Errors are kept as TensorReader does, and those
// here are corrupt.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "czip/engine/safetensors/tensor_reader.hpp"

namespace czip::safetensors {

class PrefixedReader : public TensorReader {
 public:
  // `file` and `prefix`, such as "network.", must outlive the reader.
  PrefixedReader(const File& file, std::string_view prefix)
      : TensorReader(file), file_(file), prefix_(prefix) {}

  // The whole name of the tensor that is called `rest` behind the prefix; counts as read.
  std::string name(std::string_view rest);

  using TensorReader::refuse;
  void refuse(std::string message) { refuse(ErrorCode::corrupt, std::move(message)); }

  // The `fields` numbers of the tensor "config", of which the first is the version of the format;
  // empty after an error: also unsupported, where `owner`, such as "the network", has another.
  std::vector<std::uint32_t> config(std::uint64_t fields, std::uint32_t version,
                                    std::string_view owner);
  // Refuses a field of "config" that is not from `least` to `most` and a multiple of `multiple`.
  void check_field(std::string_view field, std::uint64_t value, std::uint64_t least,
                   std::uint64_t most, std::uint64_t multiple = 1);

  // Each from `least` to `most`.
  template <class T>
  std::vector<T> values_within(std::string_view rest, Shape shape, std::int64_t least,
                               std::int64_t most) {
    const std::string whole = name(rest);
    std::vector<T> values = TensorReader::values<T>(whole, shape);
    for (const T value : values) {
      if (value >= least && value <= most) continue;
      refuse_element(whole, value, least, most);
      break;
    }
    return values;
  }
  // The u8 of a tensor of one, from `least` to `most`; `least` after an error.
  int shift(std::string_view rest, int least, int most);

  // Of the tensors with the prefix, those whose names nobody asked for: none that `owner` has.
  void refuse_further_tensors(std::string_view owner);

 private:
  void refuse_element(const std::string& whole, std::int64_t value, std::int64_t least,
                      std::int64_t most);

  const File& file_;
  std::string_view prefix_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace czip::safetensors
