#include "network/source_tensors.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

std::string layer_tensor(std::uint32_t layer, std::string_view name) {
  return "blk." + std::to_string(layer) + "." + std::string(name);
}

Status check_tensors(const Architecture& architecture, const TensorSet& tensors) {
  const llm::Config& c = architecture.config;
  const std::uint64_t width = c.width;
  const std::uint64_t hidden = architecture.feed_forward;
  std::set<std::string, std::less<>> known{"rope_freqs.weight"};
  Status status;
  const auto check = [&](const std::string& name, std::initializer_list<std::uint64_t> shape) {
    known.insert(name);
    const std::vector<std::uint64_t> expected(shape);
    if (!status) return;
    if (const auto found = tensors.require(name, expected); !found) status = error_of(found);
  };
  check("token_embd.weight", {c.vocabulary, width});
  check("output_norm.weight", {width});
  if (!architecture.tied) check("output.weight", {c.vocabulary, width});
  for (std::uint32_t i = 0; i < c.layers; ++i) {
    check(layer_tensor(i, "attn_norm.weight"), {width});
    check(layer_tensor(i, "attn_q.weight"), {c.query_width(), width});
    check(layer_tensor(i, "attn_k.weight"), {c.key_width(), width});
    check(layer_tensor(i, "attn_v.weight"), {c.key_width(), width});
    check(layer_tensor(i, "attn_output.weight"), {width, c.query_width()});
    check(layer_tensor(i, "ffn_norm.weight"), {width});
    check(layer_tensor(i, "ffn_gate.weight"), {hidden, width});
    check(layer_tensor(i, "ffn_up.weight"), {hidden, width});
    check(layer_tensor(i, "ffn_down.weight"), {width, hidden});
    if (c.biases == 0) continue;
    check(layer_tensor(i, "attn_q.bias"), {c.query_width()});
    check(layer_tensor(i, "attn_k.bias"), {c.key_width()});
    check(layer_tensor(i, "attn_v.bias"), {c.key_width()});
  }
  CZIP_TRY(status);
  for (const auto& [name, tensor] : tensors.all())
    if (!known.contains(name))
      return fail(ErrorCode::unsupported,
                  "the model has a tensor " + in_quotes(name) + ", which czip does not know");
  return {};
}

}  // namespace czip::importer
