// One host of a load: publishes courses, changes, opens, closes and deletes them while customers
// act on them, and looks at what others show of them. As nobody else changes its courses, it knows
// what each reply may be.
#ifndef MARU_TESTS_WORKLOAD_HOST_H_
#define MARU_TESTS_WORKLOAD_HOST_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/workload/course.h"
#include "tests/workload/member.h"

namespace maru::workload {

class Host final : public Member {
 public:
  Host(Api& api, const std::string& subject, Courses& courses,
       PersonOptions options = PersonOptions())
      : Member(api, "host", subject, options), courses_(courses) {}

  // Publishes a course and adds it to the courses, unless nobody knows whether it is there.
  // `guest`: the only customer who may act on it, empty: all. False: it surely or perhaps does not
  // exist.
  async::Task<bool> Publish(std::string guest, bool review_open);
  // Deletes a course of this host. False: refused or unknown.
  async::Task<bool> Delete(Courses::Ref course);

  async::Task<> Step() override;

 private:
  async::Task<> Modify();
  async::Task<> DeleteOne();
  async::Task<> DeleteAgain();
  async::Task<> LookAtPage();
  async::Task<> LookAtPage(std::string id);
  async::Task<> ListOwn();
  async::Task<> TryInvalid();
  async::Task<> TryForeign();

  // Courses of this host that are there, and whose state is known.
  std::vector<Courses::Ref> Own() const;
  schedule::Schedule NewCourse(bool review_open);

  Courses& courses_;
  // Of commands whose outcome nobody knows: left alone.
  std::set<std::string> unsure_;
  // After its last acknowledged change, by course.
  std::map<std::string, std::string> positions_;
  uint64_t versions_ = 0;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_HOST_H_
