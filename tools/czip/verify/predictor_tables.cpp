// Checks the tables of a czip-model-v2's predictor against what conformance/czip-model-v2.md and
// czip-v2-coding.md say of them.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/prior.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/integer_math.hpp"
#include "czip/engine/v2/mixer_kernels.hpp"
#include "czip/engine/v2/recurrent_network.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

constexpr std::uint64_t kMaxInt32 = INT32_MAX;
constexpr auto kInput = static_cast<std::uint64_t>(v2::kMaxStretch);
constexpr auto kWeight = static_cast<std::uint64_t>(v2::kMaxWeight);

template <class T>
std::vector<T> elements(const safetensors::File& file, const std::string& name) {
  const safetensors::TensorView* const tensor = file.find(name);
  std::vector<T> values(tensor == nullptr ? 0 : tensor->bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = load_le<T>(&tensor->bytes[i * sizeof(T)]);
  return values;
}

Check check_order0(const safetensors::File& file) {
  const auto table = elements<std::uint32_t>(file, v2::prior_order0_tensor());
  std::uint64_t sum = 0;
  std::uint32_t least = UINT32_MAX;
  for (const std::uint32_t p : table) {
    sum += p;
    least = std::min(least, p);
  }
  const bool holds = least > 0 && sum <= std::uint64_t{1} << 32;
  return {"prior order 0",
          holds ? Verdict::ok : Verdict::failure,
          format("each of %s probabilities is at least %s, and their sum %s at most 2^32",
                 grouped(table.size()).c_str(), grouped(least).c_str(), grouped(sum).c_str()),
          {{"least", least}, {"sum", sum}}};
}

// What walking the lists of an order finds.
struct Lists {
  std::uint64_t lists = 0;
  std::uint64_t entries = 0;
  std::uint64_t wrong = 0;  // lists that no writer writes; a reader gets along with them
  std::uint64_t sum = 0;    // the largest sum of a list's probabilities, Q16, before it is limited
};

class OrderWalk {
 public:
  OrderWalk(const safetensors::File& file, std::size_t order, std::uint32_t vocabulary)
      : index_(elements<std::uint32_t>(file, v2::prior_index_tensor(order))),
        cells_(elements<std::uint16_t>(file, v2::prior_cells_tensor(order))),
        vocabulary_(vocabulary) {}

  Lists run() {
    std::uint64_t before = 0;
    for (std::size_t bucket = 0; bucket + 1 < index_.size(); ++bucket) {
      const std::uint64_t begin = index_[bucket];
      const std::uint64_t end = std::min<std::uint64_t>(index_[bucket + 1], cells_.size());
      if (begin != before) ++found_.wrong;
      before = index_[bucket + 1];
      for (std::uint64_t at = begin; at < end;) at = add_list(at, end);
    }
    if (before != cells_.size()) ++found_.wrong;
    return found_;
  }

 private:
  // Returns where the list ends that begins at `at`.
  std::uint64_t add_list(std::uint64_t at, std::uint64_t end) {
    const v2::PriorHeader header = v2::unpack_prior_header(cells_[static_cast<std::size_t>(at++)]);
    std::uint64_t length = header.length;
    if (length == v2::kLongList && at < end) length = cells_[static_cast<std::size_t>(at++)];
    bool sound = length > 0 && length <= end - at;
    length = std::min(length, end - at);
    std::uint64_t sum = 0;
    for (std::uint64_t i = at; i < at + length; ++i) {
      const v2::PriorEntry entry = v2::unpack_prior_entry(cells_[static_cast<std::size_t>(i)]);
      sum += v2::prior_probability(header.scale, entry.level);
      const bool ascends =
          i == at ||
          entry.rank > v2::unpack_prior_entry(cells_[static_cast<std::size_t>(i - 1)]).rank;
      sound = sound && ascends && entry.rank < vocabulary_;
    }
    ++found_.lists;
    found_.entries += length;
    found_.sum = std::max(found_.sum, sum);
    if (!sound) ++found_.wrong;
    return at + length;
  }

  std::vector<std::uint32_t> index_;
  std::vector<std::uint16_t> cells_;
  std::uint32_t vocabulary_;
  Lists found_;
};

Check check_order(const safetensors::File& file, std::size_t order, std::uint32_t vocabulary) {
  const Lists found = OrderWalk(file, order, vocabulary).run();
  Check check{.name = "prior order " + std::to_string(order)};
  check.text = format(
      "%s lists of %s successors; the probabilities of a list add up to %s of 65,536 at most, "
      "limited to %s",
      grouped(found.lists).c_str(), grouped(found.entries).c_str(), grouped(found.sum).c_str(),
      grouped(v2::kListProbabilityOne - 1).c_str());
  check.values = {{"lists", found.lists},
                  {"successors", found.entries},
                  {"wrong", found.wrong},
                  {"largest_sum", found.sum}};
  if (found.wrong > 0) {
    check.verdict = Verdict::warning;
    check.text +=
        "; " + grouped(found.wrong) + " are cut or out of order, as no trainer makes them";
  }
  return check;
}

// dot(w, x) = (sum of (w_i * x_i >> 8)) >> 8, with |x_i| at most kMaxStretch. Weights change while
// coding, within kMaxWeight: so the bound of a row of any weights counts, too.
Check check_mixer(const safetensors::File& file, const std::string& name, std::size_t inputs) {
  std::uint64_t largest = 0;
  std::size_t row = 0;
  const auto stored = elements<std::int16_t>(file, name);
  for (std::size_t begin = 0; begin + inputs <= stored.size(); begin += inputs) {
    std::uint64_t sum = 0;
    for (std::size_t i = begin; i < begin + inputs; ++i) {
      const std::uint64_t weight =
          std::min(magnitude(std::int64_t{stored[i]} << v2::kStoredWeightShift), kWeight);
      sum += ((weight * kInput) >> 8) + 1;
    }
    if (sum > largest) row = begin / inputs;
    largest = std::max(largest, sum);
  }
  const std::uint64_t product = kWeight * kInput;
  const std::uint64_t any = inputs * ((product >> 8) + 1);
  return {"mixer " + name,
          product <= kMaxInt32 && any <= kMaxInt32 ? Verdict::ok : Verdict::failure,
          format("|sum| <= %s (set %zu of %zu), and %s for whatever weights it learns, below 2^31",
                 grouped(largest).c_str(), row, stored.size() / inputs, grouped(any).c_str()),
          {{"sets", stored.size() / inputs},
           {"set", row},
           {"largest_sum", largest},
           {"largest_product", product},
           {"largest_learnt_sum", any}}};
}

void add_mixers(const safetensors::File& file, std::string_view prefix, std::size_t first,
                Checks& checks) {
  for (std::size_t p = first; p < v2::kProfiles.size(); ++p) {
    const v2::StateTensors names = v2::state_tensors(prefix, p);
    for (std::size_t m = 0; m < v2::kMixers; ++m) {
      checks.push_back(
          check_mixer(file, names.weights[m], v2::InputLayout(v2::kProfiles[p]).total));
      checks.push_back(check_mixer(file, names.final_weights[m], v2::kInputGroup));
    }
  }
}

// The sums of a recurrent network's rows, with inputs of at most 127: none passes 2^31.
Check check_rows(const safetensors::File& file, const std::string& name) {
  const safetensors::TensorView* const tensor = file.find(std::string(v2::kRecurrentPrefix) + name);
  std::uint64_t largest = 0;
  const std::size_t columns = static_cast<std::size_t>(tensor->shape[1]);
  for (std::size_t begin = 0; begin < tensor->bytes.size(); begin += columns) {
    std::uint64_t sum = 0;
    for (const std::uint8_t weight : tensor->bytes.subspan(begin, columns))
      sum += magnitude(static_cast<std::int8_t>(weight)) * 127;
    largest = std::max(largest, sum);
  }
  return {"recurrent network, " + name,
          largest <= kMaxInt32 ? Verdict::ok : Verdict::failure,
          format("|sum| <= %s, below 2^31", grouped(largest).c_str()),
          {{"largest_sum", largest}}};
}

// error = ((2^22 * bit - squash) >> 4) * rate >> 10; v * error; an adaptive probability's step.
Check check_learning() {
  const std::uint64_t error =
      (std::uint64_t{v2::kProbabilityOne >> v2::kErrorShift} * v2::kFastRate) >> v2::kRateShift;
  const std::uint64_t step = kInput * error;
  return {"learning",
          step <= kMaxInt32 ? Verdict::ok : Verdict::failure,
          format("|input * error| <= %s, below 2^31", grouped(step).c_str()),
          {{"largest_step", step}}};
}

}  // namespace

Checks check_predictor_tables(const v2::Model& model) {
  const safetensors::File& file = model.parts().file;
  Checks checks{check_order0(file)};
  for (std::size_t k = 1; k <= model.parts().prior.orders(); ++k)
    checks.push_back(check_order(file, k, model.vocabulary_size()));
  add_mixers(file, v2::kStatePrefix, 0, checks);
  if (model.has_network())
    add_mixers(file, v2::kNetworkStatePrefix, v2::kFirstNetworkProfile, checks);
  if (model.parts().recurrent != nullptr)
    for (const char* name : {"weights", "nodes"}) checks.push_back(check_rows(file, name));
  checks.push_back(check_learning());
  return checks;
}

}  // namespace czip::tool
