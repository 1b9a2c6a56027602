#include "czip/engine/v1/weights.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "support/error_style.hpp"
#include "support/safetensors_writer.hpp"
#include "support/skip.hpp"
#include "support/v1_seeded_model.hpp"

namespace czip::test {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Edit = std::function<void(SafetensorsContent&)>;

Bytes tiny_model_with(const Edit& edit) {
  SafetensorsContent content = make_seeded_content(tiny_model_options());
  edit(content);
  return write_safetensors(content);
}

v1::Weights load_tiny_model_with(const Edit& edit) {
  auto model = v1::load_weights(tiny_model_with(edit));
  REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));
  return *std::move(model);
}

void check_refused(const Edit& edit, ErrorCode code, const std::string& message) {
  const auto model = v1::load_weights(tiny_model_with(edit));
  CAPTURE(message);
  REQUIRE_FALSE(model.has_value());
  CHECK(model.error().code == code);
  CHECK_MESSAGE(model.error().message.find(message) != std::string::npos, model.error().message);
  CHECK_MESSAGE(is_well_styled(model.error().message), model.error().message);
}

Edit set_metadata(const std::string& key, const std::string& value) {
  return [=](SafetensorsContent& content) { content.metadata[key] = value; };
}

// Changes the length of a tensor's first dimension, and its data accordingly.
Edit resize(const std::string& name, std::uint64_t length) {
  return [=](SafetensorsContent& content) {
    safetensors::TensorContent& tensor = content.tensor(name);
    const std::size_t row = tensor.bytes.size() / tensor.shape.at(0);
    tensor.shape[0] = length;
    tensor.bytes.resize(row * length);
  };
}

Edit replace(const safetensors::TensorContent& replacement) {
  return [=](SafetensorsContent& content) { content.tensor(replacement.name) = replacement; };
}

Edit add(const safetensors::TensorContent& tensor) {
  return [=](SafetensorsContent& content) { content.tensors.push_back(tensor); };
}

std::optional<Bytes> public_model([[maybe_unused]] const std::string& name) {
#ifdef CZIP_SHARED_DIR
  std::ifstream file(std::string(CZIP_SHARED_DIR) + "/models/" + name, std::ios::binary);
  if (file) return Bytes(std::istreambuf_iterator<char>(file), {});
#endif
  test::skip("no public model " + name);
  return std::nullopt;
}

// Checks what no metadata can change in a model that is still accepted.
bool same_weights(const v1::Weights& a, const v1::Weights& b) {
  const auto same_matrix = [](const MatrixI8& x, const MatrixI8& y) {
    return x.rows == y.rows && x.cols == y.cols && x.data == y.data;
  };
  const auto same_layer = [&](const v1::LayerWeights& x, const v1::LayerWeights& y) {
    return x.attention_input_norm == y.attention_input_norm &&
           same_matrix(x.qkv.weight, y.qkv.weight) && x.score_multiplier == y.score_multiplier &&
           same_matrix(x.attention_output.weight, y.attention_output.weight) &&
           x.attention_output_norm == y.attention_output_norm &&
           x.feed_forward_input_norm == y.feed_forward_input_norm &&
           same_matrix(x.up.weight, y.up.weight) && same_matrix(x.down.weight, y.down.weight) &&
           x.feed_forward_output_norm == y.feed_forward_output_norm;
  };
  return a.vocabulary == b.vocabulary && a.d_model == b.d_model && a.heads == b.heads &&
         a.d_ff == b.d_ff && a.positions == b.positions && same_matrix(a.embedding, b.embedding) &&
         std::ranges::equal(a.layers, b.layers, same_layer) && a.final_norm == b.final_norm &&
         same_matrix(a.head, b.head) && a.exp2_table == b.exp2_table && a.rope_cos == b.rope_cos &&
         a.rope_sin == b.rope_sin;
}

// Checks what the engine relies on in every model that it accepted.
bool within_bounds(const v1::Weights& model) {
  return model.context >= 1 && model.context <= model.positions && model.context_log2 <= 15 &&
         model.context == std::uint32_t{1} << model.context_log2 &&
         model.target_total > model.vocabulary && model.target_total <= 1U << 30 &&
         std::ranges::all_of(model.layers, [](const v1::LayerWeights& layer) {
           return layer.qkv.requantization.shift <= 62 && layer.up.requantization.shift <= 62 &&
                  layer.down.requantization.shift <= 62 &&
                  layer.attention_output.requantization.shift <= 62;
         });
}

