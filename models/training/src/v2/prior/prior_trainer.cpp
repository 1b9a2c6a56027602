#include "v2/prior/prior_trainer.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <utility>

#include "czip/base/little_endian.hpp"
#include "czip/base/parallel.hpp"
#include "czip/codec/v2/coding/hash.hpp"
#include "v2/prior/fixed_point.hpp"

namespace czip::v2::training {
namespace {

// Contexts are counted in partitions by the highest bits of their hashes, to bound the memory.
constexpr std::uint32_t kPartitionsLog2 = 3;
constexpr std::uint64_t kPartitions = std::uint64_t{1} << kPartitionsLog2;

// Counts, in twentieths of an occurrence. Below 2^37: a corpus has less than 2^32 positions.
constexpr std::uint64_t kOccurrence = 20;
// An occurrence within kBurst tokens of the one before counts a quarter: a text repeats its own
// words, which the adaptive part of the predictor learns by itself.
constexpr std::uint64_t kRepeatedOccurrence = kOccurrence / 4;
constexpr std::uint32_t kBurst = 1024;
// Absolute discounting (Chen and Goodman 1998): what a listed successor's count loses to the
// escape.
constexpr std::uint64_t kDiscount = kOccurrence * 3 / 5;

// Bits saved over the training text: a count times a code length in Q16, so 1 / (20 * 65536) bit.
// Below 2^59: a code length difference is below 2^22.
using Gain = std::int64_t;
constexpr Gain kBit = Gain{kOccurrence} << 16;

// Which entries are considered. Tuned on the corpus of models/README.md.
struct Selection {
  std::uint64_t least_count;
  Gain least_gain;
  std::uint64_t gain_discount;  // subtracted from the count before the gain is estimated
};
constexpr Selection kFrequent{2 * kOccurrence, 3 * kBit, 0};
// A successor that occurred once is right less often, but in a small corpus most are of that kind.
constexpr Selection kAll{kOccurrence, 0, kDiscount};
// All entries are considered where the prior has at least one byte for so many tokens.
constexpr std::size_t kTokensPerByte = 2;

struct Occurrence {
  std::uint64_t hash;
  std::uint32_t position;
  std::uint16_t rank;
};

struct Candidate {
  std::uint64_t hash;
  Gain gain;
  std::uint32_t probability;  // Q32
  std::uint16_t rank;
};

std::uint64_t context_at(std::span<const std::uint16_t> corpus, std::size_t position,
                         std::uint32_t order) {
  std::uint64_t hash = 0;
  bool started = true;
  for (std::uint32_t k = 1; k <= order; ++k) {
    started = started && position >= k && corpus[position - k] != kNoToken;
    hash = extend_context(hash, started ? corpus[position - k] : kNoToken);
  }
  return hash;
}

// The probability of a rank at one position by the orders that are trained already.
class LowerOrders {
 public:
  LowerOrders(const Prior& prior, std::span<const std::uint16_t> corpus)
      : kernels_(&prior_kernels(best_simd_level())), prior_(&prior), corpus_(corpus) {}

  void set_position(std::size_t position) {
    for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
      Lower& lower = lower_[k - 1];
      lower.list = prior_->find(k, context_at(corpus_, position, k));
      if (lower.list.size > 0) lower.escape = escape_of(lower.list);
    }
  }

  // The probability in Q48, at least 1. A context that lists something has an escape probability
  // below 1, Q16, so the product fits 64 bits.
  [[nodiscard]] std::uint64_t probability(std::uint32_t rank) const {
    std::uint64_t p = (prior_->order0_cumulative(rank + 1) - prior_->order0_cumulative(rank)) << 16;
    for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
      const auto& [list, escape] = lower_[k - 1];
      if (list.size == 0) continue;
      p = (p * escape) >> kListProbabilityBits;
      const std::size_t at = kernels_->find(list.cells, list.size, rank);
      if (at < list.size) p += std::uint64_t{list.probability_at(at)} << 32;
    }
    return std::max<std::uint64_t>(p, 1);
  }

 private:
  struct Lower {
    PriorList list;
    std::uint32_t escape = 0;
  };

