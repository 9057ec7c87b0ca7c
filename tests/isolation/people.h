// The people of one system, as the isolation matrix needs them: what they do all day, what one of
// them tries while something is down, and what must be true of the system once all is quiet.
#ifndef MARU_TESTS_ISOLATION_PEOPLE_H_
#define MARU_TESTS_ISOLATION_PEOPLE_H_

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/repeated_field.h"
#include "tests/harness/actor.h"

namespace maru::harness {

using Chance = std::mt19937_64;

class People {
 public:
  virtual ~People() = default;

  // Makes what the tries act on. Everything is up.
  virtual void Prepare() = 0;
  // One thing from its beginning to its end, whatever is down meanwhile: each command is repeated
  // until its outcome is known. Called by several threads at once.
  virtual void Live(Chance& chance) = 0;
  // What is not as it was acknowledged; empty once all is exact. Nobody lives meanwhile.
  virtual std::string Check() = 0;

  // One call, one try, by name: "reserve". What can be done but once is the same command each time,
  // by its request_id.
  Outcome Try(const std::string& what) { return tries_.at(what)(); }
  // Everything that can be tried.
  std::vector<std::string> Tries() const;
  // Commands of Live and Prepare that were refused; empty: none.
  std::string problems() const;

 protected:
  explicit People(System& system) : system_(system) {}

  Actor By(const std::string& role, const std::string& subject,
           const std::vector<std::string>& store_ids = {}) const {
    return Actor(system_, role, subject, store_ids);
  }
  void Can(const std::string& what, std::function<Outcome()> attempt) {
    tries_[what] = std::move(attempt);
  }
  // Notes what should not have happened.
  void Wrong(const std::string& what);
  // Insists; a refusal is wrong.
  template <class Request, class Reply>
  Result<Reply> Do(const Actor& actor, const Method<Request, Reply>& method, Request request) {
    request.set_request_id(NewRequestId());
    Result<Reply> result = actor.Insist(method, request);
    if (!result.ok()) Wrong(absl::StrCat(std::string(method.path), ": ", Describe(result)));
    return result;
  }
  // The same command at every try.
  template <class Request, class Reply>
  std::function<Result<Reply>()> Once(const Actor& actor, const Method<Request, Reply>& method,
                                      Request request) {
    request.set_request_id(NewRequestId());
    return [=] { return actor.Call(method, request); };
  }

  // The id of the first row of a list that events fill; none within a minute is wrong.
  template <class Row, class Request, class Reply>
  std::string AwaitRow(const Actor& actor, const Method<Request, Reply>& method,
                       const google::protobuf::RepeatedPtrField<Row>& (Reply::*rows)() const,
                       const Request& request) {
    std::string id;
    const std::string missing = Eventually(absl::Minutes(1), [&] {
      const Result<Reply> listed = actor.Call(method, request);
      if (!listed.ok() || (listed.reply.*rows)().empty()) {
        return absl::StrCat(std::string(method.path), " has no ", request.ShortDebugString());
      }
      id = (listed.reply.*rows)().Get(0).id();
      return std::string();
    });
    if (!missing.empty()) Wrong(missing);
    return id;
  }

  mutable Mutex mutex_;

 private:
  System& system_;
  std::map<std::string, std::function<Outcome()>> tries_;
  std::vector<std::string> problems_ ABSL_GUARDED_BY(mutex_);
};

template <class Request>
Request ById(const std::string& id) {
  Request request;
  request.set_id(id);
  return request;
}

// Reads a list to its end.
template <class Row, class Request, class Reply>
absl::StatusOr<std::vector<Row>> All(const Actor& actor, const Method<Request, Reply>& method,
                                     const google::protobuf::RepeatedPtrField<Row>& (Reply::*rows)()
                                         const,
                                     Request request = {}) {
  std::vector<Row> all;
  request.set_page_size(1000);
  do {
    const Result<Reply> page = actor.Call(method, request);
    if (!page.ok()) return ToStatus(page);
    all.insert(all.end(), (page.reply.*rows)().begin(), (page.reply.*rows)().end());
    request.set_page_token(page.reply.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

// Says what differs, the first few of many.
class Differences {
 public:
  template <class A, class B>
  void Expect(std::string_view what, const A& seen, const B& wanted) {
    if (seen == wanted) return;
    if (++count_ <= kShown) {
      absl::StrAppend(&text_, std::string(what), " is ", seen, ", not ", wanted, "; ");
    }
  }
  std::string text() const {
    return count_ == 0 ? "" : absl::StrCat(count_, " differences: ", text_);
  }

 private:
  static constexpr int kShown = 8;
  int count_ = 0;
  std::string text_;
};

std::unique_ptr<People> BooksPeople(System& system);
std::unique_ptr<People> FashionPeople(System& system);
std::unique_ptr<People> FoodPeople(System& system);
std::unique_ptr<People> HomecleaningPeople(System& system);

}  // namespace maru::harness

#endif  // MARU_TESTS_ISOLATION_PEOPLE_H_
