#include "armour/armour_sink.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "armour/armour.hpp"
#include "armour/base64.hpp"

namespace czip::tool {

Status ArmourSink::write(std::span<const std::uint8_t> bytes) {
  std::string text;
  while (!bytes.empty()) {
    const auto taken = bytes.first(std::min(bytes.size(), kArmourLineBytes - line_.size()));
    line_.insert(line_.end(), taken.begin(), taken.end());
    bytes = bytes.subspan(taken.size());
    if (line_.size() == kArmourLineBytes) add_line(text);
  }
  return give(text);
}

Status ArmourSink::finish() {
  std::string text;
  if (!line_.empty()) add_line(text);
  return give(text + std::string(kArmourEnd) + '\n');
}

void ArmourSink::add_line(std::string& text) {
  append_base64(line_, text);
  text += '\n';
  line_.clear();
}

Status ArmourSink::give(const std::string& text) {
  std::string all = std::exchange(has_begun_, true) ? "" : std::string(kArmourBegin) + '\n';
  all += text;
  return out_->write(std::vector<std::uint8_t>(all.begin(), all.end()));
}

std::string armoured(std::span<const std::uint8_t> bytes) {
  MemorySink text;
  ArmourSink sink(text);
  // Memory takes everything.
  [[maybe_unused]] const bool written = sink.write(bytes) && sink.finish();
  return {text.bytes().begin(), text.bytes().end()};
}

}  // namespace czip::tool