  [[nodiscard]] std::uint32_t escape_of(const PriorList& list) const {
    const std::uint32_t listed =
        kernels_->below(list.cells, list.size, kMaxPriorRanks, *list.probability).probability;
    return listed < kListProbabilityOne ? kListProbabilityOne - listed : 1;
  }

  const PriorKernels* kernels_;
  const Prior* prior_;
  std::span<const std::uint16_t> corpus_;
  std::array<Lower, kMaxPriorOrder> lower_;
};

struct Successor {
  std::uint16_t rank;
  std::uint64_t count;
};

// The successors of one context, whose occurrences are sorted by rank, then position. Returns the
// sum of their counts.
std::uint64_t count_successors(std::span<const Occurrence> context,
                               std::vector<Successor>& successors) {
  successors.clear();
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < context.size();) {
    std::uint64_t count = 0;
    std::size_t j = i;
    for (; j < context.size() && context[j].rank == context[i].rank; ++j) {
      const bool repeated = j > i && context[j].position - context[j - 1].position <= kBurst;
      count += repeated ? kRepeatedOccurrence : kOccurrence;
    }
    successors.push_back({context[i].rank, count});
    total += count;
    i = j;
  }
  return total;
}

// How many bits, Q16, an entry of probability `p` saves in its successor's code. Without the entry,
// p is part of the escape, too:
//   log2(p + escape * below) - log2((escape + p) * below)
std::int64_t code_length_saved(std::uint64_t p, std::uint64_t escape, std::uint64_t below) {
  constexpr std::int64_t kLog2One = std::int64_t{kProbabilityBits} << 24;
  const std::uint64_t with = std::max<std::uint64_t>(p + multiply_q48(escape, below), 1);
  const std::uint64_t left = std::max<std::uint64_t>(escape + p, 1);
  return (log2_q24(with) - log2_q24(left) - log2_q24(below) + kLog2One) >> 8;
}

void add_candidates(std::span<const Occurrence> context, const Selection& selection,
                    LowerOrders& lower, std::vector<Successor>& successors,
                    std::vector<Candidate>& candidates) {
  const std::uint64_t total = count_successors(context, successors);
  const auto probability = [total](const Successor& s) {
    return multiply_divide(s.count - kDiscount, kOneQ48, total);
  };
  std::erase_if(successors, [&](const Successor& s) { return s.count < selection.least_count; });
  if (successors.empty()) return;
  std::uint64_t escape = kOneQ48;
  for (const Successor& s : successors) escape -= probability(s);
  lower.set_position(context.front().position);
  for (const Successor& s : successors) {
    const std::uint64_t p = probability(s);
    const Gain gain = static_cast<Gain>(s.count - selection.gain_discount) *
                      code_length_saved(p, escape, lower.probability(s.rank));
    if (gain > selection.least_gain) {
      candidates.push_back(
          {context.front().hash, gain, static_cast<std::uint32_t>(p >> 16), s.rank});
    }
  }
}

std::vector<Candidate> partition_candidates(std::span<const std::uint16_t> corpus,
                                            std::uint32_t order, std::uint64_t partition,
                                            const Prior& prior, const Selection& selection) {
  std::vector<Occurrence> occurrences;
  occurrences.reserve(corpus.size() >> kPartitionsLog2);
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    if (corpus[i] == kNoToken) continue;
    const std::uint64_t hash = context_at(corpus, i, order);
    if (hash >> (64 - kPartitionsLog2) != partition) continue;
    occurrences.push_back({hash, static_cast<std::uint32_t>(i), corpus[i]});
  }
  std::sort(occurrences.begin(), occurrences.end(), [](const Occurrence& a, const Occurrence& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    return a.rank != b.rank ? a.rank < b.rank : a.position < b.position;
  });
  std::vector<Candidate> candidates;
  std::vector<Successor> successors;
  LowerOrders lower(prior, corpus);
  for (std::size_t i = 0; i < occurrences.size();) {
    std::size_t j = i;
    while (j < occurrences.size() && occurrences[j].hash == occurrences[i].hash) ++j;
    const auto context = std::span(occurrences).subspan(i, j - i);
    if (context.size() * kOccurrence >= selection.least_count)
      add_candidates(context, selection, lower, successors, candidates);
    i = j;
  }
  return candidates;
}

