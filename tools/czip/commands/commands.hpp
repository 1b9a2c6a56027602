// The commands. Each reports its failures itself and returns the exit status.
#pragma once

#include "cli/exit_status.hpp"
#include "cli/session.hpp"

namespace czip::tool {

ExitStatus run_classify(Session& session);
ExitStatus run_compare(Session& session);
ExitStatus run_compress(Session& session);
ExitStatus run_message(Session& session);      // --text
ExitStatus run_interactive(Session& session);  // -i
ExitStatus run_append(Session& session);
ExitStatus run_compress(Session& session);
ExitStatus run_repack(Session& session);
ExitStatus run_repair(Session& session);
ExitStatus run_decompress(Session& session);  // also test
ExitStatus run_import(Session& session);
ExitStatus run_inspect(Session& session);
ExitStatus run_list(Session& session);
ExitStatus run_model(Session& session);
ExitStatus run_score(Session& session);
ExitStatus run_verify(Session& session);
ExitStatus run_selftest(Session& session);
ExitStatus run_bench(Session& session);
ExitStatus run_train(Session& session);

}  // namespace czip::tool