constexpr ErrorCode kCorrupt = ErrorCode::corrupt;
constexpr ErrorCode kUnsupported = ErrorCode::unsupported;

TEST_CASE("golden: v000_eng is read with the 64 positions of its table") {
  const auto file = public_model("v000_eng.czm");
  if (!file) return;
  const auto model = v1::load_weights(*file);
  REQUIRE(model.has_value());
  CHECK(model->context == 64);
  CHECK(model->context_log2 == 6);
  CHECK(model->positions == 64);
}

TEST_CASE("golden: v001_eng is read with its context of 1024") {
  const auto file = public_model("v001_eng.czm");
  if (!file) return;
  const auto model = v1::load_weights(*file);
  REQUIRE(model.has_value());
  CHECK(model->vocabulary == 1024);
  CHECK(model->d_model == 384);
  CHECK(model->heads == 6);
  CHECK(model->d_ff == 1024);
  CHECK(model->layers.size() == 1);
  CHECK(model->positions == 1024);
  CHECK(model->context == 1024);
  CHECK(model->context_log2 == 10);
  CHECK(model->rope_theta_q16 == 655360000);
  CHECK(model->softmax_coefficient == 37819);
  CHECK(model->target_total == (1U << 30) - 1024 - 1024);
  CHECK(model->exp2_table[0] == 65535);
  CHECK(model->exp2_table[128] == 46341);
  CHECK(model->layers[0].up.requantization.multiplier == 819);
  CHECK(model->layers[0].up.requantization.shift == 20);
  CHECK(model->layers[0].score_multiplier ==
        std::vector<std::int32_t>{58218, 60859, 59427, 58869, 59627, 58811});
  CHECK_FALSE(model->layers[0].sink_key.has_value());
  CHECK(model->tokenizer_codec == "zstd");
  CHECK(model->tokenizer_data.size() == 4563);
}

