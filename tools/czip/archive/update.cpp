// Updates an archive in place: new and changed files become a frame behind what is there
// (io/hidden_append.hpp).
#include "archive/update.hpp"

#include <cstdint>
#include <string>

#include "archive/archive.hpp"
#include "archive/encode.hpp"
#include "archive/open_archive.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "io/file_content.hpp"
#include "io/hidden_append.hpp"
#include "io/input.hpp"
#include "v2/coders.hpp"

namespace czip::tool {
namespace {

class Update {
 public:
  Update(const Session& session, const v2::Model& model, Input& archive, const ArchiveView& view)
      : session_(&session), model_(&model), archive_(&archive), view_(&view) {}

  Status run(PackRequest& request) {
    CZIP_TRY(append_hidden(*archive_, view_->end, [&](ByteSink& out, RandomAccessFile& committed) {
      return write(request, out, committed);
    }));
    summarize();
    return {};
  }

 private:
  Result<bool> write(PackRequest& request, ByteSink& out, RandomAccessFile& committed) {
    v2::EncodeOptions options = archive_options(*session_, *model_);
    options.verify = session_->arguments.verify;
    CZIP_TRY_ASSIGN(report_, encode_packed(*session_, *model_, request,
                                           std::string(archive_->label()), out, options));
    if (report_.packed.nothing_new()) return false;
    CZIP_TRY(check_mapped_unchanged());
    if (session_->arguments.recovery != 0) {
      CZIP_TRY_ASSIGN(const auto added, add_recovery(*session_, committed, archive_->label()));
      report_.coding.file_bytes += added;
    }
    return true;
  }

  void summarize() const {
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    for (const Member& member : report_.packed.members)
      ++(member.kind == MemberKind::removed ? removed : added);
    if (!Console::interactive() && !session_->console.verbose()) return;
    session_->console.note(printable(archive_->label()) + " : " +
                           (report_.packed.nothing_new()
                                ? "nothing is new"
                                : "version " + grouped(view_->versions.size() + 1) + ": " +
                                      grouped(added) + " members new or changed, " +
                                      grouped(removed) + " removed, " +
                                      grouped(report_.packed.unchanged) + " unchanged; " +
                                      grouped(report_.coding.file_bytes) + " bytes added"));
  }

  const Session* session_;
  const v2::Model* model_;
  Input* archive_;
  const ArchiveView* view_;
  EncodedVersion report_;
};

}  // namespace

Result<ExitStatus> update_archive(const Session& session, ModelStore& models,
                                  const v2::Model& model, const std::string& path,
                                  const std::vector<std::string>& roots) {
  CZIP_TRY_ASSIGN(auto archive, open_to_append(path));
  CZIP_TRY_ASSIGN(const auto view, open_archive(session, models, archive));
  if (view.garbage)
    return fail(ErrorCode::corrupt, "has garbage from byte " + std::to_string(view.end) +
                                        " on; czip --repack writes an archive without it");
  CZIP_TRY_ASSIGN(const auto base, view.state(view.versions.size()));
  ExitStatus status = ExitStatus::ok;
  CZIP_TRY_ASSIGN(auto request, pack_request(session, roots, status));
  request.base = &base;
  request.walk.skipped.push_back(identity_of(archive.status));
  Update update(session, model, archive, view);
  CZIP_TRY(update.run(request));
  return status;
}

}  // namespace czip::tool
