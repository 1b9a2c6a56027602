#include "v1/brotli_heap.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>

namespace czip::v1 {
namespace {

TEST_CASE("brotli heap: a refusal leaves what asked, and all is freed") {
  BrotliHeap heap;
  void* blocks[3]{};
  REQUIRE(heap.run([&] {
    for (void*& block : blocks) {
      block = BrotliHeap::allocate(&heap, 1000);
      std::memset(block, 0xa5, 1000);
    }
  }));
  BrotliHeap::release(&heap, blocks[1]);
  BrotliHeap::release(&heap, nullptr);
  BrotliHeap::release(&heap, blocks[2]);

  bool went_on = false;
  CHECK_FALSE(heap.run([&] {
    void* const refused = BrotliHeap::allocate(&heap, static_cast<std::size_t>(-1) / 2 + 1);
    went_on = refused != nullptr;
  }));
  CHECK_FALSE(went_on);
  CHECK(heap.run([&] { blocks[1] = BrotliHeap::allocate(&heap, 10); }));
  // The sanitizer for leaks sees whether the destructor frees the two blocks that are left.
}

}  // namespace
}  // namespace czip::v1
