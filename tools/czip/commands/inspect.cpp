// czip inspect: what each token of a text costs, by one model or by two side by side.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/json_stream.hpp"
#include "cli/outputs.hpp"
#include "cli/session.hpp"
#include "cli/trailing_data.hpp"
#include "commands/commands.hpp"
#include "inspect/reports.hpp"
#include "io/input.hpp"
#include "io/staged_output.hpp"
#include "scoring/models.hpp"
#include "scoring/scored_text.hpp"
#include "scoring/subject.hpp"

namespace czip::tool {
namespace {

// The detail of each form, unless --detail says otherwise. A page of 64 KiB with candidates has
// some 4 MB, which browsers open at once.
constexpr std::uint64_t kTextDetail = std::uint64_t{4} << 10;
constexpr std::uint64_t kPageDetail = std::uint64_t{64} << 10;
constexpr std::uint64_t kWholeDetail = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kPageCandidates = 8;
constexpr std::size_t kLineCurvePoints = 60;
constexpr std::size_t kCurvePoints = 400;

ScoreWishes wishes_of(const Arguments& arguments) {
  const bool plain = !arguments.html && !arguments.json && !arguments.csv;
  const std::uint64_t detail = plain ? kTextDetail : arguments.html ? kPageDetail : kWholeDetail;
  return {.savings = true,
          .candidates = arguments.candidates.value_or(arguments.html ? kPageCandidates : 0),
          .detail_bytes = arguments.detail.value_or(detail),
          .curve_points = plain ? kLineCurvePoints : kCurvePoints};
}

class Inspector {
 public:
  Inspector(Session& session, std::vector<ScoringModel>& models)
      : session_(&session),
        models_(&models),
        wishes_(wishes_of(session.arguments)),
        json_(session.console) {}

  Status begin() {
    if (session_->arguments.json) return json_.begin();
    if (session_->arguments.csv) print_csv_heading(session_->console, wishes_.candidates);
    return {};
  }

  Status add(Input& input) {
    CZIP_TRY_ASSIGN(const auto subject, read_subject(*session_, *models_, input));
    Inspection inspection;
    inspection.name = input.is_stdin() ? "(standard input)" : input.name;
    inspection.text = subject.text;
    inspection.detail_bytes = std::min<std::uint64_t>(wishes_.detail_bytes, subject.text.size());
    ScoreWishes wishes = wishes_;
    wishes.detail_memory = session_->memory_limit();
    for (std::size_t i = 0; i < models_->size(); ++i) {
      CZIP_TRY_ASSIGN(auto scored, score_subject(*session_, *models_, i, subject, wishes));
      wishes.detail_memory -= scored.detail_memory;
      inspection.models.push_back(std::move(scored));
    }
    CZIP_TRY(show(inspection));
    return check_trailing_data(*session_, input.label(), subject.trailing);
  }

  Status end() { return session_->arguments.json ? json_.close() : Status(); }

 private:
  Status show(const Inspection& inspection) {
    const Arguments& arguments = session_->arguments;
    Console& console = session_->console;
    if (arguments.json) return add_inspection(json_, inspection);
    if (arguments.csv) return print_csv(console, inspection);
    if (!arguments.html) return print_inspection(console, inspection);
    const std::string page = html_page(inspection);
    if (arguments.output.empty() || arguments.output == "-") {
      console.print(page);
      return {};
    }
    CZIP_TRY(write_file(arguments.output,
                        {reinterpret_cast<const std::uint8_t*>(page.data()), page.size()},
                        arguments.force));
    console.note("wrote " + arguments.output);
    return {};
  }

  Session* session_;
  std::vector<ScoringModel>* models_;
  ScoreWishes wishes_;
  JsonStream json_;
};

}  // namespace

ExitStatus run_inspect(Session& session) {
  ExitStatus status = ExitStatus::ok;
  const Arguments& arguments = session.arguments;
  if (arguments.html && !arguments.output.empty() && arguments.output != "-")
    if (const auto checked = check_output_file(arguments.output, arguments.force); !checked)
      return session.console.error(arguments.output, checked.error());
  const std::vector<std::string> names = expand_directories(arguments, session.console, status);
  auto models = open_scoring_models(session);
  if (!models) return session.console.error("", models.error());
  Inspector inspector(session, *models);
  if (const auto begun = inspector.begin(); !begun) return session.console.error("", begun.error());
  status = more_severe(
      status, for_each_input(session, names, [&](Input& input) { return inspector.add(input); }));
  const auto ended = inspector.end();
  return ended ? status : more_severe(status, session.console.error("", ended.error()));
}

}  // namespace czip::tool
