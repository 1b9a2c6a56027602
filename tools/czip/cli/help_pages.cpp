#include "cli/help_pages.hpp"

#include <algorithm>
#include <array>

#include "cli/help_levels.hpp"

namespace czip::tool {
namespace {

constexpr HelpPage kFilesPage{
    .command = Command::files,
    .summary = "",
    .usage = R"(czip [OPTION...] [FILE...]           compress FILE to FILE.czip, keep FILE
czip -d [OPTION...] [FILE.czip...]   decompress FILE.czip to FILE
czip -t|-l [OPTION...] [FILE.czip...]
czip --text TEXT | -i [OPTION...]    messages as base64, and back
czip COMMAND [OPTION...] ...
)",
    .text = R"(czip compresses text with a neural predictor that computes in integers: every machine
gives the same files. It reads and writes its own format, CZIPv2, and compress.zip's,
CZIPv1.

Without FILE, or when FILE is -, standard input goes to standard output. A command is the
first argument; for a file with such a name, write ./list or put it after --.
)",
    .examples = R"(czip notes.txt                   writes notes.txt.czip
czip -d notes.txt.czip           writes notes.txt
czip -r docs                     writes docs.czip; czip -d docs.czip gives docs back
czip -dc --range 1000000:500 log.czip
czip --records lines server.log  writes server.log.czip; finds each line
czip -d --record 1000-1010 server.log.czip
czip --base64 notes.txt          writes notes.txt.czip as text, for mail
czip --text "See you at 7?"      prints one line of base64
czip -d --text /HoC8gq4...       prints the message
czip -m v001_eng.czm notes.txt   with compress.zip's model, in its format
)"};

constexpr HelpPage kCompressPage{
    .command = Command::compress,
    .summary = "as czip without a command; also takes compress.zip's command line",
    .usage = R"(czip compress [OPTION...] [FILE...]
czip compress -m MODEL -i IN -o OUT [-t TOKENIZER] [-c brotli|zstd] [-L 1..5]
)",
    .text = R"(Writes FILE.czip and keeps FILE. Without FILE, or when FILE is -, compresses standard
input to standard output. Decodes what was written and compares.

The second form is compress.zip's (more: czip compress -i - --help). Like compress.zip, it
replaces OUT without asking.
)",
    .examples = R"(czip compress -9 book.txt                  as small as czip can make it
czip compress -r docs -o docs-2026.czip    a directory as one archive
czip compress -c < log > log.czip          a pipe
czip compress --recovery 5 photos.csv      with data that mend damage of about 5 %
)"};

constexpr HelpPage kDecompressPage{
    .command = Command::decompress,
    .summary = "as czip -d; also takes compress.zip's command line",
    .usage = R"(czip decompress [OPTION...] [FILE.czip...]
czip decompress [OPTION...] ARCHIVE.czip MEMBER...
czip decompress -m MODEL -i IN -o OUT [-t TOKENIZER]
)",
    .text =
        R"(Writes the file without .czip, beside it, wherever that is, as xz and zstd do. Without
FILE, or when FILE is -, decompresses standard input to standard output. A file appears
when all of it has been checked. An archive becomes a directory again, beside it or in the
directory of -o; with -c it becomes the tar inside. MEMBER is a name in an archive, or a
pattern as the shell's, in which * matches /; a folder stands for all that is in it. Only
the blocks of these members are decoded. Named members go into folders that exist, all of
an archive does not; no file is replaced without -f. A file that --base64 or --text wrote
is decompressed like any other. Where a file is damaged and its recovery data mend it, its
text is given, with a warning and status 0.

The last form is compress.zip's (more: czip decompress -i - --help). Like compress.zip,
it replaces OUT without asking.
)",
    .examples = R"(czip decompress notes.txt.czip             writes notes.txt
czip decompress -c log.czip | grep error   a pipe
czip decompress -c --range 5000: log.czip  all but the first 5000 bytes
czip decompress --salvage hurt.czip        what is left of a damaged file
)"};

constexpr HelpPage kTestPage{
    .command = Command::test,
    .summary = "decode files, check them and write nothing",
    .usage = R"(czip test [OPTION...] FILE...
czip test [OPTION...] ARCHIVE MEMBER...
)",
    .text =
        R"(Decodes each file and checks its hashes, or only the blocks of these members of an archive.
CZIPv1 has no hashes, and a damaged file may decode to another text: czip codes the text
again and compares.

A damaged file fails the test (status 2) even if its recovery data mend it, so that it can
be repaired in time.
)",
    .examples = R"(czip test *.czip                 prints what is damaged, and nothing else
czip test -r backup              every file named *.czip in a directory
)"};

