// Compresses directories. One thread packs them into a tar stream, the others compress that.
#include <sys/stat.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "archive/archive.hpp"
#include "archive/tar_writer.hpp"
#include "base/errors.hpp"
#include "cli/arguments.hpp"
#include "cli/outputs.hpp"
#include "cli/session.hpp"
#include "io/byte_channel.hpp"
#include "io/input.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "v2/coders.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

Result<v2::CodingReport> encode_tar(const Session& session, const v2::Model& model,
                                    const TarRequest& request, const std::string& label,
                                    ByteSink& out, v2::EncodeOptions options) {
  options.archive = true;
  ByteChannel channel;
  const std::jthread packer([&] { channel.finish(write_tar(request, channel)); });
  const ChannelReader reader(channel);
  return encode_v2(session, model, label, channel, out, options);
}

// "docs" for "docs/": the output is named after it.
std::string without_slashes(std::string name) {
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  return name;
}

Status check_name(const Arguments& arguments, const std::string& name) {
  const std::string last = name.substr(name.rfind('/') + 1);
  if (!arguments.output.empty() || (last != "." && last != ".." && !last.empty())) return {};
  return usage_error("does not name the output; name it with -o FILE");
}

}  // namespace

Status compress_archive(const Session& session, const v2::Model& model,
                        const std::vector<std::string>& roots) {
  const Arguments& arguments = session.arguments;
  if (arguments.remove_input) return usage_error("--rm removes no directories; leave it out");
  Input input;  // stands for all of them
  input.name = without_slashes(roots.front());
  CZIP_TRY(check_name(arguments, input.name));
  CZIP_TRY_ASSIGN(const auto plan, plan_output(arguments, input));

  TarRequest request{.roots = roots, .warn = [&](const std::string& path, std::string_view reason) {
                       session.console.warning(path, reason);
                     }};
  v2::EncodeOptions options = encode_options_v2(session);
  if (plan.is_stream && arguments.recovery == 0) {
    CZIP_TRY_ASSIGN(const auto stream, open_stream(plan));
    StreamSink sink(stream.get(), std::string(plan.label()));
    options.verify = arguments.verify;
    CZIP_TRY_ASSIGN(const auto report,
                    encode_tar(session, model, request, input.name, sink, options));
    summarize_v2(session, input, plan, report);
    return {};
  }
  auto output = StagedOutput::create(plan);
  CZIP_TRY(output);
  if (fstat(output->fd(), &request.skipped) != 0)
    return fail(ErrorCode::io, "cannot tell its output from its content");
  FileSink sink(output->fd(), std::string(plan.label()));
  CZIP_TRY_ASSIGN(const auto report,
                  encode_tar(session, model, request, input.name, sink, options));
  return publish_v2(session, model, input, plan, *output, sink, report);
}

}  // namespace czip::tool
