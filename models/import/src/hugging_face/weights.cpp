#include "czip/import/hugging_face/weights.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/import/element_type.hpp"
#include "czip/import/hugging_face/json_fields.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {
namespace {

constexpr std::string_view kIndexFile = "model.safetensors.index.json";
constexpr std::string_view kMapPrefix = "weight_map.";

std::optional<ElementType> element_type(safetensors::DType dtype) {
  switch (dtype) {
    case safetensors::DType::f32:
      return ElementType::f32;
    case safetensors::DType::f16:
      return ElementType::f16;
    case safetensors::DType::bf16:
      return ElementType::bf16;
    default:
      return std::nullopt;
  }
}

// A name in the index's own folder.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.find_first_of("/\\:") == name.npos &&
         std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

}  // namespace

Result<WeightIndex> parse_weight_index(std::string_view json) {
  CZIP_TRY_ASSIGN(
      const auto fields,
      JsonFields::parse(json, kIndexFile, {.bytes = std::size_t{1} << 24, .fields = 262'144}));
  WeightIndex index;
  std::set<std::string> files;
  for (const auto& [name, value] : fields.all()) {
    if (!name.starts_with(kMapPrefix)) continue;
    const std::string* const file = std::get_if<std::string>(&value);
    if (file == nullptr || !is_plain_name(*file))
      return fail(ErrorCode::corrupt, std::string(kIndexFile) + ": " + in_quotes(name) + " is " +
                                          (file == nullptr ? "no string" : in_quotes(*file)) +
                                          ", expected the name of a file beside it");
    files.insert(*file);
    index.tensors.emplace(name.substr(kMapPrefix.size()), *file);
  }
  if (files.empty())
    return fail(ErrorCode::corrupt, std::string(kIndexFile) + " has no weight_map");
  index.files.assign(files.begin(), files.end());
  return index;
}

Result<TensorSet> weights_of(std::span<const safetensors::File> files) {
  TensorSet tensors;
  for (const safetensors::File& file : files)
    for (const auto& [name, view] : file.tensors()) {
      const auto type = element_type(view.dtype);
      if (!type) continue;
      CZIP_TRY(tensor_bytes(*type, view.shape, "tensor " + in_quotes(name)));
      CZIP_TRY(
          tensors.add({.name = name, .type = *type, .shape = view.shape, .bytes = view.bytes}));
    }
  return tensors;
}

Status check_complete(const WeightIndex& index, std::span<const safetensors::File> files) {
  for (const auto& [name, file] : index.tensors) {
    const bool found = std::ranges::any_of(
        files, [&name = name](const safetensors::File& one) { return one.find(name) != nullptr; });
    if (!found)
      return fail(ErrorCode::corrupt,
                  "tensor " + in_quotes(name) + " is missing; it should be in " + in_quotes(file));
  }
  return {};
}

}  // namespace czip::importer
