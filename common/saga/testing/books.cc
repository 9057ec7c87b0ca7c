#include "common/saga/testing/books.h"

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"

namespace maru::saga::testing {

absl::StatusOr<std::string> Books::Handle(std::string_view method, const std::string& request) {
  const auto found = methods_.find(method);
  if (found == methods_.end()) {
    return absl::UnimplementedError(absl::StrCat("the books have no ", ToAbsl(method)));
  }
  const Method& known = found->second;
  if (known.kind == Kind::kAnswers) return known.reply(true);
  Entry& entry = accounts_[known.account][known.key_of(request)];
  switch (known.kind) {
    case Kind::kDoes:
      if (entry.fenced || entry.refused) return absl::FailedPreconditionError("refused for good");
      if (!known.idempotent || entry.done == 0) ++entry.done;
      return known.reply(true);
    case Kind::kUndoes:
      if (!known.idempotent) {
        ++entry.undone;
      } else {
        entry.fenced = true;
        entry.undone = entry.done;
      }
      return known.reply(true);
    case Kind::kSettles:
      if (entry.done == 0) entry.fenced = true;
      return known.reply(entry.done > 0);
    case Kind::kAnswers:
      break;
  }
  MARU_CHECK(false);
}

absl::StatusOr<std::string> Books::Refuse(std::string_view method, const std::string& request) {
  const Method& known = methods_.find(method)->second;
  Entry& entry = accounts_[known.account][known.key_of(request)];
  if (entry.done == 0) entry.refused = true;
  return Handle(method, request);
}

bool Books::CanRefuse(std::string_view method) const {
  const auto found = methods_.find(method);
  return found != methods_.end() && found->second.kind == Kind::kDoes;
}

void Books::Clear() {
  for (auto& [name, account] : accounts_) account.clear();
}

}  // namespace maru::saga::testing
