#include "import/float_llama.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "czip/import/dyadic.hpp"
#include "import/real_rows.hpp"

namespace czip::test {
namespace {

using Vector = std::vector<double>;
using Rows = std::vector<Vector>;

double real(const importer::Dyadic& x) {
  return std::ldexp(static_cast<double>(x.mantissa), x.exponent);
}

class FloatLlama {
 public:
  FloatLlama(const importer::Architecture& architecture, const importer::TensorSet& tensors)
      : a_(architecture), c_(architecture.config), tensors_(tensors) {}

  Rows logits(const std::vector<std::uint32_t>& tokens) {
    Rows x;
    const Rows embedding = matrix("token_embd.weight");
    for (const std::uint32_t token : tokens) x.push_back(embedding[token]);
    for (std::uint32_t i = 0; i < c_.layers; ++i) {
      const std::string prefix = "blk." + std::to_string(i) + ".";
      attention(prefix, x);
      feed_forward(prefix, x);
    }
    const Rows head = matrix(a_.tied ? "token_embd.weight" : "output.weight");
    Rows result;
    for (const Vector& row : x) {
      result.push_back(product(head, normed(row, "output_norm.weight")));
      for (double& logit : result.back()) logit *= std::log2(std::exp(1.0));
    }
    return result;
  }

 private:
  [[nodiscard]] Rows matrix(const std::string& name) const { return real_rows(tensors_, name); }

  static Vector product(const Rows& matrix, const Vector& x, const Rows& bias = {}) {
    Vector y;
    for (const Vector& row : matrix) {
      double sum = bias.empty() ? 0 : bias[0][y.size()];
      for (std::size_t i = 0; i < x.size(); ++i) sum += row[i] * x[i];
      y.push_back(sum);
    }
    return y;
  }

  [[nodiscard]] Vector normed(const Vector& x, const std::string& gain) const {
    const double width = c_.width;
    double sum = std::ldexp(static_cast<double>(c_.epsilon), -32);
    for (const double number : x) sum += number * number;
    Vector y = matrix(gain)[0];
    for (std::size_t i = 0; i < x.size(); ++i) y[i] *= x[i] * std::sqrt(width / sum);
    return y;
  }

  // A head's pairs, where the source has them.
  void rotate(double* head, std::size_t position) const {
    const std::uint32_t pairs = c_.rotary / 2;
    for (std::uint32_t i = 0; i < pairs; ++i) {
      double turn = std::pow(real(a_.rotary.base), -2.0 * i / c_.rotary);
      if (!a_.rotary.divisors.empty()) turn /= real(a_.rotary.divisors[i]);
      const double angle = static_cast<double>(position) * turn;
      double& first = head[a_.interleaved_pairs ? 2 * i : i];
      double& second = head[a_.interleaved_pairs ? 2 * i + 1 : i + pairs];
      const double turned = first * std::cos(angle) - second * std::sin(angle);
      second = second * std::cos(angle) + first * std::sin(angle);
      first = turned;
    }
  }

  [[nodiscard]] Rows heads(const std::string& name, const Rows& inputs, bool rotated) const {
    const Rows weights = matrix(name + ".weight");
    const Rows bias = matrix(name + ".bias");
    Rows result;
    for (const Vector& input : inputs) {
      Vector y = product(weights, input, bias);
      for (std::size_t at = 0; rotated && at < y.size(); at += c_.head_size)
        rotate(&y[at], result.size());
      result.push_back(std::move(y));
    }
    return result;
  }

  // Of query head `head` at position p.
  Vector mixed(const Rows& q, const Rows& k, const Rows& v, std::size_t p, std::size_t head) const {
    const std::size_t size = c_.head_size;
    const std::size_t shared = head / (c_.heads / c_.kv_heads) * size;
    Vector sum(size);
    double total = 0;
    for (std::size_t t = 0; t <= p; ++t) {
      double score = 0;
      for (std::size_t i = 0; i < size; ++i) score += q[p][head * size + i] * k[t][shared + i];
      const double weight = std::exp(score / std::sqrt(static_cast<double>(size)));
      total += weight;
      for (std::size_t i = 0; i < size; ++i) sum[i] += weight * v[t][shared + i];
    }
    for (double& number : sum) number /= total;
    return sum;
  }

  void attention(const std::string& prefix, Rows& x) const {
    Rows inputs;
    for (const Vector& row : x) inputs.push_back(normed(row, prefix + "attn_norm.weight"));
    const Rows q = heads(prefix + "attn_q", inputs, true);
    const Rows k = heads(prefix + "attn_k", inputs, true);
    const Rows v = heads(prefix + "attn_v", inputs, false);
    const Rows output = matrix(prefix + "attn_output.weight");
    for (std::size_t p = 0; p < x.size(); ++p) {
      Vector all;
      for (std::size_t head = 0; head < c_.heads; ++head) {
        const Vector one = mixed(q, k, v, p, head);
        all.insert(all.end(), one.begin(), one.end());
      }
      add(x[p], product(output, all));
    }
  }

  void feed_forward(const std::string& prefix, Rows& x) const {
    const Rows gate = matrix(prefix + "ffn_gate.weight");
    const Rows up = matrix(prefix + "ffn_up.weight");
    const Rows down = matrix(prefix + "ffn_down.weight");
    for (Vector& row : x) {
      const Vector input = normed(row, prefix + "ffn_norm.weight");
      const Vector g = product(gate, input);
      Vector z = product(up, input);
      for (std::size_t i = 0; i < z.size(); ++i) z[i] *= g[i] / (1 + std::exp(-g[i]));
      add(row, product(down, z));
    }
  }

  static void add(Vector& x, const Vector& y) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  }

  const importer::Architecture& a_;
  const llm::Config& c_;
  const importer::TensorSet& tensors_;
};

}  // namespace

Rows float_logits(const importer::Architecture& architecture, const importer::TensorSet& tensors,
                  const std::vector<std::uint32_t>& tokens) {
  return FloatLlama(architecture, tensors).logits(tokens);
}

}  // namespace czip::test