TEST_CASE("model: the seeded model has the shape that its options say") {
  const auto model = v1::load_weights(make_seeded_model());
  REQUIRE(model.has_value());
  CHECK(model->vocabulary == 373);
  CHECK(model->d_model == 128);
  CHECK(model->heads == 2);
  CHECK(model->d_ff == 96);
  REQUIRE(model->layers.size() == 2);
  CHECK(model->layers[0].sink_key.has_value());
  CHECK_FALSE(model->layers[1].sink_key.has_value());
  CHECK(model->layers[1].qkv.requantization.multiplier == 51);
  CHECK(model->layers[1].qkv.requantization.shift == 16);
  CHECK(model->layers[1].qkv.weight.rows == 256);
  CHECK(model->positions == 1024);
  CHECK(model->context == 1024);
  CHECK(model->target_total == 1'000'000'007);
  CHECK(model->rope_cos[0] == 32767);
  CHECK(model->rope_sin[0] == 0);
  CHECK(model->exp2_table[255] == 32857);
}

TEST_CASE("model: a truncated file is always refused") {
  const Bytes file = make_seeded_model(tiny_model_options());
  const std::size_t header_end = 8 + header_of(file).size();
  const auto refused = [&file](std::size_t size) {
    // A buffer of exactly this size, so that a sanitizer sees every read behind it.
    const Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    const auto model = v1::load_weights(part);
    CAPTURE(size);
    REQUIRE_FALSE(model.has_value());
    REQUIRE(model.error().code == ErrorCode::truncated);
    REQUIRE(is_well_styled(model.error().message));
  };
  for (std::size_t size = 0; size < header_end + 64; ++size) refused(size);
  for (std::size_t size = header_end; size < file.size(); size += 997) refused(size);
  for (std::size_t size = file.size() - 64; size < file.size(); ++size) refused(size);
}

TEST_CASE("model: a flipped header bit is refused or leaves all weights as they were") {
  Bytes file = make_seeded_model(tiny_model_options());
  const auto original = v1::load_weights(file);
  REQUIRE(original.has_value());
  const std::size_t header_end = 8 + header_of(file).size();
  std::size_t accepted = 0;
  for (std::size_t bit = 0; bit < 8 * header_end; ++bit) {
    const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
    file[bit / 8] ^= mask;
    const auto model = v1::load_weights(file);
    file[bit / 8] ^= mask;
    CAPTURE(bit);
    if (model) {
      ++accepted;
      REQUIRE(same_weights(*model, *original));
      REQUIRE(within_bounds(*model));
    } else {
      REQUIRE(is_well_styled(model.error().message));
    }
  }
  // Names of optional tensors and metadata that is not checked: a small part of the header.
  CHECK(accepted > 0);
  CHECK(accepted < header_end * 8 / 4);
}

TEST_CASE("model: a lie in the metadata is refused by name") {
  const auto refused = [](const char* key, const char* value, ErrorCode code, const char* message) {
    check_refused(set_metadata(key, value), code, message);
  };
  refused("format", "czip-model-v2", kUnsupported, "format is 'czip-model-v2'");
  for (const char* key :
       {"vocab_size", "n_layers", "n_heads", "n_kv_heads", "head_dim", "d_model", "d_ff"}) {
    const std::string name = key;
    check_refused([=](SafetensorsContent& content) { content.metadata.erase(name); }, kCorrupt,
                  name + " is missing");
    refused(key, "0", kCorrupt, (name + " is 0").c_str());
    for (const char* number : {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "1e0", "4294967296", "\n"})
      refused(key, number, kCorrupt, (name + " is '").c_str());
  }
  refused("vocab_size", "65537", kUnsupported, "vocab_size is 65537, more than the limit of 65536");
  refused("n_layers", "1025", kUnsupported, "n_layers is 1025");
  refused("n_layers", "2", kCorrupt, "tensor 'layers.1.attn_norm.weight' is missing");
  refused("n_heads", "4294967295", kUnsupported, "n_heads is 4294967295");
  refused("n_kv_heads", "2", kUnsupported, "n_kv_heads is 2: the format defines attention for one");
  refused("head_dim", "128", kUnsupported, "head_dim is 128: the format defines");
  refused("d_model", "65", kCorrupt, "d_model is 65, expected n_heads * head_dim = 64");
  refused("d_ff", "65537", kUnsupported, "d_ff is 65537");
  refused("d_ff", "63", kCorrupt, "tensor 'layers.0.ffn.up.weight' has shape [128, 64]");
  refused("vocab_size", "258", kCorrupt, "tensor 'embed.weight' has shape [259, 64]");
  refused("context_length_log2", "32", kCorrupt, "context_length_log2 is 32");
  refused("context_length_log2", "ten", kCorrupt, "context_length_log2 is 'ten'");
  for (const char* length : {"1", "63", "65", "1024", "4294967295"})
    check_refused(
        [=](SafetensorsContent& content) {
          content.metadata["context_length_log2"] = "6";
          content.metadata["context_length"] = length;
        },
        kCorrupt, "context_length is " + std::string(length) + ", but context_length_log2 is 6");
  refused("context_length", "0", kCorrupt, "context_length is 0");
  refused("max_seq_len", "1", kCorrupt, "max_seq_len is 1, less than the context of ");
  refused("rope_theta_q16", "-1", kCorrupt, "rope_theta_q16 is '-1'");
  refused("tokenizer_codec", "gzip", kUnsupported, "tokenizer_codec is 'gzip'");
  check_refused([](SafetensorsContent& content) { content.metadata.clear(); }, kUnsupported,
                "format is missing");
}

TEST_CASE("model: a layer that the metadata do not count is refused by name") {
  check_refused(
      [](SafetensorsContent& content) {
        TensorContent further = content.tensor("layers.0.attn.sink_key");
        further.name = "layers.1.attn.sink_key";
        content.tensors.push_back(further);
      },
      kCorrupt, "n_layers is 1, but the model has a tensor 'layers.1.attn.sink_key'");
}

TEST_CASE("model: a required tensor that is missing is refused by name") {
  for (const char* name :
       {"embed.weight", "head.weight", "norm.weight", "lut.exp2", "lut.rope_cos", "lut.rope_sin",
        "layers.0.attn_norm.weight", "layers.0.attn.qkv.weight", "layers.0.attn.score_mult",
        "layers.0.attn.out.weight", "layers.0.ffn_norm.weight", "layers.0.post_attn_norm.weight",
        "layers.0.ffn.up.weight", "layers.0.ffn.down.weight", "layers.0.post_ffn_norm.weight"}) {
    check_refused([=](SafetensorsContent& content) { content.remove(name); }, kCorrupt,
                  "tensor '" + std::string(name) + "' is missing");
  }
}

TEST_CASE("model: a tensor of another shape is refused by name") {
  const SafetensorsContent content = make_seeded_content(tiny_model_options());
  for (const safetensors::TensorContent& tensor : content.tensors) {
    if (tensor.shape.empty() || tensor.name == "tokenizer.data") continue;
    for (const std::uint64_t length : {tensor.shape[0] - 1, tensor.shape[0] + 1}) {
      // The cosines tell how many positions there are, so it is the sines that are wrong then.
      const std::string blamed = tensor.name == "lut.rope_cos" ? "lut.rope_sin" : tensor.name;
      check_refused(resize(tensor.name, length), kCorrupt, "tensor '" + blamed + "' has shape [");
    }
    const auto flatten = [&](SafetensorsContent& c) { c.tensor(tensor.name).shape.push_back(1); };
    check_refused(flatten, kCorrupt, "tensor '" + tensor.name + "' has shape [");
  }
}

TEST_CASE("model: a tensor of another dtype of the same size is refused by name") {
  const SafetensorsContent content = make_seeded_content(tiny_model_options());
  for (const safetensors::TensorContent& tensor : content.tensors) {
    if (tensor.name.ends_with("score_shift")) continue;  // not used
    const auto change_sign = [&](SafetensorsContent& c) {
      std::string& dtype = c.tensor(tensor.name).dtype;
      dtype[0] = dtype[0] == 'I' ? 'U' : 'I';
    };
    check_refused(change_sign, kCorrupt, "tensor '" + tensor.name + "' has dtype ");
  }
}

TEST_CASE("model: a number outside what the arithmetic allows is refused") {
  check_refused(replace(make_scalar("layers.0.ffn.up.shift", std::int8_t{63})), kUnsupported,
                "tensor 'layers.0.ffn.up.shift' is 63, more than 62");
  for (const std::uint32_t total : {0U, 259U, (1U << 30) + 1, UINT32_MAX})
    check_refused(replace(make_scalar("softmax.target_total", total)), kUnsupported,
                  "tensor 'softmax.target_total' is " + std::to_string(total));
  const auto resize_tables = [](std::uint64_t positions) -> Edit {
    return [=](SafetensorsContent& content) {
      resize("lut.rope_cos", positions)(content);
      resize("lut.rope_sin", positions)(content);
    };
  };
  check_refused(resize_tables(0), kUnsupported, "tensor 'lut.rope_cos' has 0 positions");
  check_refused(resize_tables(32769), kUnsupported, "tensor 'lut.rope_cos' has 32769 positions");
}

TEST_CASE("model: extreme numbers within the limits are accepted") {
  const v1::Weights model = load_tiny_model_with([](SafetensorsContent& content) {
    replace(make_scalar("layers.0.ffn.up.mult", INT32_MIN))(content);
    replace(make_scalar("layers.0.ffn.up.shift", std::int8_t{62}))(content);
    replace(make_scalar("layers.0.ffn.down.shift", std::int8_t{-128}))(content);
    replace(make_scalar("softmax.target_total", std::uint32_t{260}))(content);
    replace(make_scalar("softmax.coef_q24", UINT32_MAX))(content);
  });
  CHECK(model.layers[0].up.requantization.multiplier == INT32_MIN);
  CHECK(model.layers[0].up.requantization.shift == 62);
  CHECK(model.layers[0].down.requantization.shift == -128);
  CHECK(model.target_total == 260);
  CHECK(model.softmax_coefficient == UINT32_MAX);
}

TEST_CASE("model: absent optional tensors have the format's defaults") {
  const v1::Weights model = load_tiny_model_with([](SafetensorsContent& content) {
    for (const char* name :
         {"layers.0.attn.qkv.mult", "layers.0.attn.qkv.shift", "layers.0.attn.score_shift",
          "layers.0.attn.sink_key", "softmax.coef_q24", "softmax.target_total", "tokenizer.data"})
      content.remove(name);
    content.metadata.erase("tokenizer_codec");
    content.metadata.erase("rope_theta_q16");
  });
  CHECK(model.layers[0].qkv.requantization.multiplier == 1);
  CHECK(model.layers[0].qkv.requantization.shift == 0);
  CHECK_FALSE(model.layers[0].sink_key.has_value());
  CHECK(model.softmax_coefficient == 37819);
  CHECK(model.target_total == (1U << 30) - 259 - 1024);
  CHECK(model.tokenizer_data.empty());
  CHECK(model.tokenizer_codec == "zstd");
  CHECK(model.rope_theta_q16 == 0);
}

TEST_CASE("model: a scalar may have the shape [1], and an unknown tensor is ignored") {
  safetensors::TensorContent scalar = make_scalar("layers.0.ffn.up.mult", std::int32_t{7});
  scalar.shape = {1};
  CHECK(load_tiny_model_with(replace(scalar)).layers[0].up.requantization.multiplier == 7);
  load_tiny_model_with(add(make_scalar("head.mult", std::int32_t{819})));
}

TEST_CASE("model: JSON quotes around metadata values are not part of them") {
  const v1::Weights model = load_tiny_model_with([](SafetensorsContent& content) {
    for (auto& [key, value] : content.metadata) value = '"' + value + '"';
  });
  CHECK(model.vocabulary == 259);
  CHECK(model.metadata.at("format") == "czip-model-v1");
}

TEST_CASE("model: the context is the largest power of two that metadata and tables allow") {
  const auto context_of = [](const std::vector<std::pair<std::string, std::string>>& fields) {
    return load_tiny_model_with([&](SafetensorsContent& content) {
             content.metadata.erase("context_length_log2");
             content.metadata.erase("max_seq_len");
             for (const auto& [key, value] : fields) content.metadata[key] = value;
           })
        .context;
  };
  CHECK(context_of({}) == 64);  // the tables' length
  CHECK(context_of({{"max_seq_len", "8192"}}) == 64);
  CHECK(context_of({{"max_seq_len", "63"}}) == 32);
  CHECK(context_of({{"max_seq_len", "8192"}, {"context_length", "17"}}) == 16);
  CHECK(context_of({{"context_length", "32"}, {"context_length_log2", "5"}}) == 32);
  CHECK(context_of({{"context_length_log2", "0"}}) == 1);
  CHECK(context_of({{"context_length_log2", "31"}}) == 64);
}

Hash128 hash_of(const Bytes& file) {
  const auto parsed = safetensors::File::parse(file);
  REQUIRE(parsed.has_value());
  return safetensors::content_hash(*parsed);
}

TEST_CASE("model hash: the seeded models hash to the same digits everywhere") {
  CHECK(to_hex(hash_of(make_seeded_model(tiny_model_options()))) ==
        "4326bd768d06361f84f9550c2b77c3d7");
  CHECK(to_hex(hash_of(make_seeded_model())) == "9672a44107baa0de0b5fd6a18f85dcc6");
  CHECK(to_hex({1, 0xab}) == "000000000000000100000000000000ab");
}

TEST_CASE("model hash: the order of tensors and the header's white space do not count") {
  const Bytes file = tiny_model_with([](SafetensorsContent&) {});
  const Hash128 hash = hash_of(file);
  CHECK(hash_of(tiny_model_with(
            [](SafetensorsContent& content) { std::ranges::reverse(content.tensors); })) == hash);
  const std::string header = header_of(file);
  const auto data = std::span(file).subspan(8 + header.size());
  CHECK(hash_of(write_raw_safetensors(header + "      ", data)) == hash);
  CHECK(hash_of(write_raw_safetensors("{ \n" + header.substr(1), data)) == hash);
}

TEST_CASE("model hash: every name, dtype, shape, byte and metadata field counts") {
  std::vector<Hash128> hashes;
  const auto differs = [&hashes](const Edit& edit) {
    const Hash128 hash = hash_of(tiny_model_with(edit));
    CHECK(std::ranges::find(hashes, hash) == hashes.end());
    hashes.push_back(hash);
  };
  differs([](SafetensorsContent&) {});
  const SafetensorsContent content = make_seeded_content(tiny_model_options());
  for (std::size_t i = 0; i < content.tensors.size(); ++i) {
    differs([i](SafetensorsContent& c) { c.tensors[i].bytes.front() ^= 1; });
    differs([i](SafetensorsContent& c) { c.tensors[i].bytes.back() ^= 0x80; });
    differs([i](SafetensorsContent& c) { c.tensors[i].name += 'x'; });
    differs([i](SafetensorsContent& c) { c.tensors[i].shape.push_back(1); });
    differs([i](SafetensorsContent& c) {
      std::string& dtype = c.tensors[i].dtype;
      dtype[0] = dtype[0] == 'I' ? 'U' : 'I';
    });
  }
  for (const auto& field : content.metadata) {
    differs([&](SafetensorsContent& c) { c.metadata[field.first] += ' '; });
    differs([&](SafetensorsContent& c) { c.metadata.erase(field.first); });
  }
  differs(set_metadata("new", ""));
  differs(add(safetensors::make_tensor<std::uint8_t>("new", {0}, {})));
}

}  // namespace
}  // namespace czip::test
