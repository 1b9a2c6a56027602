#include "archive/list_members.hpp"

#include <array>
#include <ctime>
#include <string>

#include "base/text.hpp"
#include "czip/base/utf8.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

char type_letter(MemberKind kind) {
  if (kind == MemberKind::folder) return 'd';
  return kind == MemberKind::symbolic_link ? 'l' : '-';
}

// As ls shows them.
std::string mode_text(const Member& member) {
  constexpr std::string_view kLetters = "rwxrwxrwx";
  std::string text(1, type_letter(member.kind));
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    text += (member.mode >> (kLetters.size() - 1 - i) & 1U) != 0 ? kLetters[i] : '-';
  return text;
}

std::string time_text(const std::timespec& time, bool utc) {
  struct tm parts {};
  const bool known =
      (utc ? gmtime_r(&time.tv_sec, &parts) : localtime_r(&time.tv_sec, &parts)) != nullptr;
  std::array<char, 64> text{};
  if (!known || std::strftime(text.data(), text.size(),
                              utc ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &parts) == 0)
    return "?";
  return text.data();
}

bool has_content(const PlacedMember& placed) { return placed.content.tar_bytes != 0; }

const char* kind_name(MemberKind kind) {
  switch (kind) {
    case MemberKind::folder:
      return "folder";
    case MemberKind::symbolic_link:
      return "symbolic link";
    case MemberKind::hard_link:
      return "hard link";
    default:
      return "file";
  }
}

// JSON has no bytes that are not UTF-8: such names are given in hexadecimal digits, too.
void add_name(Json& json, const std::string& key, const std::string& name) {
  json[key] = name;
  if (valid_utf8_prefix(name) == name.size()) return;
  std::string digits;
  for (const char c : name) digits += format("%02x", unsigned{static_cast<unsigned char>(c)});
  json[key + "_hex"] = digits;
}

}  // namespace

std::string member_heading() { return "Mode                Size  Modified             Name\n"; }

std::string member_row(const PlacedMember& placed) {
  const Member& member = placed.member;
  std::string row =
      format("%s %13s  %s  %s", mode_text(member).c_str(),
             has_content(placed) ? grouped(placed.content.size).c_str() : "-",
             time_text(member.modified, false).c_str(), printable(member.path).c_str());
  if (member.kind == MemberKind::symbolic_link) row += " -> " + printable(member.target);
  if (member.kind == MemberKind::hard_link) row += " link to " + printable(member.target);
  return row + "\n";
}

Json member_json(const PlacedMember& placed) {
  const Member& member = placed.member;
  Json json = Json::object();
  add_name(json, "path", member.path);
  json["kind"] = kind_name(member.kind);
  json["mode"] = format("%04o", unsigned{member.mode});
  json["modified"] = time_text(member.modified, true) + format(".%09ldZ", member.modified.tv_nsec);
  if (!member.target.empty() && member.kind != MemberKind::copy)
    add_name(json, "target", member.target);
  if (!has_content(placed)) return json;
  json["size"] = placed.content.size;
  json["content_xxh3_64"] = format("%016llx", static_cast<unsigned long long>(placed.content.hash));
  return json;
}

}  // namespace czip::tool
