#include "czip/codec/v2/coding/contexts.hpp"

#include "czip/codec/v2/coding/hash.hpp"

namespace czip::v2 {
namespace {

// The hash of a list's context: of up to three parts and the list's number.
std::uint64_t list_context(std::size_t list, std::uint64_t a, std::uint64_t b = 0,
                           std::uint64_t c = 0) {
  return hash_combine(hash_combine(hash_combine(a, b), c), list + 1);
}

}  // namespace

void set_contexts(const History& h, Contexts& contexts) {
  auto& order = contexts.order;
  order[0] = 0;
  for (std::uint32_t k = 1; k <= kTokenOrders; ++k) {
    order[k] = extend_context(order[k - 1], h.recent(k));
  }
  const std::uint64_t t1 = h.recent(1), t2 = h.recent(2), t3 = h.recent(3);
  const std::uint64_t w = h.word(), w1 = h.past_word(0), w2 = h.past_word(1);
  contexts.word = hash_combine(w, w == 0 ? t1 : 0);
  auto& list = contexts.list;
  for (std::size_t i = 0; i < kSuccessorListOrders.size(); ++i)
    list[i] = list_context(i, order[kSuccessorListOrders[i]]);
  list[5] = list_context(5, w, w1);
  list[6] = list_context(6, h.line_start(), t1);
  list[7] = list_context(7, h.above(0), t1, h.above(1));
  list[8] = list_context(8, t2 + 1, t3 + 1);
  list[9] = list_context(9, t1 + 1, t3 + 1);
  list[10] = list_context(10, w, w1, w2);
  list[11] = list_context(11, w, w2);
  list[12] = list_context(12, h.key(), t1);
  list[13] = list_context(13, h.bracket(), t1);
  list[14] = list_context(14, h.above_in_field(), h.field_offset(), h.field());
  list[15] = list_context(15, h.indentation(), h.previous_line_start(), t1);
}

}  // namespace czip::v2
