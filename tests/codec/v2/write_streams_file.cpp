// Writes a file that the czip command never would: blocks of every number of streams in every
// profile, with the network if the model has one, also a stored block, compact frames and a frame
// without blocks. For tests/conformance/reference_decoder.sh.
// Usage: write_streams_file MODEL.czm TEXT OUT.czip
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/model.hpp"
#include "v2/container/container.hpp"
#include "v2/container/frame_writer.hpp"
#include "v2/container/hashing.hpp"

namespace {

using namespace czip;
using Bytes = std::vector<std::uint8_t>;
using Text = std::span<const std::uint8_t>;

Bytes read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void insist(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

// The settings of a block by its number: each profile with each number of streams in turn, with the
// network where the profile allows it.
v2::BlockSettings settings_of(const v2::Model& model, std::size_t number) {
  v2::BlockSettings settings;
  settings.profile = static_cast<std::uint8_t>(number % (v2::kMaxProfile + 1));
  settings.streams_log2 = static_cast<std::uint8_t>(number % (v2::kMaxStreamsLog2 + 1));
  settings.network = model.has_network() && settings.profile >= v2::kFirstNetworkProfile;
  return settings;
}

void write_block(v2::FrameWriter& writer, const v2::Model& model, Text text, std::size_t number) {
  v2::BlockHeader block{.text_bytes = static_cast<std::uint32_t>(text.size()),
                        .payload_bytes = static_cast<std::uint32_t>(text.size()),
                        .text_hash = v2::hash64(text),
                        .payload_hash = v2::hash64(text)};
  const v2::CodedBlock coded =
      value_of(v2::encode_block(model, settings_of(model, number), SimdLevel::scalar, text));
  if (coded.payload.size() >= text.size()) {
    insist(writer.add(block, text));
    return;
  }
  block.type = v2::BlockType::coded;
  block.settings = settings_of(model, number);
  block.payload_bytes = static_cast<std::uint32_t>(coded.payload.size());
  block.payload_hash = v2::hash64(coded.payload);
  block.final_range = coded.final_range;
  insist(writer.add(block, coded.payload));
}

void write_full(ByteSink& sink, const v2::Model& model, Text text, std::size_t block_bytes) {
  v2::FrameHeader header{.model = model.hash(),
                         .block_bytes = static_cast<std::uint32_t>(block_bytes)};
  v2::FrameWriter writer(sink, header);
  insist(writer.begin());
  v2::TextHasher hasher;
  hasher.add(text);
  for (std::size_t number = 0; !text.empty(); ++number) {
    const Text block = text.first(std::min(block_bytes, text.size()));
    text = text.subspan(block.size());
    write_block(writer, model, block, number);
  }
  insist(writer.finish(hasher.digest()));
}

void write_compact(ByteSink& sink, const v2::Model& model, Text text, std::size_t number) {
  v2::CompactHeader header;
  header.settings = settings_of(model, number);
  const Bytes payload =
      value_of(v2::encode_block(model, header.settings, SimdLevel::scalar, text)).payload;
  header.text_bytes = static_cast<std::uint32_t>(text.size());
  header.payload_bytes = static_cast<std::uint32_t>(payload.size());
  const auto hash = v2::hash_bytes(model.hash());
  std::copy_n(hash.begin(), header.model_hash.size(), header.model_hash.begin());
  const Bytes bytes = v2::serialize(header);
  const Bytes check = v2::compact_check(header, bytes, payload, text);
  for (const Bytes& piece : {bytes, check, payload}) insist(sink.write(piece));
}

int write_file(char** paths) {
  const Bytes model_file = read_file(paths[0]);
  const v2::Model model = value_of(v2::Model::parse(model_file));
  const Bytes text = read_file(paths[1]);
  if (text.size() < 2000) throw std::runtime_error("the text is too short");
  MemorySink sink;
  const Text all(text);
  const Text rest = all.subspan(2000);
  write_compact(sink, model, all.first(1000), 3);
  write_full(sink, model, {}, 1);
  write_compact(sink, model, all.subspan(1000, 1000), 5);
  // 21 blocks: each profile with each number of streams; a last one of the remainder.
  write_full(sink, model, rest, std::max<std::size_t>(rest.size() / 21, 1));
  std::ofstream out(paths[2], std::ios::binary);
  out.write(reinterpret_cast<const char*>(sink.bytes().data()),
            static_cast<std::streamsize>(sink.bytes().size()));
  if (!out.flush()) throw std::runtime_error(std::string("cannot write ") + paths[2]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: write_streams_file MODEL.czm TEXT OUT.czip\n";
    return 1;
  }
  try {
    return write_file(argv + 1);
  } catch (const std::exception& error) {
    std::cerr << "write_streams_file: " << error.what() << '\n';
    return 1;
  }
}
