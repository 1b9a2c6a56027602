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
             "  list         show formats, sizes and models of files, and members of archives\n"
             "  verify       check a model file, or prove a compression made elsewhere\n"
             "  selftest     check that this machine computes the same as every other one\n"
             "  bench        compare ratio and speed with zstd, brotli and xz\n"
             "  train        make a model for texts of a kind\n"
             "  repair       mend damaged files by their recovery data\n"
             "  append       add what is new or changed to an archive, as -a does\n"
             "  repack       write an archive anew, without earlier versions\n"
             "For a file with such a name, write ./list or put it after --.\n";
    case Command::append:
      return "Usage: czip append [OPTION...] ARCHIVE PATH...\n\n"
             "Packs what is new below each PATH, or of another length, time and content than in\n"
             "ARCHIVE, and appends it as the archive's next version. Nothing before it is written\n"
             "to; --at N still gives each earlier version. What is gone from below PATH is no\n"
             "member of the new version. Without ARCHIVE, it is created.\n";
    case Command::repack:
      return "Usage: czip repack [OPTION...] -o FILE ARCHIVE\n"
             "       czip repack [OPTION...] -f ARCHIVE\n\n"
             "Writes the newest version of ARCHIVE, or that of --at, as an archive of one "
             "version.\n"
             "With -f and without -o, it replaces ARCHIVE, of which the other versions are gone.\n";
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
             "       czip decompress [OPTION...] ARCHIVE.czip MEMBER...\n"
             "       czip decompress -m MODEL -i IN -o OUT [-t TOKENIZER]\n\n"
             "Writes the file without .czip. Without FILE, or when FILE is -, decompresses "
             "standard\n"
             "input to standard output. A file appears when all of it has been checked. An "
             "archive\n"
             "becomes a directory again; with -c it becomes the tar inside. MEMBER is a name in "
             "an\n"
             "archive, or a pattern as the shell's, in which * matches /; a folder stands for all\n"
             "that is in it. Only the blocks of these members are decoded. Where a file is "
             "damaged\n"
             "and its recovery data mend it, its text is given, with a warning and status 0.\n"
             "The last form is compress.zip's (more: czip decompress -i - --help). Like\n"
             "compress.zip, it replaces OUT without asking.\n";
    case Command::test:
      return "Usage: czip test [OPTION...] FILE...\n\n"
             "Decodes each file and checks its hashes. CZIPv1 has no hashes, and a damaged file\n"
             "may decode to another text: czip codes the text again and compares.\n"
             "A damaged file fails the test (status 2) even if its recovery data mend it, so that\n"
             "it can be repaired in time.\n";
    case Command::list:
      return "Usage: czip list [OPTION...] FILE...\n"
             "       czip list [OPTION...] ARCHIVE MEMBER...\n\n"
             "Shows the formats, sizes and models of files, and the members of archives. With -m "
             "MODEL -v, also whether the\n"
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
