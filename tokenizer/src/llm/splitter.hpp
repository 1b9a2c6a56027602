// Cuts text into pieces as the models' own tokenizers do: the patterns that stand at Splitting,
// written out by hand. Matching goes forward only, so its work is proportional to the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "czip/tokenizer/llm/description.hpp"
#include "llm/characters.hpp"

namespace czip::llm {

class Splitter {
 public:
  static constexpr std::uint64_t kMostReads = 8;

  using Use = std::function<void(std::string_view piece)>;

  explicit Splitter(Splitting rule) : rule_(rule) {}

  // Calls `use` with each piece of `text`, in order; none is empty. With Splitting::none the whole
  // text is a piece.
  void split(std::string_view text, const Use& use);

  // Characters looked at so far, at most kMostReads for each byte of the text.
  [[nodiscard]] std::uint64_t characters_read() const { return reader_.count(); }

 private:
  enum class Contractions : std::uint8_t { lower_case, any_case };

  // The end of the piece or run that begins at `begin` < fragment.size().
  std::size_t gpt2_end(std::string_view fragment, std::size_t begin);
  std::size_t llama3_end(std::string_view fragment, std::size_t begin, std::size_t max_numbers);
  std::size_t white_space_end(std::string_view fragment, std::size_t begin);
  std::size_t symbols_end(std::string_view fragment, std::size_t begin);

  // `limit` is of characters.
  std::size_t run_end(std::string_view fragment, std::size_t begin, CharacterClass kind,
                      std::size_t limit);
  // The end of a letter's run, with one other character in front that is no number and no end of a
  // line; `begin` if there is no such letter.
  std::size_t word_end(std::string_view fragment, std::size_t begin);
  // `begin`, or that behind a space which belongs to the piece of what follows it.
  std::size_t behind_space(std::string_view fragment, std::size_t begin) const;

  void split_by_gpt2(std::string_view fragment, const Use& use);
  void split_by_llama3(std::string_view fragment, std::size_t max_numbers, const Use& use);
  void split_by_smollm(std::string_view text, const Use& use);
  void split_by_llama_cpp(std::string_view text, const Use& use);
  void split_numbers(std::string_view fragment, const Use& use);
  static void split_lines(std::string_view text, const Use& use);

  // Calls `use` with each run of characters for which `belongs` is the same.
  template <class Belongs>
  void for_each_run(std::string_view text, Belongs belongs, const Use& use);

  Splitting rule_;
  CharacterReader reader_;
};

}  // namespace czip::llm
