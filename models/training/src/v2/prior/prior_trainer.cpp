#include "v2/prior/prior_trainer.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <numeric>
#include <thread>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/coding/hash.hpp"

namespace czip::v2 {
namespace {

constexpr std::uint32_t kPartitionsLog2 = 3;
// Occurrences closer than this to the one before count a quarter: a text repeats its own words,
// which the adaptive part learns by itself.
constexpr std::uint32_t kBurst = 1024;
constexpr double kDiscount = 0.6;

// Which entries are considered.
struct Choice {
  double least_count;
  double least_gain;
  double discount;  // of the count that the gain is estimated by
};
constexpr Choice kFrequent{2, 3, 0};
// What occurred once is right less often, but in a small corpus most is of that kind.
constexpr Choice kAll{1, 0, kDiscount};
// A prior that has a byte for so many tokens is made of all.
constexpr std::size_t kTokensPerByte = 2;

struct Occurrence {
  std::uint64_t hash;
  std::uint32_t position;
  std::uint16_t rank;
};

struct Candidate {
  std::uint64_t hash;
  float probability;
  float gain;  // bits saved over the training text
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

// Probability of `rank` under the orders below `order`, at `position`.
class LowerOrders {
 public:
  LowerOrders(const Prior& prior, std::span<const std::uint16_t> corpus)
      : prior_(&prior), corpus_(corpus), lists_(kMaxPriorOrder) {}

  void set_position(std::size_t position) {
    for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
      prior_->find(k, context_at(corpus_, position, k), lists_[k - 1]);
    }
  }
  [[nodiscard]] double probability(std::uint32_t rank) const {
    double p =
        static_cast<double>(prior_->order0_cumulative(rank + 1) - prior_->order0_cumulative(rank)) /
        4294967296.0;
    for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
      const PriorList& list = lists_[k - 1];
      if (list.size == 0) continue;
      p *= list.escape() / 65536.0;
      const auto end = list.ranks.begin() + list.size;
      const auto at = std::lower_bound(list.ranks.begin(), end, rank);
      if (at != end && *at == rank) {
        const auto i = static_cast<std::size_t>(at - list.ranks.begin());
        p += (list.cumulative[i + 1] - list.cumulative[i]) / 65536.0;
      }
    }
    return p;
  }

 private:
  const Prior* prior_;
  std::span<const std::uint16_t> corpus_;
  std::vector<PriorList> lists_;
};

struct Successor {
  std::uint16_t rank;
  double count;
};

void add_candidates(std::span<const Occurrence> group, const Choice& choice, LowerOrders& lower,
                    std::vector<Successor>& successors, std::vector<Candidate>& out) {
  successors.clear();
  double total = 0;
  for (std::size_t i = 0; i < group.size();) {
    double count = 0;
    std::size_t j = i;
    for (; j < group.size() && group[j].rank == group[i].rank; ++j) {
      count += j == i || group[j].position - group[j - 1].position > kBurst ? 1.0 : 0.25;
    }
    successors.push_back({group[i].rank, count});
    total += count;
    i = j;
  }
  double listed = 0;
  bool any = false;
  for (const Successor& s : successors) {
    if (s.count < choice.least_count) continue;
    listed += (s.count - kDiscount) / total;
    any = true;
  }
  if (!any) return;
  lower.set_position(group.front().position);
  const double unlisted = 1 - listed;
  for (const Successor& s : successors) {
    if (s.count < choice.least_count) continue;
    const double p = (s.count - kDiscount) / total;
    const double below = lower.probability(s.rank);
    const double gain =
        (s.count - choice.discount) * std::log2((p + unlisted * below) / ((unlisted + p) * below));
    if (gain > choice.least_gain) {
      out.push_back({group.front().hash, static_cast<float>(p), static_cast<float>(gain), s.rank});
    }
  }
}

std::vector<Candidate> partition_candidates(std::span<const std::uint16_t> corpus,
                                            std::uint32_t order, std::uint64_t partition,
                                            const Prior& prior, const Choice& choice) {
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
    const auto group = std::span(occurrences).subspan(i, j - i);
    if (static_cast<double>(group.size()) >= choice.least_count)
      add_candidates(group, choice, lower, successors, candidates);
    i = j;
  }
  return candidates;
}

double representative(std::uint32_t scale, std::uint32_t level) {
  return static_cast<double>(prior_probability(scale, level));
}

struct Quantized {
  std::uint32_t scale = 0;
  std::vector<std::uint32_t> entries;  // pack_prior_entry
};

