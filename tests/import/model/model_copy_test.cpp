// A model file is copied with a tensor more: what the loader reads of it, where the tensors are,
// and what becomes of one of that name.
#include "czip/import/model/model_copy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/codec/v2/model/language_model.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/tokenizer/token_id.hpp"
#include "import/imported_model.hpp"
#include "support/results.hpp"
#include "support/v2_language_model.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::test {
namespace {

using Tokens = std::vector<TokenId>;

const safetensors::Metadata kMetadata{{"format", "czip-model-v2"}, {"name", "copy"}};

safetensors::TensorContent prior_of(const Tokens& tokens) {
  return safetensors::make_tensor<TokenId>(std::string(v2::kLlmPriorTensor), {tokens.size()},
                                           tokens);
}

// As czip itself writes models.
Bytes aligned_model() {
  const Bytes bytes = make_tiny_language_model_v2();
  const auto file = value_of(safetensors::File::parse(bytes));
  std::vector<safetensors::TensorContent> tensors;
  for (const auto& [name, tensor] : file.tensors())
    tensors.push_back({name,
                       std::string(safetensors::dtype_name(tensor.dtype)),
                       tensor.shape,
                       {tensor.bytes.begin(), tensor.bytes.end()}});
  return resealed_v2(
      safetensors::write_aligned({file.metadata().begin(), file.metadata().end()}, tensors));
}

Tokens some_tokens(std::size_t count) {
  Tokens tokens(count);
  for (std::size_t i = 0; i < count; ++i)
    tokens[i] = static_cast<TokenId>(i * 7 % kSeededLlmTokens);
  return tokens;
}

Bytes copy_of(const Bytes& file, const safetensors::TensorContent& added) {
  const auto model = value_of(safetensors::File::parse(file));
  MemorySink sink;
  const Hash128 hash = value_of(importer::copy_with_tensor(model, kMetadata, added, sink));
  CHECK(sink.expected == sink.bytes.size());
  const auto copy = value_of(safetensors::File::parse(sink.bytes));
  CHECK(safetensors::check_stated_hash(copy, hash).has_value());
  return sink.bytes;
}

// Place and name of each tensor, in the order of the file.
std::vector<std::pair<std::size_t, std::string>> places(const Bytes& bytes) {
  const auto file = value_of(safetensors::File::parse(bytes));
  std::vector<std::pair<std::size_t, std::string>> places;
  for (const auto& [name, tensor] : file.tensors())
    places.emplace_back(static_cast<std::size_t>(tensor.bytes.data() - bytes.data()), name);
  std::ranges::sort(places);
  return places;
}

std::vector<std::string> names(const Bytes& bytes) {
  std::vector<std::string> names;
  for (const auto& place : places(bytes)) names.push_back(place.second);
  return names;
}

void check_aligned(const Bytes& bytes) {
  const auto file = value_of(safetensors::File::parse(bytes));
  for (const auto& at : places(bytes))
    if (at.second != v2::kLlmPriorTensor &&
        file.find(at.second)->bytes.size() % safetensors::kLineAlignment == 0)
      CHECK_MESSAGE(at.first % safetensors::kLineAlignment == 0, at.second);
}

TEST_CASE("the loader finds the prior of a copy, and all else as it was") {
  const Bytes base = aligned_model();
  for (const std::size_t count : {1U, 16U, 17U, 1000U}) {
    const Tokens tokens = some_tokens(count);
    const Bytes copy = copy_of(base, prior_of(tokens));
    const v2::Model model = value_of(v2::Model::parse(copy));
    CHECK(model.description().name == "copy");
    CHECK(model.hash() != value_of(v2::Model::parse(base)).hash());
    const auto* const language_model =
        value_of(v2::language_model_of(model.parts(), SimdLevel::scalar));
    CHECK(language_model->prior == tokens);
    auto expected = names(base);
    expected.emplace_back(v2::kLlmPriorTensor);
    CHECK(names(copy) == expected);
    check_aligned(copy);
    const auto before = value_of(safetensors::File::parse(base));
    for (const auto& [name, tensor] : before.tensors()) {
      const safetensors::TensorView* const now = model.parts().file.find(name);
      REQUIRE(now != nullptr);
      CHECK((now->dtype == tensor.dtype && now->shape == tensor.shape));
      CHECK(std::ranges::equal(now->bytes, tensor.bytes));
    }
  }
}

TEST_CASE("a prior replaces the one that was there") {
  const Bytes base = make_tiny_language_model_v2();
  const Bytes other = copy_of(base, prior_of(some_tokens(21)));
  const auto wanted = prior_of(some_tokens(5));
  CHECK(copy_of(other, wanted) == copy_of(base, wanted));
  CHECK(copy_of(other, prior_of(some_tokens(21))) == other);
}

TEST_CASE("tensors of whole cache lines come first, wherever they and a prior were") {
  const auto tensor = [](const char* name, std::size_t bytes) {
    return safetensors::make_tensor<std::uint8_t>(name, {bytes},
                                                  std::vector<std::uint8_t>(bytes, 1));
  };
  const Bytes foreign = safetensors::write(
      {}, std::vector{tensor("z", 64), prior_of({1, 2, 3}), tensor("empty", 0), tensor("y", 1),
                      tensor("x", 128), tensor("w", 3), tensor("a", 64)});
  const Bytes copy = copy_of(foreign, prior_of({4}));
  CHECK(names(copy) == std::vector<std::string>{"z", "empty", "x", "a", "y", "w",
                                                std::string(v2::kLlmPriorTensor)});
  check_aligned(copy);
}

TEST_CASE("the bytes come in pieces, and an error of the sink ends the copy") {
  class SmallSink final : public MemorySink {
   public:
    Status append(std::span<const std::uint8_t> more) override {
      longest = std::max(longest, more.size());
      if (bytes.size() + more.size() > room) return fail(ErrorCode::io, "full");
      return MemorySink::append(more);
    }
    std::size_t longest = 0;
    std::size_t room = std::size_t{1} << 30;
  };
  constexpr std::size_t kLarge = 5'000'000;
  const Bytes base =
      safetensors::write_aligned({}, std::vector{safetensors::make_tensor<std::uint8_t>(
                                         "large", {kLarge}, std::vector<std::uint8_t>(kLarge, 1))});
  const auto model = value_of(safetensors::File::parse(base));
  SmallSink sink;
  REQUIRE(importer::copy_with_tensor(model, kMetadata, prior_of({1}), sink).has_value());
  CHECK(sink.longest <= std::size_t{1} << 20);
  for (const std::size_t room : {std::size_t{10}, std::size_t{3'000'000}, sink.bytes.size() - 1}) {
    SmallSink full;
    full.room = room;
    const auto hash = importer::copy_with_tensor(model, kMetadata, prior_of({1}), full);
    REQUIRE_FALSE(hash.has_value());
    CHECK(hash.error().message == "full");
  }
}

}  // namespace
}  // namespace czip::test
