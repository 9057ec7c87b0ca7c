// For tests: messages written as text, and a matcher that says how two differ.
//
//   EXPECT_THAT(schedule, IsProto(R"pb(title: "한강 산책" like_count: 1)pb"));
#ifndef MARU_COMMON_BASE_PROTO_TESTING_H_
#define MARU_COMMON_BASE_PROTO_TESTING_H_

#include <string>

#include "common/base/status.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"

namespace maru {

// The message that `text` describes; a mistake in it ends the test program.
template <class M>
M Proto(const std::string& text) {
  M message;
  MARU_CHECK(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// Equal to the message that `text` describes, every field of it.
MATCHER_P(IsProto, text, text) {
  const auto want = Proto<std::decay_t<arg_type>>(text);
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  if (differencer.Compare(want, arg)) return true;
  *result_listener << difference;
  return false;
}

}  // namespace maru

#endif  // MARU_COMMON_BASE_PROTO_TESTING_H_
