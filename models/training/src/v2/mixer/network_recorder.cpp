#include "v2/mixer/network_recorder.hpp"

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "czip/base/pipeline.hpp"
#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/coding/network_prediction.hpp"
#include "czip/codec/v2/coding/network_streams.hpp"
#include "czip/codec/v2/coding/stream_layout.hpp"

namespace czip::v2::training {
namespace {

void record_token(const CodeTree& tree, NetworkPrediction& prediction, std::uint16_t rank,
                  std::vector<std::int16_t>& inputs) {
  for (Node node = root_node(tree); node.split != CodeTree::kLeaf;
       node = child_node(tree, node, rank >= node.split)) {
    inputs.push_back(static_cast<std::int16_t>(prediction.input(node)));
  }
}

double bits_of(std::span<const std::uint32_t> cumulative, std::uint32_t index) {
  return std::log2(static_cast<double>(cumulative.back()) /
                   (cumulative[index + 1] - cumulative[index]));
}

double token_bits(NetworkStreams& network, std::uint32_t stream, std::uint32_t rank) {
  const std::uint32_t group = network.groups().group_of(rank);
  return bits_of(network.group_cumulative(stream), group) +
         bits_of(network.member_cumulative(stream, group),
                 rank - network.groups().first_ranks()[group]);
}

// Returns the bits that the text takes with the network's prediction alone, for reports only.
Result<double> record_text(const ModelNetwork& network, const CodeTree& tree,
                           const Logistic& logistic, MixerText& text) {
  text.streams_log2 = network_streams_log2(text.bytes);
  const StreamLayout layout(text.ranks.size(), text.streams_log2);
  CZIP_TRY_ASSIGN(auto streams,
                  NetworkStreams::create(network.network, network.groups, layout.streams()));
  double bits = 0;
  for (std::size_t i = 0; i < layout.steps(); ++i) {
    const std::uint32_t active = layout.active_streams(i);
    streams.step(active);
    for (std::uint32_t s = 0; s < active; ++s) {
      const std::uint16_t rank = text.ranks[layout.position(s, i)];
      bits += token_bits(streams, s, rank);
      NetworkPrediction prediction(logistic, &streams, s);
      record_token(tree, prediction, rank, text.network_inputs);
      streams.set_last_token(s, tree.token(rank));
    }
  }
  return bits;
}

}  // namespace

Status record_network(const ModelNetwork& network, const CodeTree& tree, const Logistic& logistic,
                      std::span<MixerText> texts, unsigned threads,
                      const RecorderProgress& progress) {
  struct Task {
    MixerText* text = nullptr;
    double bits = 0;
  };
  std::size_t next = 0;
  std::uint64_t bytes = 0;
  double bits = 0;
  return run_ordered<Task>(thread_count(threads, texts.size()),
                           {.pull = [&](Task& task) -> Result<bool> {
                              if (next == texts.size()) return false;
                              task.text = &texts[next++];
                              return true;
                            },
                            .process = [&](unsigned, Task& task) -> Status {
                              CZIP_TRY_ASSIGN(const auto taken,
                                              record_text(network, tree, logistic, *task.text));
                              task.bits = taken;
                              return {};
                            },
                            .commit = [&](Task& task) -> Status {
                              bytes += task.text->bytes;
                              bits += task.bits;
                              return progress(bytes, bits);
                            }});
}

}  // namespace czip::v2::training
