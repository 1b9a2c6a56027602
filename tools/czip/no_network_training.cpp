// Stands in for network_training.cpp where czip is built without it.
#include "network_training.hpp"

namespace czip::tool {

Result<std::vector<std::uint8_t>> train_network(const Session&, const v2::Trainer&,
                                                const v2::Model&) {
  return fail(ErrorCode::unsupported,
              "this czip cannot train networks: it was built without CZIP_TRAIN_NETWORK");
}

}  // namespace czip::tool
