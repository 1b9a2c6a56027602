#include "cli/help.hpp"

#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "cli/option_table.hpp"
#include "czip/engine/simd.hpp"

namespace czip::tool {
namespace {

constexpr std::string_view kExitStatus =
    "\nExit status: 0 fine; 1 usage, files, disk; 2 damaged data or not the model it was\n"
    "made with; 3 a defect of czip.\n";

std::string_view introduction(Command command) {
  switch (command) {
    case Command::files:
      return "czip compresses text by prediction, in integers only: every machine gives the same\n"
             "files. It reads and writes its own format, CZIPv2, and compress.zip's, CZIPv1.\n\n"
             "Usage: czip [OPTION...] [FILE...]        compress FILE to FILE.czip and keep it\n"
             "       czip -d [OPTION...] [FILE...]     decompress FILE.czip to FILE\n"
             "       czip COMMAND [OPTION...] ...\n\n"
             "Without FILE, or when FILE is -, standard input goes to standard output.\n\n"
             "Commands (first argument):\n"
             "  compress     as above; also in compress.zip's spelling\n"
             "  decompress   as above; also in compress.zip's spelling\n"
             "  test         decode files and check them, write nothing\n"
             "  list         show what files say of themselves\n"
             "  verify       check a model file, or prove a compression made elsewhere\n"
             "  selftest     check that this machine computes what every other one does\n"
             "  bench        compare ratio and speed with zstd, brotli and xz\n"
             "  train        make a model for texts of a kind\n"
             "A file of such a name: ./list, or after --.\n";
    case Command::compress:
      return "Usage: czip compress [OPTION...] [FILE...]\n"
             "       czip compress -m MODEL -i IN -o OUT [-t TOKENIZER] [-c brotli|zstd] [-L "
             "1..5]\n\n"
             "Writes FILE.czip and keeps FILE. Without FILE, or when FILE is -, compresses "
             "standard\n"
             "input to standard output. What was written is decoded again and compared.\n"
             "The second form is compress.zip's (see also: czip compress -i - --help); like\n"
             "compress.zip, it replaces OUT without asking.\n";
    case Command::decompress:
      return "Usage: czip decompress [OPTION...] [FILE.czip...]\n"
             "       czip decompress -m MODEL -i IN -o OUT [-t TOKENIZER]\n\n"
             "Writes the file without .czip. Without FILE, or when FILE is -, decompresses "
             "standard\n"
             "input to standard output. A file appears once all of it has been checked. An "
             "archive\n"
             "becomes a directory again; with -c, the tar inside.\n"
             "The second form is compress.zip's (see also: czip decompress -i - --help); like\n"
             "compress.zip, it replaces OUT without asking.\n";
    case Command::test:
      return "Usage: czip test [OPTION...] FILE...\n\n"
             "Decodes each file and checks its hashes. CZIPv1 has none: there the text is coded "
             "again\n"
             "and compared, for a damaged file may decode to some other text.\n";
    case Command::list:
      return "Usage: czip list [OPTION...] FILE...\n\n"
             "Shows what files say of themselves. With -m MODEL -v, also whether the hash of the\n"
             "model's path in the file is that of MODEL.\n";
    case Command::verify:
      return "Usage: czip verify [OPTION...] MODEL\n"
             "       czip verify [OPTION...] MODEL --against FILE.czip --text TEXT\n\n"
             "Checks a model: structure, ranges, tables against their formulas, a proof that no\n"
             "accumulator can overflow, the tokenizer's round trip. The second form also proves a\n"
             "compression made elsewhere, byte for byte.\n";
    case Command::selftest:
      return "Usage: czip selftest [OPTION...]\n\n"
             "Runs a built-in model at every SIMD level of this processor and compares with the\n"
             "values that every machine must give.\n";
    case Command::bench:
      return "Usage: czip bench [OPTION...] FILE...\n\n"
             "Compresses and decompresses the files with each level of czip, zstd, brotli and xz,\n"
             "and prints one table. The others run on one thread.\n";
    case Command::train:
      return "Usage: czip train [OPTION...] -o MODEL TEXT...\n\n"
             "Trains a tokenizer, an n-gram prior and the mixing of predictions. Each TEXT is a\n"
             "source, all of which weigh alike; its documents end at zero bytes, and long ones "
             "are\n"
             "cut at line ends. Some 24 documents are the least. The same texts in the same order\n"
             "give the same model. Takes about 15 bytes of memory for each byte of text. A TEXT\n"
             "named *.czip is decompressed.\n"
             "With --minutes or --tokens, a network is trained, too; that needs a czip built with\n"
             "CZIP_TRAIN_NETWORK. With --from, it joins a model made of the same texts. A network\n"
             "of --network must have that model's tokens, and must not have seen every 24th\n"
             "document of a TEXT.\n"
             "With --format 1, a tokenizer and a network of the shape of compress.zip's public\n"
             "models are trained; its programs read the model, too. Texts weigh by their size.\n"
             "Progress is measured on every 24th document. Takes about 4 bytes of memory for each\n"
             "byte of text.\n";
    case Command::compat_compress:
      return "Usage: czip compress -m MODEL -i IN -o OUT [-t TOKENIZER] [-c brotli|zstd] [-L "
             "1..5]\n\n"
             "compress.zip's spelling. OUT is replaced without asking, but only once the new file "
             "is\n"
             "whole and verified.\n";
    case Command::compat_decompress:
      return "Usage: czip decompress -m MODEL -i IN -o OUT [-t TOKENIZER]\n\n"
             "compress.zip's spelling. OUT is replaced without asking, but only once the text is\n"
             "whole.\n";
  }
  return "";
}

std::string_view examples(Command command) {
  switch (command) {
    case Command::files:
      return "\nExamples:\n"
             "  czip notes.txt                 writes notes.txt.czip\n"
             "  czip -d notes.txt.czip         writes notes.txt\n"
             "  czip -r docs                   writes docs.czip; czip -d docs.czip gives docs "
             "back\n"
             "  czip -dc --range 1000000:500 log.czip\n"
             "  czip -m v001_eng.czm notes.txt with compress.zip's model, in its format\n"
             "\nEnvironment: CZIP_MODEL_PATH (folders with models, separated by ':'), CZIP_SIMD, "
             "NO_COLOR,\n"
             "TMPDIR.\n";
    case Command::verify:
      return "\nExample:\n"
             "  czip verify v001_eng.czm --against notes.czip --text notes.txt\n";
    default:
      return "";
  }
}

std::string label_of(const OptionRow& row) {
  if (row.label != nullptr) return row.label;
  std::string label = row.short_name != 0 ? std::string{'-', row.short_name} : "  ";
  if (row.long_name != nullptr)
    label += std::string(row.short_name != 0 ? ", --" : "  --") + row.long_name;
  if (row.argument != nullptr) label += std::string(" ") + row.argument;
  return label;
}

}  // namespace

std::string help_text(Command command) {
  constexpr std::size_t kColumn = 26;
  std::string text(introduction(command));
  text += "\nOptions:\n";
  for (const OptionRow& row : option_table()) {
    if ((row.commands & bit(command)) == 0 || row.help == nullptr) continue;
    std::string line = "  " + label_of(row);
    line.append(line.size() + 2 > kColumn ? 2 : kColumn - line.size(), ' ');
    for (const char* c = row.help; *c != '\0'; ++c) {
      line += *c;
      if (*c == '\n') line.append(kColumn, ' ');
    }
    text += line + "\n";
  }
  text += examples(command);
  text += kExitStatus;
  return text;
}

std::string version_text() {
  std::string text = "czip " CZIP_VERSION " (reads and writes CZIPv1 and CZIPv2; SIMD:";
  for (const SimdLevel level : supported_simd_levels())
    text += " " + std::string(simd_level_name(level));
  return text + ")\n";
}

}  // namespace czip::tool
