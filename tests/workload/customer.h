// One customer of a load: leaves, changes and takes back comments, bookmarks, likes and reviews,
// looks at all of it, and tries what must be refused. As nobody else acts under its name, it knows
// what each reply may be.
#ifndef MARU_TESTS_WORKLOAD_CUSTOMER_H_
#define MARU_TESTS_WORKLOAD_CUSTOMER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/workload/course.h"
#include "tests/workload/member.h"
#include "tests/workload/mirror.h"

namespace maru::workload {

class Customer final : public Member {
 public:
  // `foreign_id` is a comment of somebody else.
  Customer(Api& api, const std::string& subject, const Courses& courses, std::string foreign_id,
           PersonOptions options = PersonOptions());

  async::Task<> Step() override;

  // Reviews that were taken.
  uint64_t acknowledged_reviews() const { return acknowledged_reviews_; }

 private:
  using Kind = communication::Communication::Kind;
  using Covers = Mirror::Covers;

  // A bookmark, a like or a review: at most one.
  struct Slot {
    // Empty: there is none.
    std::string id;
    // Nobody knows whether there is one: left alone.
    bool unsure = false;
  };
  // What this customer has on one course.
  struct Own {
    // Ids of comments that are there.
    std::vector<std::string> comments;
    Slot bookmark;
    Slot like;
    Slot review;
    // Of a course where nobody else acts.
    Mirror mirror;
    // Newest version of its title that each place has shown.
    std::map<Mirror::Place, uint64_t> versions;
    // Once its page was seen it stays until the course is deleted, and then does not come back.
    bool page_seen = false;
    bool page_gone = false;
  };

  // Commands (customer.cc).
  async::Task<> Comment();
  async::Task<> ModifyComment();
  async::Task<> DeleteComment();
  async::Task<> Toggle(Kind kind);
  async::Task<> WriteReview();
  async::Task<> ModifyReview();
  async::Task<> DeleteReview();
  async::Task<Verdict> Register(Kind kind, std::string text);
  async::Task<Verdict> Delete(std::string id);
  // Several commands of this customer at once (customer_races.cc).
  async::Task<> RaceForOne();
  async::Task<> RaceOfRepeats();
  async::Task<> RaceOfDeletes();
  async::Task<> RaceOfTexts();
  // Reads (customer_reads.cc).
  async::Task<> LookAtPage();
  async::Task<> LookAtSchedule();
  async::Task<> LookAtPages();
  async::Task<> LookAtOwn();
  async::Task<> ListOwn();
  async::Task<> ReadMessages();
  // Writes on the course of its own and looks at once, with the position of the reply.
  async::Task<> WriteAndLook();
  // What must be refused (customer_refusals.cc).
  async::Task<> TryInvalid();
  async::Task<> TryForeign();
  async::Task<> TryReviewOfNothing();
  async::Task<> TryRepeat();
  async::Task<> TryReuseOfRequestId();
  async::Task<> TryForgedToken();
  async::Task<> TryPageToken();

  communication::RegisterRequest NewRegister(Kind kind, std::string text);
  // Write down what a command did, or perhaps did.
  void Take(const communication::Communication& row);
  void TakePerhaps(const communication::RegisterRequest& request);
  void TakeDeleted(const communication::Communication& row);
  void TakePerhapsDeleted(const std::string& id);
  // A comment to be taken back or changed by two commands at once: it leaves the list, left alone.
  std::string PickComment();
  void CheckRegistered(const communication::RegisterRequest& request,
                       const communication::Communication& row);
  void NotePosition(Covers covers, const Outcome& outcome);
  // The position to hand back, for half of all looks at the course where it was given: what it
  // covers.
  Covers DrawPosition(CallOptions& options);
  async::Task<> LookAtPage(Covers covers, std::string position);
  // What a place shows of a course: counts where only this customer acts, the title everywhere.
  void Shown(Mirror::Place place, const std::string& course_id, const Counts& shown,
             const std::string& title, Covers covers);
  void CheckPage(const viewpage::ScheduleView& page, Covers covers);
  // What a new entry may meet because the course was deleted: known everywhere only some time
  // after.
  std::vector<Refusal> Ended(Instant began) const;

  Own& own() { return own_[course_->id()]; }
  Slot& SlotOf(Kind kind);
  std::string Text();

  const Courses& courses_;
  // Reviews more than anything else: what review asks schedule is often enough for its breaker to
  // open while schedule is away.
  const bool reviewer_;
  const std::string foreign_id_;
  // The course of this step.
  Courses::Ref course_;
  std::map<std::string, Own> own_;
  // Where this customer's last acknowledged command is, on the course of `course_id`.
  struct {
    std::string course_id;
    std::string position;
    Covers covers = Covers::kNothing;
  } last_position_;
  // The last comment that was registered, for repeats.
  std::optional<std::pair<communication::RegisterRequest, communication::Communication>> last_;
  // Messages that were shown once, by id.
  std::map<std::string, message::Message> messages_;
  uint64_t acknowledged_reviews_ = 0;
  uint64_t texts_ = 0;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_CUSTOMER_H_
