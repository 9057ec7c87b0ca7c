#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "common/events/partition.h"
#include "maru/datecourse/communication/v1/events.pb.h"
#include "maru/datecourse/review/v1/events.pb.h"
#include "maru/datecourse/schedule/v1/events.pb.h"
#include "tests/workload/checkers.h"
#include "tests/workload/problems.h"

namespace maru::workload {
namespace {

using broker::v1::TailTopicResponse;

void CheckRecord(const Topic& topic, const std::string& name, const TailTopicResponse& record,
                 Problems& problems) {
  const event::v1::Event& event = record.event();
  const auto wrong = [&](std::string_view what) {
    problems.Add(absl::StrCat(name, ": ", ToAbsl(what), ": ", record.ShortDebugString()));
  };
  if (!record.has_event()) return wrong("no event");
  if (event.sequence() != record.sequence()) wrong("another sequence inside");
  if (event.key() != record.key() || event.correlation_id().empty()) wrong("another key");
  if (event.producer() != topic.owner || event.source() != name) wrong("another producer");
  if (record.partition() != events::PartitionOf(record.key())) wrong("another key's partition");
  if (event.id().empty() || !event.has_time()) wrong("no id or time");
}

void CheckTopic(const std::string& name, const Topic& topic, Problems& problems) {
  for (const std::string& damage : topic.damages) problems.Add(absl::StrCat(name, "/", damage));
  std::set<uint64_t> sequences;
  std::set<std::string> ids;
  std::map<uint32_t, const TailTopicResponse*> last;
  for (const TailTopicResponse& record : topic.records) {
    CheckRecord(topic, name, record, problems);
    if (!sequences.insert(record.sequence()).second) {
      problems.Add(absl::StrCat(name, " has ", record.sequence(), " twice"));
    }
    if (!ids.insert(record.event().id()).second) {
      problems.Add(absl::StrCat(name, " has the event ", record.event().id(), " twice"));
    }
    const TailTopicResponse*& before = last[record.partition()];
    if (before != nullptr && before->sequence() >= record.sequence()) {
      problems.Add(absl::StrCat(name, "/", record.partition(), " has ", record.sequence(), " of ",
                                record.key(), " behind ", before->sequence(), " of ",
                                before->key()));
    }
    const bool may_begin = before == nullptr && (record.offset() == 0 || topic.forgotten > 0);
    if (!may_begin && (before == nullptr || record.offset() != before->offset() + 1)) {
      problems.Add(absl::StrCat(name, "/", record.partition(), " has nothing before offset ",
                                record.offset()));
    }
    before = &record;
  }
  // Contiguous: the numbers are given in commit order and never again.
  sequences.erase(sequences.begin(), sequences.upper_bound(topic.forgotten));
  if (sequences.size() != topic.last_sequence - topic.forgotten ||
      (!sequences.empty() && *sequences.rbegin() != topic.last_sequence)) {
    problems.Add(absl::StrCat(name, " holds ", topic.records.size(), " records; ", topic.owner,
                              " has emitted ", topic.last_sequence));
  }
}

// The row that an event is about; empty: not an event of datecourse's.
template <typename Event>
std::string RowOf(const event::v1::Event& envelope, const std::string& (Event::*id)() const,
                  Change& change) {
  Event event;
  if (envelope.type() != Event::descriptor()->full_name()) return "";
  if (!event.ParseFromString(envelope.data())) return "";
  change = {envelope.type(), event.SerializeAsString()};
  return (event.*id)();
}

std::string RowOf(const event::v1::Event& envelope, Change& change) {
  namespace c = communication;
  std::string row;
  const auto is = [&]<typename Event>(const std::string& (Event::*id)() const) {
    row = RowOf(envelope, id, change);
    return !row.empty();
  };
  is(&schedule::ScheduleRegistered::schedule_id) || is(&schedule::ScheduleModified::schedule_id) ||
      is(&schedule::ScheduleDeleted::schedule_id) || is(&c::CommentRegistered::communication_id) ||
      is(&c::CommentModified::communication_id) || is(&c::CommentDeleted::communication_id) ||
      is(&c::BookmarkRegistered::communication_id) || is(&c::BookmarkCanceled::communication_id) ||
      is(&c::LikeRegistered::communication_id) || is(&c::LikeCanceled::communication_id) ||
      is(&review::ReviewRegistered::review_id) || is(&review::ReviewModified::review_id) ||
      is(&review::ReviewDeleted::review_id);
  return row;
}

using Changes = std::map<std::string, std::vector<Change>>;

std::string Describe(const std::vector<Change>& changes) {
  std::string text;
  for (const Change& change : changes) {
    absl::StrAppend(&text, " ", change.type.substr(change.type.rfind('.') + 1));
  }
  return text;
}

// Takes from `published` what was surely committed, then what perhaps was. `forgotten`: of each row
// only the last changes may be left.
template <typename Row>
void TakeCommitted(const Book<Row>& book, bool forgotten, Changes& published, Problems& problems) {
  for (const auto& [id, committed] : book.changes) {
    std::vector<Change> got = std::move(published[id]);
    published.erase(id);
    std::vector<Change> want = committed;
    if (book.raced.count(id) != 0) {
      // Their order is not known; what was never answered may be among them.
      std::sort(got.begin(), got.end());
      std::sort(want.begin(), want.end());
      const auto perhaps = book.perhaps_changes.find(id);
      if (perhaps != book.perhaps_changes.end()) {
        for (const Change& change : perhaps->second) {
          const auto extra = std::find(got.begin(), got.end(), change);
          if (std::count(got.begin(), got.end(), change) >
              std::count(want.begin(), want.end(), change)) {
            got.erase(extra);
          }
        }
      }
    }
    if (forgotten && got.size() < want.size()) {
      const bool raced = book.raced.count(id) != 0;
      if (raced && std::includes(want.begin(), want.end(), got.begin(), got.end())) continue;
      if (!raced) want.erase(want.begin(), want.end() - static_cast<ptrdiff_t>(got.size()));
    }
    if (got != want) {
      problems.Add(absl::StrCat(id, " was committed as", Describe(want), ", published as",
                                got.empty() ? " nothing" : Describe(got),
                                got.size() == want.size() ? " with other content or order" : ""));
    }
  }
}

}  // namespace

std::string CheckTopics(const std::map<std::string, Topic>& topics) {
  Problems problems;
  for (const auto& [name, topic] : topics) CheckTopic(name, topic, problems);
  return problems.ToString();
}

std::string CheckLog(const Stored& stored, const Ledger&) { return CheckTopics(stored.topics); }

std::string CheckEvents(const Stored& stored, const Ledger& ledger) {
  Problems problems;
  Changes published;
  std::set<std::pair<std::string, std::string>> requests;
  for (const auto& [name, topic] : stored.topics) {
    // In the order of their commits.
    std::map<uint64_t, const event::v1::Event*> events;
    for (const TailTopicResponse& record : topic.records) {
      if (record.sequence() > topic.forgotten) events[record.sequence()] = &record.event();
    }
    for (const auto& [sequence, event] : events) {
      Change change;
      const std::string row = RowOf(*event, change);
      if (row.empty()) {
        problems.Add(
            absl::StrCat(name, ": not an event of this system: ", event->ShortDebugString()));
        continue;
      }
      published[row].push_back(std::move(change));
      if (event->actor().empty() || event->correlation_id() != event->key()) {
        problems.Add(absl::StrCat(name, ": no actor or another key: ", event->ShortDebugString()));
      }
      if (!event->request_id().empty() &&
          !requests.insert({event->actor(), event->request_id()}).second) {
        problems.Add(absl::StrCat("one request of ", event->actor(),
                                  " had its effect twice: ", event->ShortDebugString()));
      }
    }
  }
  const auto forgotten = [&](const char* topic) { return ledger.forgotten(topic) > 0; };
  TakeCommitted(ledger.schedules(), forgotten("datecourse.schedule"), published, problems);
  TakeCommitted(ledger.communications(), forgotten("datecourse.communication"), published,
                problems);
  TakeCommitted(ledger.reviews(), forgotten("datecourse.review"), published, problems);
  for (const auto& [id, changes] : published) {
    problems.Add(absl::StrCat(id, " was never committed, published as", Describe(changes)));
  }
  return problems.ToString();
}

}  // namespace maru::workload