constexpr HelpPage kListPage{
    .command = Command::list,
    .summary = "show formats, sizes and models of files, and members of archives",
    .usage = R"(czip list [OPTION...] FILE...
czip list [OPTION...] ARCHIVE MEMBER...
)",
    .text =
        R"(Shows the formats, sizes and models of files, bytes of recovery data that they have (-:
none), and the members of archives. With -v, also hashes, the model, and how many blocks
are stored, use the model's network or its language model; with -m MODEL, also whether the
hash that CZIPv1 stores is that of MODEL's path. An archive that has lost its index is
decoded for its members; -m names the model for that. What models are, czip model shows.
)",
    .examples = R"(czip list -v notes.txt.czip      with hashes and the model's name
czip list --json *.czip          for programs
)"};

constexpr HelpPage kRepairPage{
    .command = Command::repair,
    .summary = "mend damaged files by their recovery data",
    .usage = "czip repair [OPTION...] FILE.czip...\n",
    .text =
        R"(Mends files that were written with --recovery, and writes FILE.repaired.czip or what -o
names. Whole files are left alone. Status 0: FILE is whole, or the copy is. decompress uses
recovery data by itself. Where they do not suffice: czip -d --salvage.
)",
    .examples = R"(czip repair hurt.czip            writes hurt.repaired.czip
)"};

constexpr HelpPage kAppendPage{
    .command = Command::append,
    .summary = "add what is new or changed to an archive, as -a does",
    .usage = "czip append [OPTION...] ARCHIVE PATH...\n",
    .text =
        R"(Packs what is new below each PATH, or of another length, time and content than in ARCHIVE,
and appends it as the archive's next version. Nothing before it is written to; --at N still
gives each earlier version. What is gone from below PATH is no member of the new version.
Without ARCHIVE, it is created.

If ARCHIVE is a file of --records, all records of each PATH are appended to it, or none.
)",
    .examples = R"(czip -a server.log.czip new.log  more records
czip append docs.czip docs       what changed since the last time
czip -a docs.czip docs           the same
czip -d --at 1 docs.czip         the first version again
)"};

constexpr HelpPage kRepackPage{
    .command = Command::repack,
    .summary = "write an archive anew, without earlier versions",
    .usage = R"(czip repack [OPTION...] -o FILE ARCHIVE
czip repack [OPTION...] -f ARCHIVE
)",
    .text =
        R"(Writes the newest version of ARCHIVE, or that of --at, as an archive of one version. With
-f and without -o, it replaces ARCHIVE, of which the other versions are gone.
)",
    .examples = R"(czip repack -o small.czip docs.czip
)"};

constexpr HelpPage kModelPage{
    .command = Command::model,
    .summary = "describe models; say which one a compressed file needs",
    .usage = "czip model [OPTION...] [MODEL|FILE.czip...]\n",
    .text =
        R"(Of a model, shows its card: name, licence, what it was trained on, hash, tokenizer, network
and sizes. MODEL is a file, a name in a folder of CZIP_MODEL_PATH, or built-in. Of a
compressed file, says which model it needs and where that is; status 1: it is not here.

Without arguments, lists the models at hand: the built-in one, those in the folders of
CZIP_MODEL_PATH, and those that were installed with czip. The list says what the files say
of themselves; a card has been checked.
)",
    .examples = R"(czip model                       the models at hand
czip model built-in              the card of the model that is used without -m
czip model notes.txt.czip        which model it was made with
)"};

constexpr HelpPage kInspectPage{
    .command = Command::inspect,
    .summary = "show what each token of a text costs, and what was expected",
    .usage = R"(czip inspect [OPTION...] [FILE...]
czip inspect --html -o PAGE.html [OPTION...] [FILE]
)",
    .text =
        R"(Shows the bits of each token of a text by the prediction that compresses it, what each part
of the predictor saves of them, and with --candidates what was likely instead. FILE is a
text, or a compressed file, which is decoded. Two models, of either format, stand side by
side. The page has a heat map of the text and works from a file, without a network. Of a
public language model in a model (czip import), which predicts from level 6 on, candidates
are those that the predictor looked at, and nothing is said of parts.
)",
    .examples = R"(czip inspect --candidates 3 notes.txt | less
czip inspect --html -o notes.html notes.txt
czip inspect --html -o both.html -m own.czm --against-model v001_eng.czm notes.txt
czip inspect --csv notes.txt.czip > tokens.csv
)"};

