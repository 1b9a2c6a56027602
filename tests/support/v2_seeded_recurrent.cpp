#include "support/v2_seeded_recurrent.hpp"

#include <string>
#include <utility>
#include <vector>

#include "support/splitmix64.hpp"

namespace czip::test {

SafetensorsContent make_seeded_recurrent_v2(const SeededRecurrentV2Options& options) {
  const std::uint64_t tokens = options.config.vocabulary;
  const std::uint64_t states = options.config.state_width;
  const std::uint64_t hidden = options.config.hidden_width;
  SplitMix64 random(options.seed);
  SafetensorsContent content;
  const auto add = [&]<class T>(const std::string& name, std::vector<std::uint64_t> shape, T low,
                                T high) {
    std::uint64_t count = 1;
    for (const std::uint64_t size : shape) count *= size;
    std::vector<T> values(static_cast<std::size_t>(count));
    for (T& value : values) value = static_cast<T>(random.between(low, high));
    content.tensors.push_back(
        make_tensor<T>(std::string(v2::kRecurrentPrefix) + name, std::move(shape), values));
  };
  const std::vector<std::uint32_t> config{v2::kRecurrentFormatVersion, options.config.vocabulary,
                                          options.config.state_width, options.config.hidden_width};
  content.tensors.push_back(make_tensor<std::uint32_t>(std::string(v2::kRecurrentPrefix) + "config",
                                                       {config.size()}, config));
  add("update", {tokens, states}, std::int16_t{-32768}, std::int16_t{32767});
  add("input", {tokens, states}, std::int16_t{-32768}, std::int16_t{32767});
  add("state_gain", {states}, std::int16_t{500}, std::int16_t{2000});
  add("weights", {hidden, states}, std::int8_t{-128}, std::int8_t{127});
  add("weight_scale", {hidden}, std::int16_t{100}, std::int16_t{300});
  add("embedding", {tokens, hidden}, std::int8_t{-64}, std::int8_t{127});
  add("nodes", {tokens, hidden}, std::int8_t{-128}, std::int8_t{127});
  add("node_scale", {tokens}, std::int16_t{1000}, std::int16_t{4000});
  add("node_bias", {tokens}, std::int16_t{-600}, std::int16_t{600});
  return content;
}

}  // namespace czip::test
