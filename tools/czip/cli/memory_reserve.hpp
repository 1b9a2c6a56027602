// What the command does where the machine refuses memory.
#pragma once

namespace czip::tool {

// Keeps some memory back. When a request is refused, that is given up and the request is made
// again. So small ones succeed, which libraries need that do not survive a refusal; large ones fail
// by std::bad_alloc, and keep the reserve. Where that cannot be caught, or is thrown again while it
// is reported, the command says so and ends, without its unfinished file.
// Must be called before there are other threads.
void install_memory_reserve();

// Gives the reserve up, before work that must succeed and takes little memory in another way.
void release_memory_reserve();

}  // namespace czip::tool