constexpr HelpPage kScorePage{
    .command = Command::score,
    .summary = "bits per byte and perplexity of texts by one or more models",
    .usage = "czip score [OPTION...] [-m MODEL...] FILE...\n",
    .text =
        R"(Shows how well models predict texts: bits per byte and perplexity of each text, and of all
of them for each model. The perplexity per token is 2^(bits per token) and depends on how a
model divides a text; that per byte, and bits per byte, can be compared between models.
FILE is a text, or a compressed file, which is decoded. From level 6 on, a public language
model in a model (czip import) predicts; at level 9 with all the context that it has.
)",
    .examples = R"(czip score -7 -m small.czm -m own.czm -r texts  which model suits the texts?
)"};

constexpr HelpPage kComparePage{
    .command = Command::compare,
    .summary = "how much texts have in common: normalized compression distances",
    .usage = "czip compare [OPTION...] TEXT TEXT...\n",
    .text =
        R"(Shows the normalized compression distance of each two texts: 0 where they are the same,
about 1 where they have nothing in common. TEXT is a file, or a folder, whose files are
taken together; compressed files are decoded. The network of levels 7 to 9 takes no part.
)",
    .examples = R"(czip compare --svg -o tree.svg books/*.txt
)"};

constexpr HelpPage kClassifyPage{
    .command = Command::classify,
    .summary = "find the class whose texts predict a text best",
    .usage = "czip classify --train DIR [OPTION...] FILE...\n",
    .text =
        R"(Each folder in DIR is a class. The predictor learns the texts of a class, and each FILE is
put into the class after which it costs the fewest bits. FILEs in a folder that is called
like a class show how many are found rightly. The network of levels 7 to 9 takes no part.
)",
    .examples = R"(czip classify --train topics letters/*.txt      topics/sport, topics/travel, ...
)"};

constexpr HelpPage kVerifyPage{
    .command = Command::verify,
    .summary = "check a model file, or prove a compression made elsewhere",
    .usage = R"(czip verify [OPTION...] MODEL
czip verify [OPTION...] MODEL --against FILE.czip --text FILE
)",
    .text = R"(Checks a model: its hash, structure, ranges, tables against their formulas, that no
accumulator can overflow, and that a text comes back; of a public language model in it
also the tokenizer, and that all instruction sets compute the same. The second form also
proves a compression made elsewhere, byte for byte.
)",
    .examples = R"(czip verify my.czm
czip verify v001_eng.czm --against notes.czip --text notes.txt
)"};

constexpr HelpPage kSelftestPage{
    .command = Command::selftest,
    .summary = "check that this machine computes the same as every other one",
    .usage = "czip selftest [OPTION...]\n",
    .text =
        R"(Runs a built-in model at every SIMD level of this processor and compares the results with
those that every machine must give.
)",
    .examples = R"(czip selftest -v                 with the parts of the signature
)"};

constexpr HelpPage kBenchPage{
    .command = Command::bench,
    .summary = "compare ratio and speed with zstd, brotli and xz",
    .usage = "czip bench [OPTION...] FILE...\n",
    .text =
        R"(Compresses and decompresses the files with each level of czip and with zstd, brotli and
xz, and prints one table. The others run on one thread.
)",
    .examples = R"(czip bench -T1 -6 book.txt       level 6 alone, on one thread
)"};

constexpr HelpPage kTrainPage{
    .command = Command::train,
    .summary = "make a model for texts of a kind",
    .usage = "czip train [OPTION...] -o MODEL TEXT...\n",
    .text =
        R"(Trains a tokenizer, an n-gram prior, a small recurrent network and the mixing of
predictions. Each TEXT is a source, and all sources weigh the same. Documents end at zero
bytes; long ones are cut at line ends. Every 24th document measures progress, and trains
the mixing; of texts too short for that, all do. The same texts in the same order give the
same model. Training needs about 15 bytes of memory for each byte of text. A TEXT named
*.czip is decompressed first. With --records, each record is a document, and the model is
for records that are coded alone.

The recurrent network serves levels 3 to 9 and has 1 KB for each token of the vocabulary.
More --epochs may make it better and take longer. Without it (--epochs 0), the model is
smaller and coding faster, but files are larger.

--minutes or --tokens also train the network of levels 7 to 9, a transformer, in a czip
that was built with CZIP_TRAIN_NETWORK. --from adds it to a model made from the same texts.
A network of --network must have the tokens of that model, and must not have been trained
on every 24th document of a TEXT, which measures progress.

Of a MODEL with a public language model (czip import), --from makes one whose language
model knows the texts: it codes each block as if they stood before it. So files like the
texts become smaller, and others gain nothing. At most 1,048,576 tokens count, 3 to 4 MB,
of which each TEXT has an equal share. A prior that MODEL had is replaced.

--format 1 trains a tokenizer and a network of the shape of compress.zip's public models,
which its programs can read. A text then weighs by its size. Training needs about 4 bytes
of memory for each byte of text.
)",
    .examples = R"(czip train -o logs.czm logs/*.txt --name logs --license CC0
