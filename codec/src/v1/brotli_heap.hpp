// Memory for a brotli encoder. The library calls exit() where it gets none, which a library must
// not: the allocator leaves it by longjmp instead, as libpng's and libjpeg's callers do.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace czip::v1 {

class BrotliHeap {
 public:
  BrotliHeap() = default;
  BrotliHeap(const BrotliHeap&) = delete;
  BrotliHeap& operator=(const BrotliHeap&) = delete;
  // Frees all that was allocated, the encoder itself too: its own end must not be called, since a
  // refusal leaves it undefined.
  ~BrotliHeap() {
    while (last_ != nullptr) release(this, last_ + 1);
  }

  // Calls `function`, which calls the encoder. False: memory was refused, and the encoder must not
  // be called again. The function's variables need no destructor, since those would not be called.
  template <class Function>
  [[nodiscard]] bool run(const Function& function) {
    if (setjmp(refused_) != 0) return false;  // NOLINT(cert-err52-cpp): C has no exceptions
    function();
    return true;
  }

  // As brotli_alloc_func and brotli_free_func, with a BrotliHeap as `opaque`. Only run() may lead
  // to allocate().
  static void* allocate(void* heap, std::size_t size) {
    auto& self = *static_cast<BrotliHeap*>(heap);
    void* const memory = size <= kMost ? operator new(sizeof(Block) + size, std::nothrow) : nullptr;
    if (memory == nullptr) std::longjmp(self.refused_, 1);  // NOLINT(cert-err52-cpp)
    self.last_ = new (memory) Block{.previous = self.last_, .next = nullptr};
    if (self.last_->previous != nullptr) self.last_->previous->next = self.last_;
    return self.last_ + 1;
  }
  static void release(void* heap, void* memory) {
    if (memory == nullptr) return;
    auto& self = *static_cast<BrotliHeap*>(heap);
    Block* const block = static_cast<Block*>(memory) - 1;
    if (block->previous != nullptr) block->previous->next = block->next;
    (block->next != nullptr ? block->next->previous : self.last_) = block->previous;
    operator delete(block);
  }

 private:
  struct alignas(std::max_align_t) Block {
    Block* previous;
    Block* next;
  };
  static constexpr std::size_t kMost = static_cast<std::size_t>(-1) / 2;

  Block* last_ = nullptr;
  std::jmp_buf refused_{};
};

}  // namespace czip::v1
