#include "czip/codec/v2/model.hpp"

#include <algorithm>
#include <bit>
#include <new>

#include "czip/base/in_quotes.hpp"
#include "czip/codec/v2/coding/mixer.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/identity.hpp"
#include "czip/codec/v2/model/network.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/tensor_reader.hpp"

namespace czip::v2 {
namespace {

using safetensors::TensorReader;

// The data of a tensor of one dimension; empty if the reader has failed.
std::span<const std::uint8_t> any_length(TensorReader& reader, std::string_view name,
                                         safetensors::DType dtype) {
  const safetensors::TensorView* const tensor =
      reader.require(name, dtype, {TensorReader::kAnyLength});
  return tensor == nullptr ? std::span<const std::uint8_t>{} : tensor->bytes;
}

Result<Prior> read_prior(TensorReader& reader, std::uint64_t vocabulary) {
  const auto order0 = reader.values<std::uint32_t>(prior_order0_tensor(), {vocabulary});
  std::vector<PriorOrder> orders;
  for (std::uint32_t k = 1; k <= kMaxPriorOrder; ++k) {
    if (!reader.has(prior_index_tensor(k))) break;
    PriorOrder order;
    order.index = any_length(reader, prior_index_tensor(k), safetensors::DType::u32);
    order.cells = any_length(reader, prior_cells_tensor(k), safetensors::DType::u16);
    const std::uint64_t entries = order.index.size() / 4;
    order.buckets_log2 =
        entries < 2 ? 0 : static_cast<std::uint32_t>(std::bit_width(entries - 1) - 1);
    orders.push_back(order);
  }
  CZIP_TRY(reader.status());
  return Prior::create(order0, std::move(orders));
}

ModelDescription read_description(const safetensors::File& file) {
  const auto text = [&](std::string_view key) {
    const auto at = file.metadata().find(key);
    return at == file.metadata().end() ? std::string() : at->second;
  };
  return {text(kNameKey), text(kDescriptionKey), text(kLicenseKey), text(kTrainingDataKey)};
}

std::size_t count_tensors(const safetensors::File& file, std::string_view prefix) {
  return static_cast<std::size_t>(
      std::count_if(file.tensors().begin(), file.tensors().end(),
                    [prefix](const auto& tensor) { return tensor.first.starts_with(prefix); }));
}

// The model's hash, checked as far as it is not trusted.
Result<Hash128> hash_of(const safetensors::File& file, ModelTrust trust) {
  if (trust == ModelTrust::stated_hash)
    if (const auto stated = safetensors::stated_hash(file))
      if (const auto hash = parse_hash(*stated)) return *hash;
  const Hash128 hash = model_hash(file);
  CZIP_TRY(safetensors::check_stated_hash(file, hash));
  return hash;
}

Result<std::shared_ptr<const ModelParts>> load(safetensors::File file, ModelTrust trust) {
  const auto format = file.metadata().find(kFormatKey);
  if (format == file.metadata().end() || format->second != kModelFormat) {
    const std::string stated = format == file.metadata().end()
                                   ? "states no format"
                                   : "is of format " + in_quotes(format->second);
    return fail(ErrorCode::unsupported,
                "the model " + stated + "; this czip reads " + std::string(kModelFormat));
  }
  if (file.find(kDraftTensor) != nullptr)
    return fail(ErrorCode::unsupported, "the model is of an earlier draft of " +
                                            std::string(kModelFormat) + ": train it again");
  CZIP_TRY_ASSIGN(const Hash128 hash, hash_of(file, trust));
  TensorReader reader(file);
  const auto lengths = any_length(reader, kTokenLengthsTensor, safetensors::DType::u8);
  const auto token_bytes = any_length(reader, kTokenBytesTensor, safetensors::DType::u8);
  const std::uint64_t vocabulary = Tokenizer::kSingleBytes + lengths.size();
  const auto order = reader.values<std::uint16_t>(kCodeOrderTensor, {vocabulary});
  const auto splits = reader.values<std::uint16_t>(kCodeSplitsTensor, {vocabulary - 1});
  const std::size_t network_tensors = count_tensors(file, kTensorPrefix);
  const std::size_t recurrent_tensors = count_tensors(file, kRecurrentPrefix);
  const auto language_model_tensors = static_cast<std::size_t>(std::ranges::count_if(
      file.tensors(), [](const auto& tensor) { return is_language_model_tensor(tensor.first); }));
  require_states(reader, network_tensors > 0);
  CZIP_TRY_ASSIGN(auto prior, read_prior(reader, vocabulary));
  if (reader.used() + network_tensors + recurrent_tensors + language_model_tensors !=
      file.tensors().size()) {
    return fail(ErrorCode::unsupported, "the model has tensors that this czip does not know");
  }
  CZIP_TRY_ASSIGN(auto tokenizer, Tokenizer::parse(lengths, token_bytes));
  CZIP_TRY_ASSIGN(auto tree, CodeTree::create(order, splits));
  std::unique_ptr<const NetworkCache> network;
  if (network_tensors > 0) {
    CZIP_TRY(read_network_config(file, tree));
    network = std::make_unique<NetworkCache>(load_network);
  }
  std::unique_ptr<const RecurrentCache> recurrent;
  if (recurrent_tensors > 0) {
    CZIP_TRY(load_recurrent_network(file, tree, SimdLevel::scalar));
    recurrent = std::make_unique<RecurrentCache>(load_recurrent_network);
  }
  std::unique_ptr<const LanguageModelCache> language_model;
  if (language_model_tensors > 0)
    language_model = std::make_unique<LanguageModelCache>(load_language_model);
  return std::make_shared<const ModelParts>(
      ModelParts{hash, read_description(file), std::move(tokenizer), Logistic(), std::move(tree),
                 std::move(prior), std::make_unique<StateCache>(), std::move(network),
                 std::move(recurrent), std::move(language_model), std::move(file)});
}

}  // namespace

Result<Model> Model::parse(std::span<const std::uint8_t> file, ModelTrust trust) {
  try {
    CZIP_TRY_ASSIGN(auto tensors, safetensors::File::parse(file));
    CZIP_TRY_ASSIGN(auto parts, load(std::move(tensors), trust));
    return Model(std::move(parts));
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for the model");
  }
}

const Hash128& Model::hash() const { return parts_->hash; }
const ModelDescription& Model::description() const { return parts_->description; }
bool Model::has_network() const { return parts_->network != nullptr; }
bool Model::has_language_model() const { return parts_->language_model != nullptr; }
std::uint32_t Model::vocabulary_size() const { return parts_->tree.size(); }

}  // namespace czip::v2
