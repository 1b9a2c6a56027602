// czip compare: normalized compression distances between files or folders.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/json_report.hpp"
#include "cli/outputs.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "compare/distances.hpp"
#include "compare/drawing.hpp"
#include "io/staged_output.hpp"
#include "scoring/conditional_costs.hpp"
#include "scoring/document.hpp"
#include "scoring/models.hpp"
#include "scoring/scored_text.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string table(const std::vector<std::string>& names, const DistanceMatrix& distances) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += format("%4zu  ", i + 1) + printable(names[i]) + "\n";
  text += "\n    ";
  for (std::size_t i = 0; i < names.size(); ++i) text += format("%7zu", i + 1);
  text += "\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += format("%4zu", i + 1);
    for (const double distance : distances[i]) text += format("%7.3f", distance);
    text += "\n";
  }
  return text;
}

std::string csv(const std::vector<std::string>& names, const DistanceMatrix& distances) {
  std::string text = "file";
  for (const std::string& name : names) text += "," + csv_text(name);
  text += "\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += csv_text(names[i]);
    for (const double distance : distances[i]) text += format(",%.6f", distance);
    text += "\n";
  }
  return text;
}

Json json(const std::vector<Document>& documents, const ConditionalCosts& costs,
          const DistanceMatrix& distances, const std::string& model) {
  Json report = Json::object();
  report["model"] = model;
  report["texts"] = Json::array();
  for (std::size_t i = 0; i < documents.size(); ++i) {
    Json text = Json::object();
    text["name"] = documents[i].name;
    text["bytes"] = documents[i].text.size();
    text["bits"] = bits(static_cast<std::int64_t>(costs.context[i]));
    report["texts"].push_back(std::move(text));
  }
  report["distances"] = distances;
  report["tree"] = Json::array();
  for (const Merge& merge : cluster(distances)) {
    Json step = Json::object();
    step["clusters"] = Json::array({merge.first, merge.second});
    step["distance"] = merge.distance;
    report["tree"].push_back(std::move(step));
  }
  return report;
}

Status show(Session& session, const std::vector<Document>& documents, const ConditionalCosts& costs,
            const std::string& model) {
  const Arguments& arguments = session.arguments;
  const DistanceMatrix distances = compression_distances(costs);
  std::vector<std::string> names;
  names.reserve(documents.size());
  for (const Document& document : documents) names.push_back(document.name);
  if (arguments.json) {
    print_json(session.console, json(documents, costs, distances, model));
    return {};
  }
  const std::string report = arguments.csv   ? csv(names, distances)
                             : arguments.svg ? distances_svg(names, distances)
                                             : table(names, distances);
  if (arguments.output.empty() || arguments.output == "-") {
    session.console.print(report);
    return {};
  }
  return write_file(arguments.output,
                    {reinterpret_cast<const std::uint8_t*>(report.data()), report.size()},
                    arguments.force);
}

Status compare(Session& session, ExitStatus& status) {
  const Arguments& arguments = session.arguments;
  if (!arguments.output.empty() && arguments.output != "-")
    CZIP_TRY(check_output_file(arguments.output, arguments.force));
  CZIP_TRY_ASSIGN(auto models, open_scoring_models(session));
  CZIP_TRY_ASSIGN(const auto model, predictor_model(models.front()));
  DocumentReader reader(session, models);
  CZIP_TRY_ASSIGN(const auto documents, reader.read_all(arguments.files, status));
  CZIP_TRY_ASSIGN(const auto costs, conditional_costs(session, model, documents, documents));
  return show(session, documents, costs, models.front().label);
}

}  // namespace

ExitStatus run_compare(Session& session) {
  ExitStatus status = ExitStatus::ok;
  const auto compared = compare(session, status);
  return compared ? status : more_severe(status, session.console.error("", compared.error()));
}

}  // namespace czip::tool