Quantized quantize(std::span<const Candidate> list) {
  double highest = 0;
  for (const Candidate& c : list) highest = std::max<double>(highest, c.probability);
  Quantized q;
  while (q.scale + 1 < kPriorScales &&
         std::sqrt(representative(q.scale, 0) * representative(q.scale + 1, 0)) > highest * 65536) {
    ++q.scale;
  }
  for (;; ++q.scale) {
    q.entries.clear();
    std::uint32_t sum = 0;
    for (const Candidate& c : list) {
      std::uint32_t level = 0;
      while (level + 1 < kPriorLevels &&
             std::sqrt(representative(q.scale, level) * representative(q.scale, level + 1)) >
                 double{c.probability} * 65536) {
        ++level;
      }
      if (representative(q.scale, level) > double{c.probability} * 65536 * 2) continue;
      sum += prior_probability(q.scale, level);
      q.entries.push_back(pack_prior_entry({c.rank, level}));
    }
    if (sum < 65300 || q.scale + 1 == kPriorScales) break;
  }
  return q;
}

void append_cell(std::vector<std::uint8_t>& cells, std::uint32_t value) {
  cells.push_back(static_cast<std::uint8_t>(value));
  cells.push_back(static_cast<std::uint8_t>(value >> 8));
}

// Two to four contexts to a bucket.
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

// The bytes of a table that keeps the entries which save at least `threshold` bits.
std::size_t table_bytes(std::span<const Candidate> candidates, float threshold) {
  std::size_t cells = 0, contexts = 0, length = 0;
  std::uint64_t last = 0;
  for (const Candidate& c : candidates) {
    if (c.gain < threshold) continue;
    const bool first = contexts == 0 || c.hash != last;
    contexts += first ? 1u : 0u;
    length = first ? 1 : length + 1;
    // The entry, its context's header, and the length of a long list.
    cells += 1u + (first ? 1u : 0u) + (length == kLongList ? 1u : 0u);
    last = c.hash;
  }
  return 2 * cells + (std::size_t{4} << bucket_bits(contexts));
}

void prune(std::vector<Candidate>& candidates, std::size_t budget) {
  float low = 0, high = 1e6f;
  for (int i = 0; i < 40; ++i) {
    const float middle = i < 20 ? std::sqrt(std::max(low, 1.0f) * high) : (low + high) / 2;
    (table_bytes(candidates, middle) > budget ? low : high) = middle;
  }
  std::erase_if(candidates, [&](const Candidate& c) { return c.gain < high; });
}

std::vector<std::uint32_t> order0_probabilities(std::span<const std::uint16_t> corpus,
                                                std::uint32_t vocabulary) {
  std::vector<std::uint64_t> counts(vocabulary, 0);
  std::uint64_t total = 0;
  for (const std::uint16_t rank : corpus) {
    if (rank == kNoToken) continue;
    ++counts[rank];
    ++total;
  }
  // A token never seen counts as a sixty-fourth; the sum stays below 2^32.
  std::vector<std::uint32_t> probabilities;
  const double scale = 4294900000.0 / (static_cast<double>(total) * 64 + vocabulary);
  for (const std::uint64_t count : counts) {
    const double p = static_cast<double>(count * 64 + 1) * scale;
    probabilities.push_back(std::max(1u, static_cast<std::uint32_t>(p)));
  }
  return probabilities;
}

std::vector<Candidate> find_candidates(std::span<const std::uint16_t> corpus, std::uint32_t order,
                                       const Prior& prior, const Choice& choice, unsigned threads) {
  std::vector<std::vector<Candidate>> parts(std::size_t{1} << kPartitionsLog2);
  std::atomic<std::size_t> next{0};
  std::vector<std::jthread> workers;
  for (unsigned t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      for (std::size_t p = next++; p < parts.size(); p = next++) {
        parts[p] = partition_candidates(corpus, order, p, prior, choice);
      }
    });
  }
  workers.clear();
  std::vector<Candidate> candidates;
  for (auto& part : parts) {
    candidates.insert(candidates.end(), part.begin(), part.end());
    part = {};
  }
  return candidates;
}

}  // namespace

TrainedPrior train_prior(std::span<const std::uint16_t> corpus, std::uint32_t vocabulary,
                         std::span<const std::size_t> budgets, unsigned threads,
                         const PriorProgress& progress) {
  TrainedPrior result;
  result.order0 = order0_probabilities(corpus, vocabulary);
  const std::size_t bytes = std::accumulate(budgets.begin(), budgets.end(), std::size_t{0});
  const Choice& choice = corpus.size() <= kTokensPerByte * bytes ? kAll : kFrequent;
  for (std::uint32_t order = 1; order <= budgets.size(); ++order) {
    if (progress) progress(order - 1, budgets.size());
    const auto prior = Prior::create(result.order0, result.views());
    if (!prior) break;  // cannot be: the tables were made to fit
    std::vector<Candidate> candidates = find_candidates(corpus, order, *prior, choice, threads);
    prune(candidates, budgets[order - 1]);
    result.orders.push_back(build_table(candidates));
  }
  return result;
}

}  // namespace czip::v2
