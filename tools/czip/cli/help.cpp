#include "cli/help.hpp"

#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "cli/option_table.hpp"
#include "czip/engine/simd.hpp"

namespace czip::tool {
namespace {

constexpr std::string_view kExitStatus =
    "\nExit status, the highest of all files:\n"
    "  0  success. Warnings do not change it: decompressing a file that its recovery data\n"
    "     mended is a success\n"
    "  1  usage, or what is around the data: files that are missing, cannot be read or exist;\n"
    "     a full disk; not enough memory; a limit (-M, --max-output)\n"
    "  2  the data: damaged, of another format, or made with another model; a test of a file\n"
    "     that had to be mended; garbage after a text, which is given all the same; --salvage\n"
    "     of less than everything; a check of verify that fails\n"
    "  3  a defect of czip\n";

// One text for each command. NOLINTNEXTLINE(readability-function-size)
std::string_view introduction(Command command) {
  switch (command) {
    case Command::files:
      return "czip compresses text with a neural predictor that computes in integers: every "
             "machine\n"
             "gives the same files. It reads and writes its own format, CZIPv2, and\n"
             "compress.zip's, CZIPv1.\n\n"
             "Usage: czip [OPTION...] [FILE...]        compress FILE to FILE.czip, keep FILE\n"
             "       czip -d [OPTION...] [FILE...]     decompress FILE.czip to FILE\n"
             "       czip COMMAND [OPTION...] ...\n\n"
             "Without FILE, or when FILE is -, standard input goes to standard output.\n\n"
             "Commands (first argument):\n"
             "  compress     as above; also takes compress.zip's command line\n"
             "  decompress   as above; also takes compress.zip's command line\n"
             "  test         decode files, check them and write nothing\n"
             "  list         show formats, sizes and models of files\n"
             "  verify       check a model file, or prove a compression made elsewhere\n"
             "  selftest     check that this machine computes the same as every other one\n"
             "  bench        compare ratio and speed with zstd, brotli and xz\n"
             "  train        make a model for texts of a kind\n"
             "  repair       mend damaged files by their recovery data\n"
             "  inspect      show what each token of a text costs, and what was expected\n"
             "  score        bits per byte and perplexity of texts by one or more models\n"
             "  compare      how much texts have in common: normalized compression distances\n"
             "  classify     find the class whose texts predict a text best\n"
             "For a file with such a name, write ./list or put it after --.\n";
    case Command::compress:
      return "Usage: czip compress [OPTION...] [FILE...]\n"
             "       czip compress -m MODEL -i IN -o OUT [-t TOKENIZER] [-c brotli|zstd] [-L "
             "1..5]\n\n"
             "Writes FILE.czip and keeps FILE. Without FILE, or when FILE is -, compresses "
             "standard\n"
             "input to standard output. Decodes what was written and compares.\n"
             "The second form is compress.zip's (more: czip compress -i - --help). Like\n"
             "compress.zip, it replaces OUT without asking.\n";
    case Command::decompress:
      return "Usage: czip decompress [OPTION...] [FILE.czip...]\n"
             "       czip decompress -m MODEL -i IN -o OUT [-t TOKENIZER]\n\n"
             "Writes the file without .czip. Without FILE, or when FILE is -, decompresses "
             "standard\n"
             "input to standard output. A file appears when all of it has been checked. An "
             "archive\n"
             "becomes a directory again; with -c it becomes the tar inside. Where a file is "
             "damaged\n"
             "and its recovery data mend it, its text is given, with a warning and status 0.\n"
             "The second form is compress.zip's (more: czip decompress -i - --help). Like\n"
             "compress.zip, it replaces OUT without asking.\n";
    case Command::test:
      return "Usage: czip test [OPTION...] FILE...\n\n"
             "Decodes each file and checks its hashes. CZIPv1 has no hashes, and a damaged file\n"
             "may decode to another text: czip codes the text again and compares.\n"
             "A damaged file fails the test (status 2) even if its recovery data mend it, so that\n"
             "it can be repaired in time.\n";
    case Command::list:
      return "Usage: czip list [OPTION...] FILE...\n\n"
             "Shows the formats, sizes and models of files. With -m MODEL -v, also whether the\n"
             "hash that CZIPv1 stores is that of MODEL's path.\n";
    case Command::verify:
      return "Usage: czip verify [OPTION...] MODEL\n"
             "       czip verify [OPTION...] MODEL --against FILE.czip --text TEXT\n\n"
             "Checks a model: its hash, structure, ranges, tables against their formulas, that no\n"
             "accumulator can overflow, and that a text comes back. The second form also proves a\n"
             "compression made elsewhere, byte for byte.\n";
    case Command::selftest:
      return "Usage: czip selftest [OPTION...]\n\n"
             "Runs a built-in model at every SIMD level of this processor and compares the "
             "results\n"
             "with those that every machine must give.\n";
    case Command::bench:
      return "Usage: czip bench [OPTION...] FILE...\n\n"
             "Compresses and decompresses the files with each level of czip and with zstd, "
             "brotli\n"
             "and xz, and prints one table. The others run on one thread.\n";
    case Command::train:
      return "Usage: czip train [OPTION...] -o MODEL TEXT...\n\n"
             "Trains a tokenizer, an n-gram prior and the mixing of predictions. Each TEXT is a\n"
             "source, and all sources weigh the same. Documents end at zero bytes; long ones are\n"
             "cut at line ends. Every 24th document measures progress, and trains the mixing; of "
             "texts\n"
             "too short for that, all do. The same texts in the same order give the same model.\n"
             "Training needs about 15 bytes of memory for each byte of "
             "text.\n"
             "A TEXT named *.czip is decompressed first.\n\n"
             "--minutes or --tokens also train a network, in a czip that was built with\n"
             "CZIP_TRAIN_NETWORK. --from adds the network to a model made from the same texts. A\n"
             "network of --network must have the tokens of that model, and must not have been\n"
             "trained on every 24th document of a TEXT, which measures progress.\n\n"
             "--format 1 trains a tokenizer and a network of the shape of compress.zip's public\n"
             "models, which its programs can read. A text then weighs by its size. Training "
             "needs\n"
             "about 4 bytes of memory for each byte of text.\n";
    case Command::repair:
      return "Usage: czip repair [OPTION...] FILE.czip...\n\n"
             "Mends files that were written with --recovery, and writes FILE.repaired.czip or "
             "what -o\n"
             "names. Whole files are left alone. Status 0: FILE is whole, or the copy is. "
             "decompress\n"
             "uses recovery data by itself. Where they do not suffice: czip -d --salvage.\n";
    case Command::inspect:
      return "Usage: czip inspect [OPTION...] [FILE...]\n"
             "       czip inspect --html -o PAGE.html [OPTION...] [FILE]\n\n"
             "Shows the bits of each token of a text by the prediction that compresses it, what "
             "each\n"
             "part of the predictor saves of them, and with --candidates what was likely instead. "
             "FILE\n"
             "is a text, or a compressed file, which is decoded. Two models, of either format, "
             "stand\n"
             "side by side. The page has a heat map of the text and works from a file, without a\n"
             "network.\n";
    case Command::score:
      return "Usage: czip score [OPTION...] [-m MODEL...] FILE...\n\n"
             "Shows how well models predict texts: bits per byte and perplexity of each text, and "
             "of all\n"
             "of them for each model. The perplexity per token is 2^(bits per token) and depends "
             "on "
             "how a\n"
             "model divides a text; that per byte, and bits per byte, can be compared between "
             "models. FILE\n"
             "is a text, or a compressed file, which is decoded.\n";
    case Command::compare:
      return "Usage: czip compare [OPTION...] TEXT TEXT...\n\n"
             "Shows the normalized compression distance of each two texts: 0 where they are the "
             "same,\n"
             "about 1 where they have nothing in common. TEXT is a file, or a folder, whose files "
             "are\n"
             "taken together; compressed files are decoded. The network takes no part.\n";
    case Command::classify:
      return "Usage: czip classify --train DIR [OPTION...] FILE...\n\n"
             "Each folder in DIR is a class. The predictor learns the texts of a class, and each "
             "FILE is\n"
             "put into the class after which it costs the fewest bits. FILEs in a folder that is "
             "called\n"
             "like a class show how many are found rightly. The network takes no part.\n";
    case Command::compat_compress:
      return "Usage: czip compress -m MODEL -i IN -o OUT [-t TOKENIZER] [-c brotli|zstd] [-L "
             "1..5]\n\n"
             "compress.zip's command line. It replaces OUT without asking, when the new file is\n"
             "complete and verified.\n";
    case Command::compat_decompress:
      return "Usage: czip decompress -m MODEL -i IN -o OUT [-t TOKENIZER]\n\n"
             "compress.zip's command line. It replaces OUT without asking, when the text is\n"
             "complete.\n";
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
    case Command::inspect:
      return "\nExamples:\n"
             "  czip inspect --candidates 3 notes.txt | less\n"
             "  czip inspect --html -o notes.html notes.txt\n"
             "  czip inspect --html -o both.html -m own.czm --against-model v001_eng.czm "
             "notes.txt\n"
             "  czip inspect --csv notes.txt.czip > tokens.csv\n";
    case Command::score:
      return "\nExample:\n"
             "  czip score -7 -m default -m own.czm -r texts    which model suits the texts?\n";
    case Command::compare:
      return "\nExample:\n"
             "  czip compare --svg -o tree.svg books/*.txt\n";
    case Command::classify:
      return "\nExample:\n"
             "  czip classify --train topics letters/*.txt    topics/sport, topics/travel, ...\n";
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
    if (line.size() + 2 > kColumn) {
      text += line + "\n";
      line.clear();
    }
    line.append(kColumn - line.size(), ' ');
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
