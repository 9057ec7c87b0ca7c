#include "common/saga/diagram.h"

#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/strings.h"

namespace maru::saga {

namespace {

class Drawing {
 public:
  explicit Drawing(const Declaration& saga, absl::Duration pending_limit)
      : saga_(saga), limit_(absl::FormatDuration(saga.pending_limit.value_or(pending_limit))) {}

  std::string Draw() {
    Line("stateDiagram-v2");
    for (size_t i = 0; i < saga_.steps.size(); ++i) {
      const StepSpec& step = saga_.steps[i];
      State(Call(i), saga_.pending, step.name);
      if (step.settle) State(Settlement(i), saga_.pending, step.settle_name);
      if (step.undo) State(Undo(i), saga_.pending, step.undo_name);
    }
    Arrow("[*]", Call(0), "");
    for (size_t i = 0; i < saga_.steps.size(); ++i) DrawStep(i);
    Arrow(saga_.done, "[*]", "");
    Arrow(saga_.rejected, "[*]", "");
    return text_;
  }

 private:
  static std::string Call(size_t i) { return absl::StrCat("call", i + 1); }
  static std::string Settlement(size_t i) { return absl::StrCat("settle", i + 1); }
  static std::string Undo(size_t i) { return absl::StrCat("undo", i + 1); }

  std::string After(size_t i) const {
    return i + 1 == saga_.steps.size() ? saga_.done : Call(i + 1);
  }
  // Where compensation begins when the last step to undo is the one before `i`.
  std::string Undoing(size_t i) const {
    while (i > 0) {
      if (saga_.steps[--i].undo) return Undo(i);
    }
    return saga_.rejected;
  }

  void DrawStep(size_t i) {
    const StepSpec& step = saga_.steps[i];
    Arrow(Call(i), After(i), "done");
    Arrow(Call(i), Undoing(i),
          step.accepted ? "refused, unsent unless accepted" : "refused, unsent");
    switch (step.on_unknown) {
      case OnUnknown::kUndo:
        Arrow(Call(i), Call(i), "unknown, the request comes again");
        Arrow(Call(i), Undoing(i + 1),
              absl::StrCat("unknown for ", limit_, saga_.cancelable() ? ", canceled" : ""));
        break;
      case OnUnknown::kAskAgain:
        Arrow(Call(i), Call(i), "unknown, asked again");
        break;
      case OnUnknown::kSettle:
        Arrow(Call(i), Settlement(i), "unknown");
        Arrow(Settlement(i), Settlement(i), "not answered");
        Arrow(Settlement(i), After(i), "took effect");
        Arrow(Settlement(i), Undoing(i), "did not and never will");
        break;
    }
    if (step.accepted) Arrow(Call(i), Call(i), "accepted, repeated until answered");
    if (!step.undo) return;
    Arrow(Undo(i), Undo(i), "not acknowledged");
    Arrow(Undo(i), Undoing(i), "acknowledged");
  }

  void State(std::string_view name, std::string_view state, std::string_view call) {
    Line(absl::StrCat("    ", ToAbsl(name), " : ", ToAbsl(state), " / ", ToAbsl(call)));
  }
  void Arrow(std::string_view from, std::string_view to, std::string_view label) {
    Line(absl::StrCat("    ", ToAbsl(from), " --> ", ToAbsl(to), label.empty() ? "" : " : ",
                      ToAbsl(label)));
  }
  void Line(std::string_view line) { absl::StrAppend(&text_, ToAbsl(line), "\n"); }

  const Declaration& saga_;
  const std::string limit_;
  std::string text_;
};

}  // namespace

std::string Diagram(const Declaration& saga, absl::Duration pending_limit) {
  return Drawing(saga, pending_limit).Draw();
}

}  // namespace maru::saga
