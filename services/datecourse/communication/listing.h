// Lists of communication: which rows a caller may see under a filter, newest first, and which index
// finds them.
#ifndef MARU_SERVICES_DATECOURSE_COMMUNICATION_LISTING_H_
#define MARU_SERVICES_DATECOURSE_COMMUNICATION_LISTING_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/call_context.h"
#include "common/store/page.h"
#include "common/store/txn.h"
#include "maru/datecourse/communication/store/v1/communication.pb.h"

namespace maru::datecourse::communication {

struct Filter {
  // Empty: on any schedule.
  std::string schedule_id;
  // KIND_UNSPECIFIED: of any kind.
  store::v1::Communication::Kind kind = store::v1::Communication::KIND_UNSPECIFIED;
};

// The next page of active rows that `actor` may see. Errors of the reader;
// INVALID_ARGUMENT/INVALID_PAGE_TOKEN.
absl::StatusOr<maru::store::Page<store::v1::Communication>> List(
    maru::store::Reader& reader, const rpc::Identity& actor, const Filter& filter,
    const maru::store::PageRequest& request);

}  // namespace maru::datecourse::communication

#endif  // MARU_SERVICES_DATECOURSE_COMMUNICATION_LISTING_H_