// Whether `probability`, Q32, lies below the geometric mean of the two Q16 values, which is where
// rounding to the nearest in the logarithmic domain changes from one to the other:
// sqrt(a * b) > probability / 2^16, squared.
bool below_mean(std::uint32_t a, std::uint32_t b, std::uint32_t probability) {
  const std::uint64_t p = probability;
  return (std::uint64_t{a} * b) << 32 > p * p;
}

struct Quantized {
  std::uint32_t scale = 0;
  std::vector<std::uint32_t> entries;  // pack_prior_entry
};

// The first scale whose highest level is near the list's highest probability, or a later one if the
// rounded probabilities would leave the escape too little.
Quantized quantize(std::span<const Candidate> list) {
  constexpr std::uint32_t kMaxSum = 65300;  // Q16
  std::uint32_t highest = 0;
  for (const Candidate& c : list) highest = std::max(highest, c.probability);
  Quantized q;
  while (q.scale + 1 < kPriorScales &&
         below_mean(prior_probability(q.scale, 0), prior_probability(q.scale + 1, 0), highest)) {
    ++q.scale;
  }
  for (;; ++q.scale) {
    q.entries.clear();
    std::uint32_t sum = 0;
    for (const Candidate& c : list) {
      std::uint32_t level = 0;
      while (level + 1 < kPriorLevels &&
             below_mean(prior_probability(q.scale, level), prior_probability(q.scale, level + 1),
                        c.probability)) {
        ++level;
      }
      const std::uint32_t rounded = prior_probability(q.scale, level);
      // The escape codes a probability below half of the lowest level better than an entry.
      if (std::uint64_t{rounded} << 15 > c.probability) continue;
      sum += rounded;
      q.entries.push_back(pack_prior_entry({c.rank, level}));
    }
    if (sum < kMaxSum || q.scale + 1 == kPriorScales) break;
  }
  return q;
}

void append_cell(std::vector<std::uint8_t>& cells, std::uint32_t value) {
  cells.push_back(static_cast<std::uint8_t>(value));
  cells.push_back(static_cast<std::uint8_t>(value >> 8));
}

// A bucket holds two to four contexts on average.
std::uint32_t bucket_bits(std::size_t contexts) {
  return std::max(1u, static_cast<std::uint32_t>(std::bit_width(contexts / 4)));
}

PriorTable build_table(std::span<const Candidate> candidates) {
  std::size_t contexts = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    contexts += i == 0 || candidates[i].hash != candidates[i - 1].hash ? 1u : 0u;
  }
  PriorTable table;
  table.buckets_log2 = bucket_bits(contexts);
  const std::size_t buckets = std::size_t{1} << table.buckets_log2;
  std::vector<std::uint32_t> index(buckets + 1, 0);
  std::size_t at = 0;
  for (std::size_t b = 0; b < buckets; ++b) {
    while (at < candidates.size() && candidates[at].hash >> (64 - table.buckets_log2) == b) {
      std::size_t end = at;
      while (end < candidates.size() && candidates[end].hash == candidates[at].hash) ++end;
      const Quantized q = quantize(candidates.subspan(at, end - at));
      const auto length = static_cast<std::uint32_t>(q.entries.size());
      const PriorHeader header{.fingerprint = prior_fingerprint(candidates[at].hash),
                               .length = std::min(length, kLongList),
                               .scale = q.scale};
      at = end;
      if (length == 0) continue;
      append_cell(table.cells, pack_prior_header(header));
      if (length >= kLongList) append_cell(table.cells, length);
      for (const std::uint32_t entry : q.entries) append_cell(table.cells, entry);
    }
    index[b + 1] = static_cast<std::uint32_t>(table.cells.size() / 2);
  }
  table.index.resize(4 * index.size());
  for (std::size_t i = 0; i < index.size(); ++i) store_le(table.index.data() + 4 * i, index[i]);
  return table;
}

