#include "czip/import/gguf/model.hpp"

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "czip/import/gguf/reader.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer::gguf {
namespace {

constexpr std::string_view kNumberKey = "split.no";
constexpr std::string_view kCountKey = "split.count";
constexpr std::string_view kTensorsKey = "split.tensors.count";
constexpr std::uint64_t kMaxParts = 65'535;

// What a part says of its split. A file that was not split is the only part, and says nothing.
struct Split {
  std::uint64_t number = 0;
  std::uint64_t count = 1;
  std::uint64_t tensors = 0;
};

Result<Split> split_of(const File& file) {
  const Metadata& metadata = file.metadata();
  Split split;
  CZIP_TRY_ASSIGN(split.count, metadata.count_or(kCountKey, kMaxParts, 1));
  if (split.count == 0) return fail(ErrorCode::corrupt, "metadata 'split.count' is 0");
  CZIP_TRY_ASSIGN(split.number, metadata.count_or(kNumberKey, kMaxParts, 0));
  if (split.number >= split.count)
    return fail(ErrorCode::corrupt, "metadata 'split.no' is " + std::to_string(split.number) +
                                        ", but 'split.count' is " + std::to_string(split.count));
  split.tensors = file.tensors().all().size();
  if (split.count > 1) {
    CZIP_TRY_ASSIGN(split.tensors, metadata.count(kTensorsKey, kMaxTensors));
  }
  return split;
}

std::string part_text(std::uint64_t number, std::uint64_t count) {
  return "part " + std::to_string(number + 1) + " of " + std::to_string(count);
}

}  // namespace

Result<Model> Model::join(std::span<const File> parts) try {
  if (parts.empty()) return fail(ErrorCode::invalid_argument, "no GGUF file was given");
  CZIP_TRY_ASSIGN(const Split first, split_of(parts.front()));
  std::vector<const File*> in_order(static_cast<std::size_t>(first.count));
  for (const File& part : parts) {
    CZIP_TRY_ASSIGN(const Split split, split_of(part));
    if (split.count != first.count || split.tensors != first.tensors)
      return fail(ErrorCode::invalid_argument,
                  "the GGUF files are no parts of one model: one says it is " +
                      part_text(first.number, first.count) + " with " +
                      std::to_string(first.tensors) + " tensors, another " +
                      part_text(split.number, split.count) + " with " +
                      std::to_string(split.tensors));
    const File*& place = in_order[static_cast<std::size_t>(split.number)];
    if (place != nullptr)
      return fail(ErrorCode::invalid_argument,
                  "two GGUF files are " + part_text(split.number, split.count) + " of the model");
    place = &part;
  }
  Model model;
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    if (in_order[i] == nullptr)
      return fail(ErrorCode::invalid_argument,
                  "the model is split, and " + part_text(i, first.count) +
                      " is missing; give all its files, NAME-00001-of-... and so on");
    for (const auto& [name, tensor] : in_order[i]->tensors().all())
      CZIP_TRY(model.tensors_.add(tensor));
  }
  if (model.tensors_.all().size() != first.tensors)
    return fail(ErrorCode::corrupt, "metadata 'split.tensors.count' is " +
                                        std::to_string(first.tensors) + ", but the parts have " +
                                        std::to_string(model.tensors_.all().size()) + " tensors");
  model.metadata_ = &in_order.front()->metadata();
  return model;
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the GGUF model's list of tensors");
}

}  // namespace czip::importer::gguf
