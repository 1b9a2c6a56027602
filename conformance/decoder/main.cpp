// czip_reference_decoder [--stages COUNT] MODEL.czm FILE.czip > TEXT
// czip_reference_decoder --llm WINDOW MODEL.czm TOKEN...
//
// Decodes a whole CZIPv2 file, or the text that stands for it, and writes its text if every check
// passes. With --stages, it writes instead what it computed for the first COUNT decisions, as JSON
// (stages.hpp). With --llm, it writes what the model's language model computes for these tokens of
// one stream (llm_stages.hpp). Exit status: 0 success, 1 usage or a file that cannot be read or
// written, 2 refused data, or garbage after the text.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "armour.hpp"
#include "container.hpp"
#include "llm_stages.hpp"
#include "model.hpp"
#include "stages.hpp"

namespace {

using reference::Bytes;

Bytes read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot open " + path);
  Bytes bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) throw std::runtime_error("cannot read " + path);
  return bytes;
}

template <class Text>
void write_text(const Text& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::runtime_error("cannot write the text");
}

void write_language_stages(const std::vector<std::string>& arguments) {
  std::vector<reference::llm::Row> rows;
  for (std::size_t i = 2; i < arguments.size(); ++i) rows.push_back({0, std::stoul(arguments[i])});
  write_text(reference::llm::stages(read_file(arguments[1]), std::stoul(arguments[0]), rows));
}

}  // namespace

int main(int argc, char** argv) {
  const bool of_language_model = argc >= 5 && std::string(argv[1]) == "--llm";
  const bool of_stages = argc == 5 && std::string(argv[1]) == "--stages";
  if (argc != 3 && !of_stages && !of_language_model) {
    std::cerr << "usage: czip_reference_decoder [--stages COUNT] MODEL.czm FILE.czip > TEXT\n"
                 "       czip_reference_decoder --llm WINDOW MODEL.czm TOKEN...\n";
    return 1;
  }
  try {
    if (of_language_model) {
      write_language_stages({argv + 2, argv + argc});
      return 0;
    }
    // Both must outlive the decoding, which points into them.
    const Bytes model_file = read_file(argv[argc - 2]);
    const Bytes file = reference::without_armour(read_file(argv[argc - 1]));
    const reference::Model model = reference::parse_model(model_file);
    if (of_stages) {
      write_text(reference::stages(model, file, std::stoul(argv[2])));
      return 0;
    }
    const auto decoded = reference::decode_file(model, file);
    write_text(decoded.text);
    if (decoded.ends_well) return 0;
    throw reference::Refused("garbage follows the last frame; the text is whole");
  } catch (const reference::Refused& refused) {
    std::cerr << "czip_reference_decoder: " << refused.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "czip_reference_decoder: " << error.what() << '\n';
    return 1;
  }
}
