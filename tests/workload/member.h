// What hosts and customers of a datecourse have in common: each writes down what it was told.
#ifndef MARU_TESTS_WORKLOAD_MEMBER_H_
#define MARU_TESTS_WORKLOAD_MEMBER_H_

#include <string>

#include "tests/workload/course.h"
#include "tests/workload/ledger.h"
#include "tests/workload/person.h"

namespace maru::workload {

class Member : public Person {
 public:
  const Ledger& ledger() const { return ledger_; }

 protected:
  Member(Api& api, const std::string& role, const std::string& subject, PersonOptions options)
      : Person(Actor(api, role, subject), options) {}

  Ledger ledger_;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_MEMBER_H_
