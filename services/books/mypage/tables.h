// What books-mypage keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_BOOKS_MYPAGE_TABLES_H_
#define MARU_SERVICES_BOOKS_MYPAGE_TABLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/store/table.h"
#include "maru/books/mypage/store/v1/mypage.pb.h"

namespace maru::books::mypage {

// By reservation_id: shown.
inline constexpr maru::store::ViewTable<store::v1::Row, std::string> kShown(32, "shown");
// By reservation_id: waiting for Reserved.
inline constexpr maru::store::ViewTable<store::v1::Row, std::string> kWaiting(33, "waiting");
// customer_id, reservation_id: shown.
inline constexpr maru::store::ViewIndex<std::string, std::string> kShownByCustomer(
    34, "shown by customer");

// All of the above.
inline std::vector<uint32_t> TableNumbers() {
  return {kShown.number(), kWaiting.number(), kShownByCustomer.number()};
}

}  // namespace maru::books::mypage

#endif  // MARU_SERVICES_BOOKS_MYPAGE_TABLES_H_
