#include "support/v2_tiny_model.hpp"

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/coding/token_groups.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/identity.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "support/files.hpp"
#include "support/safetensors_writer.hpp"
#include "support/v2_seeded_recurrent.hpp"

namespace czip::test {
namespace {

v2::CodeTree code_tree_of(const safetensors::File& model) {
  const auto read = [&](const char* name) {
    const safetensors::TensorView& tensor = *model.find(name);
    std::vector<std::uint16_t> values(static_cast<std::size_t>(tensor.element_count()));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = load_le<std::uint16_t>(&tensor.bytes[2 * i]);
    return values;
  };
  return v2::CodeTree::create(read("code.order"), read("code.splits")).value();
}

void add(const std::string& name, const safetensors::TensorView& tensor,
         SafetensorsContent& content) {
  content.tensors.push_back({name,
                             std::string(safetensors::dtype_name(tensor.dtype)),
                             tensor.shape,
                             {tensor.bytes.begin(), tensor.bytes.end()}});
}

// Adds what the file has to the content.
void add_all(const safetensors::File& file, SafetensorsContent& content) {
  content.metadata.insert(file.metadata().begin(), file.metadata().end());
  for (const auto& [name, tensor] : file.tensors()) add(name, tensor, content);
}

}  // namespace

std::vector<std::uint8_t> make_tiny_model_v2(const std::string& name) {
  const Bytes file = read_file(CZIP_CONFORMANCE_DIR "/v2/tiny.czm");
  if (name == "tiny") return file;
  Bytes other = file;
  // The last byte of a mixer weight: any value is valid.
  tensor_bytes(other, v2::state_tensors(v2::kStatePrefix, 2).weights[0]).back() ^= 1;
  return v2::with_model_hash(other, {{"name", name}}).value();
}

std::vector<std::uint8_t> make_tiny_network_model_v2(SeededNetworkV2Options options) {
  const std::vector<std::uint8_t> file = make_tiny_model_v2();
  const auto tiny = safetensors::File::parse(file);
  if (!tiny) return {};
  const v2::CodeTree tree = code_tree_of(*tiny);
  options.config.vocabulary = tree.size();
  options.groups = v2::TokenGroups(tree, options.config.group_size).size();
  SafetensorsContent content = make_seeded_network_v2(options);
  add_all(*tiny, content);
  for (const auto& [name, tensor] : tiny->tensors()) {
    for (std::size_t profile = v2::kFirstNetworkProfile; profile < v2::kProfiles.size();
         ++profile) {
      const std::string state = std::string(v2::kStatePrefix) + std::to_string(profile) + ".";
      if (!name.starts_with(state)) continue;
      // The states with the network are those without it.
      add(std::string(v2::kNetworkStatePrefix) + name.substr(v2::kStatePrefix.size()), tensor,
          content);
    }
  }
  return write_model_v2(content);
}

std::vector<std::uint8_t> with_recurrent_network_v2(const std::vector<std::uint8_t>& model) {
  const auto file = safetensors::File::parse(model);
  if (!file) return {};
  SeededRecurrentV2Options options;
  options.config.vocabulary = code_tree_of(*file).size();
  SafetensorsContent content = make_seeded_recurrent_v2(options);
  add_all(*file, content);
  return write_model_v2(content);
}

std::vector<std::uint8_t> write_model_v2(const SafetensorsContent& content) {
  return v2::with_model_hash(write_safetensors(content)).value();
}

std::vector<std::uint8_t> resealed_v2(const std::vector<std::uint8_t>& file) {
  return v2::with_model_hash(file).value_or(file);
}

}  // namespace czip::test
