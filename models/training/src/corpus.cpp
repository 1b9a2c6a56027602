#include "czip/training/corpus.hpp"

#include <new>

namespace czip {

Status Corpus::add_document(std::span<const std::uint8_t> text) try {
  if (text.empty()) return {};
  if (sources_.empty()) begin_source();
  Source& source = sources_.back();
  source.begins_.push_back(source.text_.size());
  source.text_.insert(source.text_.end(), text.begin(), text.end());
  return {};
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the corpus");
}

Status Corpus::for_each_document(
    const std::function<Status(std::span<const std::uint8_t>, bool)>& visit) const {
  for (const Source& source : sources_)
    for (std::size_t d = 0; d < source.documents(); ++d)
      CZIP_TRY(visit(source.document(d), is_held_out(d)));
  return {};
}

}  // namespace czip