// The bytes of a table of the entries that save at least `threshold`.
std::size_t table_bytes(std::span<const Candidate> candidates, Gain threshold) {
  std::size_t cells = 0, contexts = 0, length = 0;
  std::uint64_t last = 0;
  for (const Candidate& c : candidates) {
    if (c.gain < threshold) continue;
    const bool first = contexts == 0 || c.hash != last;
    contexts += first ? 1u : 0u;
    length = first ? 1 : length + 1;
    // An entry takes a cell, and so does its context's header and the length of a long list.
    cells += 1u + (first ? 1u : 0u) + (length == kLongList ? 1u : 0u);
    last = c.hash;
  }
  return 2 * cells + (std::size_t{4} << bucket_bits(contexts));
}

// Keeps the entries that save most (entropy pruning: Stolcke 1998), as many as fit `budget` bytes.
// Bisection finds the least threshold at which they fit.
void prune(std::vector<Candidate>& candidates, std::size_t budget) {
  Gain low = 0;  // all gains are positive
  Gain high = 1;
  for (const Candidate& c : candidates) high = std::max(high, c.gain + 1);
  while (low < high) {
    const Gain middle = low + (high - low) / 2;
    if (table_bytes(candidates, middle) > budget) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  std::erase_if(candidates, [&](const Candidate& c) { return c.gain < high; });
}

// Probabilities are in proportion to the counts, where a token that never occurs counts a
// sixty-fourth. Their sum is below 2^32.
std::vector<std::uint32_t> order0_probabilities(std::span<const std::uint16_t> corpus,
                                                std::uint32_t vocabulary) {
  constexpr std::uint64_t kSum = 4'294'900'000;
  std::vector<std::uint64_t> counts(vocabulary, 0);
  std::uint64_t total = vocabulary;
  for (const std::uint16_t rank : corpus) {
    if (rank == kNoToken) continue;
    counts[rank] += 64;
    total += 64;
  }
  std::vector<std::uint32_t> probabilities;
  for (const std::uint64_t count : counts) {
    const std::uint64_t p = multiply_divide(count + 1, kSum, total);
    probabilities.push_back(static_cast<std::uint32_t>(std::max<std::uint64_t>(p, 1)));
  }
  return probabilities;
}

Result<std::vector<Candidate>> find_candidates(std::span<const std::uint16_t> corpus,
                                               std::uint32_t order, const Prior& prior,
                                               const Selection& selection, unsigned threads,
                                               const std::function<Status()>& done) {
  std::vector<std::vector<Candidate>> partitions(kPartitions);
  Mutex mutex;
  CZIP_TRY(parallel_for(threads, kPartitions, [&](std::size_t p) {
    partitions[p] = partition_candidates(corpus, order, p, prior, selection);
    const Lock lock(mutex);
    return done();
  }));
  std::vector<Candidate> candidates;
  for (auto& partition : partitions) {
    candidates.insert(candidates.end(), partition.begin(), partition.end());
    partition = {};
  }
  return candidates;
}

}  // namespace

Result<TrainedPrior> train_prior(std::span<const std::uint16_t> corpus, std::uint32_t vocabulary,
                                 std::span<const std::size_t> budgets, unsigned threads,
                                 const PriorProgress& progress) {
  if (corpus.size() > UINT32_MAX)
    return fail(ErrorCode::invalid_argument, "a prior is trained on at most 2^32 - 1 tokens");
  TrainedPrior result;
  result.order0 = order0_probabilities(corpus, vocabulary);
  const std::size_t bytes = std::accumulate(budgets.begin(), budgets.end(), std::size_t{0});
  const Selection& selection = corpus.size() <= kTokensPerByte * bytes ? kAll : kFrequent;
  // A part is a partition of an order.
  std::uint64_t parts = 0;
  const auto report = [&] {
    return progress ? progress(parts, budgets.size() * kPartitions) : Status{};
  };
  const auto part_done = [&] {
    ++parts;
    return report();
  };
  CZIP_TRY(report());
  for (std::uint32_t order = 1; order <= budgets.size(); ++order) {
    CZIP_TRY_ASSIGN(const auto prior, Prior::create(result.order0, result.views()));
    CZIP_TRY_ASSIGN(auto candidates,
                    find_candidates(corpus, order, prior, selection, threads, part_done));
    prune(candidates, budgets[order - 1]);
    result.orders.push_back(build_table(candidates));
  }
  return result;
}

}  // namespace czip::v2::training
