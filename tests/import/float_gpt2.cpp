#include "import/float_gpt2.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "import/real_rows.hpp"

namespace czip::test {
namespace {

using Vector = std::vector<double>;
using Rows = std::vector<Vector>;

// GELU as GPT-2 has it.
double gelu(double x) {
  const double inner = std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x);
  return x / 2 * (1 + std::tanh(inner));
}

class FloatGpt2 {
 public:
  FloatGpt2(const importer::Architecture& architecture, const importer::TensorSet& tensors)
      : a_(architecture), c_(architecture.config), tensors_(tensors) {}

  Rows logits(const std::vector<std::uint32_t>& tokens) const {
    const Rows embedding = matrix("token_embd.weight");
    Rows x = matrix("position_embd.weight");
    x.resize(tokens.size());
    for (std::size_t p = 0; p < x.size(); ++p) add(x[p], embedding[tokens[p]]);
    for (std::uint32_t i = 0; i < c_.layers; ++i) {
      const std::string prefix = "blk." + std::to_string(i) + ".";
      attention(prefix, x);
      for (Vector& row : x) {
        Vector hidden = product(prefix + "ffn_up", normed(row, prefix + "ffn_norm"));
        for (double& number : hidden) number = gelu(number);
        add(row, product(prefix + "ffn_down", hidden));
      }
    }
    for (Vector& row : x) {
      row = product(a_.tied ? "token_embd" : "output", normed(row, "output_norm"));
      for (double& logit : row) logit *= std::log2(std::exp(1.0));
    }
    return x;
  }

 private:
  // Empty where there is none of that name.
  [[nodiscard]] Rows matrix(const std::string& name) const { return real_rows(tensors_, name); }

  [[nodiscard]] Vector product(const std::string& name, const Vector& x) const {
    const Rows bias = matrix(name + ".bias");
    Vector y;
    for (const Vector& row : matrix(name + ".weight")) {
      double sum = bias.empty() ? 0 : bias[0][y.size()];
      for (std::size_t i = 0; i < x.size(); ++i) sum += row[i] * x[i];
      y.push_back(sum);
    }
    return y;
  }

  [[nodiscard]] Vector normed(const Vector& x, const std::string& name) const {
    const double width = c_.width;
    double mean = 0;
    for (const double number : x) mean += number / width;
    double variance = std::ldexp(static_cast<double>(c_.epsilon), -32) / width;
    for (const double number : x) variance += (number - mean) * (number - mean) / width;
    const Vector gain = matrix(name + ".weight")[0];
    Vector y = matrix(name + ".bias")[0];
    for (std::size_t i = 0; i < x.size(); ++i)
      y[i] += gain[i] * (x[i] - mean) / std::sqrt(variance);
    return y;
  }

  void attention(const std::string& prefix, Rows& x) const {
    Rows qkv;
    for (const Vector& row : x)
      qkv.push_back(product(prefix + "attn_qkv", normed(row, prefix + "attn_norm")));
    for (std::size_t p = 0; p < x.size(); ++p) {
      Vector all;
      for (std::size_t head = 0; head < c_.heads; ++head) {
        const Vector one = mixed(qkv, p, head * c_.head_size);
        all.insert(all.end(), one.begin(), one.end());
      }
      add(x[p], product(prefix + "attn_output", all));
    }
  }

  // Of the head whose queries begin at element `first`, at position p.
  [[nodiscard]] Vector mixed(const Rows& qkv, std::size_t p, std::size_t first) const {
    const std::size_t size = c_.head_size;
    const std::size_t key = first + c_.width;
    const std::size_t value = key + c_.width;
    Vector sum(size);
    double total = 0;
    for (std::size_t t = 0; t <= p; ++t) {
      double score = 0;
      for (std::size_t i = 0; i < size; ++i) score += qkv[p][first + i] * qkv[t][key + i];
      const double weight = std::exp(score / std::sqrt(static_cast<double>(size)));
      total += weight;
      for (std::size_t i = 0; i < size; ++i) sum[i] += weight * qkv[t][value + i];
    }
    for (double& number : sum) number /= total;
    return sum;
  }

  static void add(Vector& x, const Vector& y) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  }

  const importer::Architecture& a_;
  const llm::Config& c_;
  const importer::TensorSet& tensors_;
};

}  // namespace

Rows float_gpt2_logits(const importer::Architecture& architecture,
                       const importer::TensorSet& tensors,
                       const std::vector<std::uint32_t>& tokens) {
  return FloatGpt2(architecture, tensors).logits(tokens);
}

}  // namespace czip::test
