// For tests: books in one process, without transport and broker: six contexts, people who do
// things, events that travel in any order, and what is counted anew from the rows of library,
// reservation and delivery.
#ifndef MARU_SERVICES_BOOKS_STORY_TESTING_H_
#define MARU_SERVICES_BOOKS_STORY_TESTING_H_

#include <string>
#include <vector>

#include "services/books/admin/service.h"
#include "services/books/book/service.h"
#include "services/books/delivery/service.h"
#include "services/books/library/saga.h"
#include "services/books/library/service.h"
#include "services/books/mypage/service.h"
#include "services/books/reservation/service.h"
#include "services/testing/direct_caller.h"
#include "services/testing/test_context.h"
#include "services/testing/test_system.h"

namespace maru::books {

class Story final : public maru::testing::TestSystem {
 public:
  explicit Story(uint32_t seed);
  std::vector<Deployment> Deployments() override;
  std::vector<Peering> Peerings() override;

  // Somebody does something, something breaks or is mended, or an event arrives.
  void Step();
  void DeliverAll() { queues().DeliverAll(); }
  void SetBookDown(bool down);
  void SetDown(const maru::testing::TestContext& context, bool down) {
    queues().SetDown(context, down);
  }
  const maru::testing::TestContext& admin() const { return admin_; }
  const maru::testing::TestContext& mypage() const { return mypage_; }
  const maru::testing::TestContext& delivery() const { return delivery_; }

  absl::StatusOr<library::v1::Library> Warehouse(const std::string& book_id, int64_t quantity,
                                                 const std::string& version,
                                                 bool allow_pending = false);
  absl::StatusOr<library::v1::Library> Renew(const std::string& book_id,
                                             const std::string& version);
  std::string Reserve(const std::string& customer, const std::string& book_id);
  void Cancel(const reservation::v1::Reservation& row);

  std::vector<library::v1::Library> Libraries();
  std::vector<reservation::v1::Reservation> Reservations(
      reservation::v1::Reservation::Status status);
  reservation::v1::Reservation ReservationOf(const std::string& id);
  std::vector<delivery::v1::Delivery> Deliveries();
  std::vector<book::v1::Book> Books();
  std::vector<admin::v1::BookView> BookViews();
  std::vector<mypage::v1::MyPageEntry> Entries();

  // Compares what the contexts say with what is counted anew.
  void Check() override;

 private:
  std::string SomeBook() { return "책 " + std::to_string(Below(3)); }
  std::string SomeVersion() { return std::to_string(Below(12)) + "." + std::to_string(Below(12)); }
  void Act();
  void CheckStock();
  void CheckReservation(const reservation::v1::Reservation& row,
                        const delivery::v1::Delivery& delivery,
                        const mypage::v1::MyPageEntry& entry);

  maru::testing::TestContext library_{executor(), "books", "library"};
  maru::testing::TestContext book_{executor(), "books", "book"};
  maru::testing::TestContext admin_{executor(), "books", "admin"};
  maru::testing::TestContext reservation_{executor(), "books", "reservation"};
  maru::testing::TestContext delivery_{executor(), "books", "delivery"};
  maru::testing::TestContext mypage_{executor(), "books", "mypage"};
  events::View admin_view_;
  events::View mypage_view_;
  book::BookService books_{book_.store()};
  maru::testing::DirectCaller to_book_{books_};
  library::LibraryService libraries_{library_.store(),
                                     library_.sagas().Add(library::Warehouse(to_book_))};
  admin::AdminService admins_{admin_.store()};
  reservation::ReservationService reservations_{reservation_.store()};
  delivery::DeliveryService deliveries_{delivery_.store()};
  mypage::MypageService mypages_{mypage_.store()};
};

}  // namespace maru::books

#endif  // MARU_SERVICES_BOOKS_STORY_TESTING_H_