czip train -r -o mail.czm mail   every file in a directory
czip -m logs.czm new.log         the model at work; keep it with your files
czip train --from tinyllama.czm -o mine.czm texts/*.txt   a prior for a language model
)"};

constexpr HelpPage kImportPage{
    .command = Command::import_model,
    .summary = "make a model of a public language model",
    .usage = R"(czip import [OPTION...] MODEL.gguf
czip import [OPTION...] FOLDER
czip import [OPTION...] --tokenizer FILE MODEL.bin
)",
    .text =
        R"(Makes a model file of a public language model, in integers. MODEL.gguf is a GGUF file, or
the first of several (NAME-00001-of-00003.gguf). FOLDER has config.json, tokenizer.json
and the weights as safetensors. MODEL.bin is of llama2.c, version 0. What a file is, its
content says. Known are the architectures llama (Llama, TinyLlama, SmolLM, Mistral),
qwen2 and gpt2, and of GGUF's types of weights F32, F16, BF16, Q8_0, Q4_0 to Q5_1, Q2_K
to Q6_K, IQ2_XXS and IQ4_NL. All else is refused by its name.

Weights get 8 bits, so the model has about as many bytes as the source has weights. The
same source gives the same model on every machine. The model's metadata state name,
licence and kind (base, or chat for one that was trained to chat), the files that it was
made of, and their SHA-256: of several files, that of all one after another.

Levels 6 to 9 use it: czip help levels. It is slow, at some KB a second and less, and every
file needs its very model: keep them together.
)",
    .examples = R"(czip import tinyllama.gguf       writes tinyllama.czm
czip import -o small.czm SmolLM2-135M --license Apache-2.0
czip import --tokenizer tokenizer.bin stories15M.bin
)"};

constexpr HelpPage kCompatCompressPage{
    .command = Command::compat_compress,
    .summary = "",
    .usage = "czip compress -m MODEL -i IN -o OUT [-t TOKENIZER] [-c brotli|zstd] [-L 1..5]\n",
    .text =
        R"(compress.zip's command line. It replaces OUT without asking, when the new file is complete
and verified.
)",
    .examples = "czip compress -m v001_eng.czm -i notes.txt -o notes.czip\n"};

constexpr HelpPage kCompatDecompressPage{
    .command = Command::compat_decompress,
    .summary = "",
    .usage = "czip decompress -m MODEL -i IN -o OUT [-t TOKENIZER]\n",
    .text =
        R"(compress.zip's command line. It replaces OUT without asking, when the text is complete.
)",
    .examples = "czip decompress -m v001_eng.czm -i notes.czip -o notes.txt\n"};

constexpr std::array kPages{
    kFilesPage,  kCompressPage, kDecompressPage, kTestPage,           kListPage,
    kRepairPage, kAppendPage,   kRepackPage,     kModelPage,          kInspectPage,
    kScorePage,  kComparePage,  kClassifyPage,   kVerifyPage,         kSelftestPage,
    kBenchPage,  kTrainPage,    kImportPage,     kCompatCompressPage, kCompatDecompressPage};

constexpr HelpTopic kExitStatus{"exit-status", R"(The exit status is the highest of all files:
  0  success. Warnings do not change it: decompressing a file that its recovery data
     mended is a success
  1  usage, or what is around the data: files that are missing, cannot be read or exist;
     a full disk; not enough memory; a limit (-M, --max-output)
  2  the data: damaged, of another format, or made with another model; a test of a file
     that had to be mended; garbage after a text, which is given all the same; --salvage
     of less than everything; a check of verify that fails
  3  a defect of czip
)"};

constexpr HelpTopic kEnvironment{"environment", R"(Variables of the environment:
  CZIP_MODEL_PATH  folders with models, separated by ':'. -m finds models there by name,
                   and decompressing finds the one that a file needs by its hash. Behind
                   them stands share/czip/models, where czip was installed
  CZIP_SIMD        the instruction set to use, as --simd
  NO_COLOR         not empty: reports have no colours
  TMPDIR           where temporary files without a name are (default: /tmp)
)"};

}  // namespace

std::span<const HelpPage> help_pages() { return kPages; }

const HelpPage& help_page(Command command) {
  return *std::ranges::find(kPages, command, &HelpPage::command);
}

std::span<const HelpTopic> help_topics() {
  static const std::array topics{HelpTopic{"levels", help_of_levels()}, kExitStatus, kEnvironment};
  return topics;
}

}  // namespace czip::tool
