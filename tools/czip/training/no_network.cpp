// Replaces network.cpp in a czip that cannot train networks.

#include "base/errors.hpp"
#include "cli/session.hpp"
#include "training/network.hpp"

namespace czip::tool {

namespace {

Failure refuse() {
  return fail(
      ErrorCode::invalid_argument,
      "this czip cannot train networks, as --minutes, --tokens and --format 1 ask it to: it "
      "was built without CZIP_TRAIN_NETWORK");
}

}  // namespace

Status can_train_networks() { return refuse(); }

Status check_checkpoint_file(const std::string&) { return refuse(); }

Result<std::vector<std::uint8_t>> train_network(const Session&, const Corpus&, const v2::Model&,
                                                std::vector<std::uint8_t>) {
  return refuse();
}

Result<std::vector<std::uint8_t>> train_model_v1(const Session&, const Corpus&) { return refuse(); }

}  // namespace czip::tool
