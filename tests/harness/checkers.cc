#include "tests/harness/checkers.h"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "google/protobuf/util/message_differencer.h"

namespace maru::harness {
namespace {

using communication::Communication;
using google::protobuf::util::MessageDifferencer;

constexpr int kPageSize = 1000;
// Of one kind of problem; more would only hide the first.
constexpr size_t kMostProblems = 5;

// Collects the first few problems of a checker.
class Problems {
 public:
  void Add(const std::string& problem) {
    if (++count_ <= kMostProblems) first_.push_back(problem);
  }
  std::string ToString() const {
    std::string text = absl::StrJoin(first_, "\n");
    if (count_ > kMostProblems) absl::StrAppend(&text, "\n… and ", count_ - kMostProblems, " more");
    return text;
  }

 private:
  size_t count_ = 0;
  std::vector<std::string> first_;
};

absl::Status Failed(const Outcome& outcome) {
  return absl::Status(outcome.code, Describe(outcome));
}

// Every page of a list; `rows` moves one page's rows to the result.
template <typename Request, typename Response, typename Row>
absl::StatusOr<std::vector<Row>> ReadAll(
    const Actor& actor, const Method<Request, Response>& method, Request request,
    google::protobuf::RepeatedPtrField<Row>* (Response::*rows)()) {
  std::vector<Row> all;
  request.set_page_size(kPageSize);
  do {
    Result<Response> page = actor.Call(method, request);
    if (!page.ok()) return Failed(page);
    for (Row& row : *(page.reply.*rows)()) all.push_back(std::move(row));
    request.set_page_token(page.reply.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

struct Counts {
  int comments = 0;
  int bookmarks = 0;
  int likes = 0;
  int reviews = 0;
  bool operator==(const Counts&) const = default;
};

std::string Describe(const Counts& counts) {
  return absl::StrCat(counts.comments, " comments, ", counts.bookmarks, " bookmarks, ",
                      counts.likes, " likes, ", counts.reviews, " reviews");
}

template <typename Row>
Counts CountsOf(const Row& row) {
  return {row.comment_count(), row.bookmark_count(), row.like_count(), row.review_count()};
}

// What communication and review hold now, by schedule.
absl::StatusOr<std::map<std::string, Counts>> TrueCounts(const Actor& admin) {
  std::map<std::string, Counts> counts;
  ASSIGN_OR_RETURN(const auto rows, AllCommunications(admin));
  for (const Communication& row : rows) {
    Counts& of = counts[row.schedule_id()];
    if (row.kind() == Communication::KIND_COMMENT) ++of.comments;
    if (row.kind() == Communication::KIND_BOOKMARK) ++of.bookmarks;
    if (row.kind() == Communication::KIND_LIKE) ++of.likes;
  }
  ASSIGN_OR_RETURN(const auto reviews, AllReviews(admin));
  for (const review::Review& row : reviews) ++counts[row.schedule_id()].reviews;
  return counts;
}

std::string Difference(const std::string& what, const google::protobuf::Message& want,
                       const google::protobuf::Message& got) {
  if (MessageDifferencer::Equals(want, got)) return "";
  return absl::StrCat(what, ": acknowledged {", want.ShortDebugString(), "}, stored {",
                      got.ShortDebugString(), "}");
}

// The list shows `want` (by id) and nothing else, each once.
template <typename Row>
void CompareList(const std::vector<Row>& list, const std::map<std::string, Row>& want,
                 Problems& problems) {
  std::set<std::string> seen;
  for (const Row& row : list) {
    const auto known = want.find(row.id());
    if (!seen.insert(row.id()).second) problems.Add(absl::StrCat(row.id(), " is listed twice"));
    if (known == want.end()) {
      problems.Add(absl::StrCat("stored but never acknowledged: ", row.ShortDebugString()));
      continue;
    }
    const std::string difference = Difference("list", known->second, row);
    if (!difference.empty()) problems.Add(difference);
  }
  for (const auto& [id, row] : want) {
    if (seen.count(id) == 0)
      problems.Add(absl::StrCat("acknowledged but not listed: ", row.ShortDebugString()));
  }
}

}  // namespace

absl::StatusOr<std::vector<Communication>> AllCommunications(
    const Actor& actor, communication::ListCommunicationsRequest request) {
  return ReadAll(actor, kListCommunications, std::move(request),
                 &communication::ListCommunicationsResponse::mutable_communications);
}

absl::StatusOr<std::vector<review::Review>> AllReviews(const Actor& actor,
                                                       review::ListReviewsRequest request) {
  return ReadAll(actor, kListReviews, std::move(request),
                 &review::ListReviewsResponse::mutable_reviews);
}

absl::StatusOr<std::vector<message::Message>> AllMessages(const Actor& actor,
                                                          message::ListMessagesRequest request) {
  return ReadAll(actor, kListMessages, std::move(request),
                 &message::ListMessagesResponse::mutable_messages);
}

std::string CheckCommunications(const Actor& admin, const Ledger& ledger) {
  const auto list = AllCommunications(admin);
  if (!list.ok()) return list.status().ToString();
  Problems problems;
  std::map<std::string, Communication> active;
  for (const auto& [id, row] : ledger.communications()) {
    if (row.active()) {
      active.emplace(id, row);
      continue;
    }
    communication::GetCommunicationRequest request;
    request.set_id(id);
    const auto got = admin.Call(kGetCommunication, request);
    const std::string problem = got.ok() ? Difference("taken back", row, got.reply)
                                         : absl::StrCat(id, ": ", harness::Describe(got));
    if (!problem.empty()) problems.Add(problem);
  }
  CompareList(*list, active, problems);
  return problems.ToString();
}

std::string CheckReviews(const Actor& admin, const Ledger& ledger) {
  const auto list = AllReviews(admin);
  if (!list.ok()) return list.status().ToString();
  Problems problems;
  CompareList(*list, ledger.reviews(), problems);
  for (const std::string& id : ledger.deleted_reviews()) {
    review::GetReviewRequest request;
    request.set_id(id);
    const auto got = admin.Call(kGetReview, request);
    if (got.code != absl::StatusCode::kNotFound) {
      problems.Add(absl::StrCat("deleted review ", id, ": ", harness::Describe(got)));
    }
  }
  return problems.ToString();
}

std::string CheckOnePerPair(const Actor& admin) {
  const auto rows = AllCommunications(admin);
  if (!rows.ok()) return rows.status().ToString();
  const auto reviews = AllReviews(admin);
  if (!reviews.ok()) return reviews.status().ToString();
  Problems problems;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  const auto once = [&](const std::string& kind, const auto& row) {
    if (!seen.insert({kind, row.schedule_id(), row.customer_id()}).second) {
      problems.Add(absl::StrCat("a second ", kind, ": ", row.ShortDebugString()));
    }
  };
  for (const Communication& row : *rows) {
    if (row.kind() != Communication::KIND_COMMENT) once(Communication::Kind_Name(row.kind()), row);
  }
  for (const review::Review& row : *reviews) once("review", row);
  return problems.ToString();
}

std::string CheckSchedules(const Actor& admin, const Ledger& ledger) {
  auto counts = TrueCounts(admin);
  if (!counts.ok()) return counts.status().ToString();
  Problems problems;
  for (const auto& [id, row] : ledger.schedules()) {
    schedule::GetScheduleRequest request;
    request.set_id(id);
    const auto got = admin.Call(kGetSchedule, request);
    if (!got.ok()) {
      problems.Add(absl::StrCat("schedule ", id, ": ", harness::Describe(got)));
      continue;
    }
    const Counts& want = (*counts)[id];
    if (CountsOf(got.reply) != want) {
      problems.Add(absl::StrCat("schedule ", id, " counts ", Describe(CountsOf(got.reply)),
                                "; there are ", Describe(want)));
    }
    schedule::Schedule content = got.reply;
    for (schedule::Schedule* side : {&content}) {
      side->set_comment_count(row.comment_count());
      side->set_bookmark_count(row.bookmark_count());
      side->set_like_count(row.like_count());
      side->set_review_count(row.review_count());
    }
    const std::string difference = Difference("schedule", row, content);
    if (!difference.empty()) problems.Add(difference);
  }
  for (const std::string& id : ledger.deleted_schedules()) {
    schedule::GetScheduleRequest request;
    request.set_id(id);
    const auto got = admin.Call(kGetSchedule, request);
    if (got.code != absl::StatusCode::kNotFound) {
      problems.Add(absl::StrCat("deleted schedule ", id, ": ", harness::Describe(got)));
    }
  }
  return problems.ToString();
}

namespace {

// The newest three of `reviews` (newest first) on a schedule are what the page shows.
std::string CheckLatest(const viewpage::ScheduleView& page,
                        const std::vector<review::Review>& reviews) {
  std::vector<std::string> want;
  for (const review::Review& row : reviews) {
    if (row.schedule_id() != page.schedule_id() || want.size() == 3) continue;
    want.push_back(
        absl::StrCat(row.id(), " ", row.customer_id(), " ", row.comment_text(), " ", row.rating()));
  }
  std::vector<std::string> got;
  for (const viewpage::LatestReview& row : page.latest_reviews()) {
    got.push_back(absl::StrCat(row.review_id(), " ", row.customer_id(), " ", row.comment_text(),
                               " ", row.rating()));
  }
  if (want == got) return "";
  return absl::StrCat("page ", page.schedule_id(), " shows the reviews [",
                      absl::StrJoin(got, " | "), "]; the latest are [", absl::StrJoin(want, " | "),
                      "]");
}

std::string CheckPage(const Actor& admin, const schedule::Schedule& want, const Counts& counts,
                      const std::vector<review::Review>& reviews) {
  viewpage::GetScheduleViewRequest request;
  request.set_schedule_id(want.id());
  const auto got = admin.Call(kGetScheduleView, request);
  if (!got.ok()) return absl::StrCat("page ", want.id(), ": ", harness::Describe(got));
  if (CountsOf(got.reply) != counts) {
    return absl::StrCat("page ", want.id(), " counts ", Describe(CountsOf(got.reply)),
                        "; there are ", Describe(counts));
  }
  if (got.reply.title() != want.title() || got.reply.content() != want.content() ||
      got.reply.uploader() != want.uploader() || got.reply.review_open() != want.review_open()) {
    return absl::StrCat("page shows {", got.reply.ShortDebugString(), "}, acknowledged was {",
                        want.ShortDebugString(), "}");
  }
  return CheckLatest(got.reply, reviews);
}

}  // namespace

std::string CheckPages(const Actor& admin, const Ledger& ledger) {
  auto counts = TrueCounts(admin);
  if (!counts.ok()) return counts.status().ToString();
  const auto reviews = AllReviews(admin);
  if (!reviews.ok()) return reviews.status().ToString();
  Problems problems;
  for (const auto& [id, row] : ledger.schedules()) {
    const std::string problem = CheckPage(admin, row, (*counts)[id], *reviews);
    if (!problem.empty()) problems.Add(problem);
  }
  for (const std::string& id : ledger.deleted_schedules()) {
    viewpage::GetScheduleViewRequest request;
    request.set_schedule_id(id);
    const auto got = admin.Call(kGetScheduleView, request);
    if (got.code != absl::StatusCode::kNotFound) {
      problems.Add(absl::StrCat("page of deleted schedule ", id, ": ", harness::Describe(got)));
    }
  }
  return problems.ToString();
}

std::string CheckMessages(const Actor& admin, const Ledger& ledger) {
  const auto messages = AllMessages(admin);
  if (!messages.ok()) return messages.status().ToString();
  std::map<Ledger::MessageKey, int> got;
  std::set<std::string> ids;
  Problems problems;
  for (const message::Message& row : *messages) {
    if (!ids.insert(row.id()).second)
      problems.Add(absl::StrCat("listed twice: ", row.ShortDebugString()));
    if (row.text().empty())
      problems.Add(absl::StrCat("a message without text: ", row.ShortDebugString()));
    ++got[{row.recipient(), row.kind(), row.subject_id()}];
  }
  std::map<Ledger::MessageKey, int> all = ledger.messages();
  all.insert(got.begin(), got.end());
  for (const auto& [key, unused] : all) {
    const auto want = ledger.messages().find(key);
    const int wanted = want == ledger.messages().end() ? 0 : want->second;
    if (got[key] == wanted) continue;
    const auto& [recipient, kind, subject] = key;
    problems.Add(absl::StrCat(recipient, " has ", got[key], " messages ", kind, " about ", subject,
                              " instead of ", wanted));
  }
  return problems.ToString();
}

std::string CheckNothingWaits(const Actor& admin) {
  Problems problems;
  for (const std::string& name : admin.system().contexts()) {
    const auto parked = admin.Call(ListParkedEventsOf(name), admin::v1::ListParkedEventsRequest());
    if (!parked.ok()) problems.Add(absl::StrCat(name, ": ", harness::Describe(parked)));
    for (const auto& event : parked.reply.parked_events()) {
      problems.Add(absl::StrCat(name, " has parked: ", event.ShortDebugString()));
    }
    const auto status = admin.Call(GetStatusOf(name), admin::v1::GetStatusRequest());
    if (!status.ok()) problems.Add(absl::StrCat(name, ": ", harness::Describe(status)));
    if (status.reply.outbox().waiting() != 0) {
      problems.Add(
          absl::StrCat(name, " has not published: ", status.reply.outbox().ShortDebugString()));
    }
    for (const auto& subscription : status.reply.subscriptions()) {
      if (subscription.state() != "running") {
        problems.Add(absl::StrCat(name, "/", subscription.name(), " is ", subscription.state(),
                                  ": ", subscription.error()));
      }
      for (const auto& partition : subscription.partitions()) {
        if (partition.lag() != 0 || !partition.gap().empty()) {
          problems.Add(absl::StrCat(name, "/", subscription.name(),
                                    " is behind: ", partition.ShortDebugString()));
        }
      }
    }
  }
  return problems.ToString();
}

std::string CheckLog(const Actor& admin) {
  Problems problems;
  for (const std::string& name : admin.system().contexts()) {
    const auto status = admin.Call(GetStatusOf(name), admin::v1::GetStatusRequest());
    if (!status.ok()) return absl::StrCat(name, ": ", harness::Describe(status));
    const admin::v1::OutboxStatus& outbox = status.reply.outbox();
    if (outbox.last_sequence() == 0) continue;
    broker::v1::VerifyTopicRequest request;
    request.set_name(outbox.topic());
    CallOptions options;
    options.token = admin.token();
    options.timeout = absl::Seconds(30);
    std::vector<std::string> replies;
    const Outcome outcome = admin.system().client(kBroker).CallStream(
        kVerifyTopic.path, request.SerializeAsString(), options, &replies);
    if (!outcome.ok()) problems.Add(absl::StrCat(outbox.topic(), ": ", harness::Describe(outcome)));
    uint64_t records = 0;
    for (const std::string& bytes : replies) {
      broker::v1::VerifyTopicResponse reply;
      if (!reply.ParseFromString(bytes)) problems.Add("a reply of VerifyTopic cannot be decoded");
      records += reply.records();
      for (const auto& damage : reply.damages()) {
        problems.Add(
            absl::StrCat(outbox.topic(), "/", reply.partition(), ": ", damage.ShortDebugString()));
      }
    }
    if (records != outbox.last_sequence()) {
      problems.Add(absl::StrCat(outbox.topic(), " holds ", records, " records; ", name,
                                " has emitted ", outbox.last_sequence()));
    }
  }
  return problems.ToString();
}

std::string CheckExact(System& system, const Ledger& ledger, absl::Duration within) {
  const Actor admin(system, "admin", "root");
  const absl::Time until = absl::Now() + within;
  const std::vector<std::pair<std::string, std::function<std::string()>>> checkers = {
      {"communications", [&] { return CheckCommunications(admin, ledger); }},
      {"reviews", [&] { return CheckReviews(admin, ledger); }},
      {"one per pair", [&] { return CheckOnePerPair(admin); }},
      {"waiting", [&] { return CheckNothingWaits(admin); }},
      {"schedules", [&] { return CheckSchedules(admin, ledger); }},
      {"pages", [&] { return CheckPages(admin, ledger); }},
      {"messages", [&] { return CheckMessages(admin, ledger); }},
      {"log", [&] { return CheckLog(admin); }},
  };
  std::string problems;
  for (const auto& [what, check] : checkers) {
    const std::string problem = Eventually(until - absl::Now(), check);
    if (!problem.empty()) absl::StrAppend(&problems, "[", what, "]\n", problem, "\n");
  }
  return problems;
}

}  // namespace maru::harness
