// A program outside the source tree, in C++17: round-trips a text through the installed library
// with each model.
// Usage: consumer MODEL...
#include <czip.hpp>
#include <iostream>
#include <string>

static bool round_trips(const std::string& path) {
  const std::string text = "The installed library compresses this sentence.";
  const czip::Model model = czip::Model::open(path);
  czip::Compressor compressor;
  compressor.set_model(model);
  czip::Decompressor decompressor;
  decompressor.add_model(model);
  const std::string file = compressor.compress(text);
  return decompressor.decompress(file) == text && czip::inspect(file).format == model.format();
}

int main(int argc, char** argv) {
  try {
    for (int i = 1; i < argc; ++i) {
      const bool same = round_trips(argv[i]);
      std::cout << argv[i] << ": " << (same ? "the same text" : "FAILED") << '\n';
      if (!same) return 1;
    }
  } catch (const czip::Exception& exception) {
    std::cerr << czip_status_text(exception.status()) << ": " << exception.what() << '\n';
    return 1;
  }
  return argc > 1 ? 0 : 2;
}
