// A tiny language model of random weights in a GGUF file, the same on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/seeded_generator.hpp"
#include "czip/import/tensors.hpp"
#include "support/bytes.hpp"

namespace czip::test {

// A GGUF file that grows tensor by tensor, in one part or several.
class TinyGguf {
 public:
  // F32 numbers. The innermost dimension is first, as in the file.
  void add(std::string_view name, const std::vector<std::uint64_t>& dimensions, bool is_gain);
  // In place of a tensor's numbers; of as many.
  void set_numbers(std::string_view name, const std::vector<float>& numbers);
  void remove(std::string_view name);
  void add_pair(const Bytes& pair) { pairs_.push_back(pair); }

  [[nodiscard]] Bytes file() const { return part(0, 1); }
  // Part `number` of `count`, from 0 on.
  [[nodiscard]] Bytes part(std::uint32_t number, std::uint32_t count) const;

  // The tensors as they are in the file; valid as long as this.
  [[nodiscard]] std::vector<importer::Tensor> tensors() const;

 private:
  struct Entry {
    std::string name;
    std::vector<std::uint64_t> dimensions;
    Bytes bytes;
  };

  SeededGenerator random_{11};
  std::vector<Bytes> pairs_;
  std::vector<Entry> tensors_;
};

// A model of that architecture, called "tiny": 48 elements, 2 layers, 4 heads of 16 with 2 of keys
// ("gpt2": 3 heads), a feed-forward of 40, which is padded to 64, 257 tokens, and biases unless it
// is "llama".
// Its tokens are <s> and the bytes; `token_a` is that of the byte 0x41.
[[nodiscard]] TinyGguf tiny_gguf(std::string_view architecture,
                                 std::string_view token_a = "<0x41>");

}  // namespace czip::test
