// Replaces network.cpp in a czip that cannot train networks.

#include "base/errors.hpp"
#include "cli/session.hpp"
#include "training/network.hpp"

namespace czip::tool {

namespace {

Failure refuse() {
  return fail(ErrorCode::unsupported,
              "this czip cannot train networks: it was built without CZIP_TRAIN_NETWORK");
}

}  // namespace

Result<std::vector<std::uint8_t>> train_network(const Session&, const Corpus&, const v2::Model&,
                                                std::vector<std::uint8_t>) {
  return refuse();
}

Result<std::vector<std::uint8_t>> train_model_v1(const Session&, const Corpus&) { return refuse(); }

}  // namespace czip::tool
