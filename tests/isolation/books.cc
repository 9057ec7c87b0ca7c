// The people of books: librarians take in and reprint, customers reserve and give back.
#include <atomic>

#include "maru/books/admin/v1/admin.pb.h"
#include "maru/books/book/v1/book.pb.h"
#include "maru/books/delivery/v1/delivery.pb.h"
#include "maru/books/library/v1/library.pb.h"
#include "maru/books/mypage/v1/mypage.pb.h"
#include "maru/books/reservation/v1/reservation.pb.h"
#include "tests/isolation/people.h"

namespace maru::harness {
namespace {

namespace admin = maru::books::admin::v1;
namespace book = maru::books::book::v1;
namespace delivery = maru::books::delivery::v1;
namespace library = maru::books::library::v1;
namespace mypage = maru::books::mypage::v1;
namespace reservation = maru::books::reservation::v1;

constexpr Method<library::WarehouseRequest, library::Library> kWarehouse{
    "books-library", "/maru.books.library.v1.LibraryService/Warehouse"};
constexpr Method<library::RenewRequest, library::Library> kRenew{
    "books-library", "/maru.books.library.v1.LibraryService/Renew"};
constexpr Method<library::ListLibrariesRequest, library::ListLibrariesResponse> kListLibraries{
    "books-library", "/maru.books.library.v1.LibraryService/ListLibraries"};
constexpr Method<book::ListBooksRequest, book::ListBooksResponse> kListBooks{
    "books-book", "/maru.books.book.v1.BookService/ListBooks"};
constexpr Method<admin::ListBookViewsRequest, admin::ListBookViewsResponse> kListBookViews{
    "books-admin", "/maru.books.admin.v1.AdminService/ListBookViews"};
constexpr Method<reservation::ReserveRequest, reservation::Reservation> kReserve{
    "books-reservation", "/maru.books.reservation.v1.ReservationService/Reserve"};
constexpr Method<reservation::CancelReservationRequest, reservation::Reservation> kCancel{
    "books-reservation", "/maru.books.reservation.v1.ReservationService/CancelReservation"};
constexpr Method<reservation::ListReservationsRequest, reservation::ListReservationsResponse>
    kListReservations{"books-reservation",
                      "/maru.books.reservation.v1.ReservationService/ListReservations"};
constexpr Method<delivery::ListDeliveriesRequest, delivery::ListDeliveriesResponse> kListDeliveries{
    "books-delivery", "/maru.books.delivery.v1.DeliveryService/ListDeliveries"};
constexpr Method<mypage::ListMyPageEntriesRequest, mypage::ListMyPageEntriesResponse> kListEntries{
    "books-mypage", "/maru.books.mypage.v1.MypageService/ListMyPageEntries"};

constexpr int kBooks = 3;
constexpr char kFirstVersion[] = "1.0";

using Reservation = reservation::Reservation;
using Delivery = delivery::Delivery;

library::WarehouseRequest Copies(const std::string& book_id, int64_t quantity, bool allow_pending) {
  library::WarehouseRequest request;
  request.set_book_id(book_id);
  request.set_quantity(quantity);
  request.set_version(kFirstVersion);
  request.set_name("토지 1권");
  request.set_allow_pending(allow_pending);
  return request;
}

reservation::ReserveRequest Wish(const std::string& book_id) {
  reservation::ReserveRequest request;
  request.set_book_id(book_id);
  return request;
}

reservation::CancelReservationRequest Return(const std::string& id) {
  reservation::CancelReservationRequest request;
  request.set_id(id);
  return request;
}

class Books final : public People {
 public:
  explicit Books(System& system) : People(system) {}

  void Prepare() override {
    for (int i = 0; i < kBooks; ++i) {
      TookIn(Do(librarian_, kWarehouse, Copies(BookId(i), 5, false)));
    }
    const auto spare = Do(customer_, kReserve, Wish(BookId(0)));
    Reserved(spare);
    Can("reserve",
        [this, once = Once(customer_, kReserve, Wish(BookId(1)))] { return Reserved(once()); });
    Can("cancel", [this, once = Once(customer_, kCancel, Return(spare.reply.id()))] {
      return Canceled(once());
    });
    Can("warehouse", [this, once = Once(librarian_, kWarehouse, Copies(BookId(0), 2, false))] {
      return TookIn(once());
    });
    Can("warehouse with allow_pending",
        [this, once = Once(librarian_, kWarehouse, Copies(BookId(1), 3, true))] {
          return TookIn(once());
        });
    Can("renew", [this, once = Once(librarian_, kRenew, NextEdition("수업용"))] {
      return Reprinted(once());
    });
    Can("libraries", [this] { return librarian_.Call(kListLibraries, {}); });
    Can("books", [this] { return librarian_.Call(kListBooks, {}); });
    Can("list of books", [this] { return librarian_.Call(kListBookViews, {}); });
    Can("reservations", [this] { return customer_.Call(kListReservations, {}); });
    Can("deliveries", [this] { return customer_.Call(kListDeliveries, {}); });
    Can("my page", [this] { return customer_.Call(kListEntries, {}); });
  }

  void Live(Chance& chance) override {
    const std::string book_id = BookId(static_cast<int>(chance() % kBooks));
    if (chance() % 8 == 0) {
      TookIn(Do(librarian_, kWarehouse,
                Copies(book_id, 1 + static_cast<int64_t>(chance() % 3), chance() % 2 == 0)));
    }
    if (chance() % 16 == 0) {
      // One librarian reprints: nobody is too late with a version.
      const MutexLock lock(reprinting_);
      Reprinted(Do(librarian_, kRenew, NextEdition(book_id)));
    }
    const Actor customer = By("customer", absl::StrCat("kim-", chance() % 5));
    const auto reserved = Reserved(Do(customer, kReserve, Wish(book_id)));
    if (chance() % 3 == 0) Canceled(Do(customer, kCancel, Return(reserved.reply.id())));
  }

  std::string Check() override {
    const MutexLock lock(mutex_);
    const auto books = All(librarian_, kListBooks, &book::ListBooksResponse::books);
    const auto views = All(librarian_, kListBookViews, &admin::ListBookViewsResponse::book_views);
    const auto deliveries =
        All(librarian_, kListDeliveries, &delivery::ListDeliveriesResponse::deliveries);
    const auto entries =
        All(librarian_, kListEntries, &mypage::ListMyPageEntriesResponse::my_page_entries);
    for (const absl::Status& read :
         {books.status(), views.status(), deliveries.status(), entries.status()}) {
      if (!read.ok()) return read.ToString();
    }
    Differences differences;
    std::map<std::string, int64_t> out;
    for (const Delivery& row : *deliveries) {
      out[row.book_id()] += row.status() == Delivery::STATUS_DELIVERED ? 1 : 0;
    }
    CheckBooks(*books, out, differences);
    CheckViews(*books, *views, differences);
    const absl::Status read = CheckReservations(*deliveries, *entries, differences);
    return read.ok() ? differences.text() : read.ToString();
  }

 private:
  static std::string BookId(int i) { return absl::StrCat("토지-", i); }

  library::RenewRequest NextEdition(const std::string& book_id) {
    library::RenewRequest request;
    request.set_book_id(book_id);
    request.set_version(absl::StrCat(++edition_, ".0"));
    return request;
  }

  template <class R>
  R TookIn(R result) {
    const MutexLock lock(mutex_);
    if (result.ok()) libraries_[result.reply.id()] = result.reply;
    return result;
  }
  template <class R>
  R Reprinted(R result) {
    return TookIn(std::move(result));
  }
  template <class R>
  R Reserved(R result) {
    const MutexLock lock(mutex_);
    if (result.ok()) canceled_.emplace(result.reply.id(), false);
    return result;
  }
  template <class R>
  R Canceled(R result) {
    const MutexLock lock(mutex_);
    if (result.ok()) canceled_[result.reply.id()] = true;
    return result;
  }

  // Each copy and each reprint that was acknowledged counts once, and nothing else does.
  void CheckBooks(const std::vector<book::Book>& books, std::map<std::string, int64_t>& out,
                  Differences& differences) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    struct Sums {
      int64_t received = 0;
      int64_t changes = 0;
      std::string version = kFirstVersion;
    };
    std::map<std::string, Sums> sums;
    for (const auto& [id, row] : libraries_) {
      Sums& sum = sums[row.book_id()];
      sum.received += row.quantity();
      ++sum.changes;
      if (std::stod(row.version()) > std::stod(sum.version)) sum.version = row.version();
    }
    differences.Expect("number of books", books.size(), sums.size());
    for (const book::Book& row : books) {
      const Sums& sum = sums[row.id()];
      differences.Expect(row.id() + " received", row.received(), sum.received);
      differences.Expect(row.id() + " version", row.version(), sum.version);
      differences.Expect(row.id() + " stock", row.stock(),
                         row.received() + row.reset() - row.issued() + row.returned());
      differences.Expect(row.id() + " stock below 0", row.stock() < 0, false);
      differences.Expect(row.id() + " copies out", row.issued() - row.returned(), out[row.id()]);
      // Every change is one revision: a reprint that took effect twice would show here.
      differences.Expect(row.id() + " revision", row.revision(),
                         sum.changes + row.issued() + row.returned());
    }
  }

  static void CheckViews(const std::vector<book::Book>& books,
                         const std::vector<admin::BookView>& views, Differences& differences) {
    std::map<std::string, std::string> shown;
    for (const auto& view : views) {
      shown[view.book_id()] = absl::StrCat(view.stock(), " of ", view.version());
    }
    differences.Expect("number of views", views.size(), books.size());
    for (const book::Book& row : books) {
      differences.Expect(row.id() + " listed", shown[row.id()],
                         absl::StrCat(row.stock(), " of ", row.version()));
    }
  }

  // Reservation, delivery and page of each agree, and there is one of each.
  absl::Status CheckReservations(const std::vector<Delivery>& deliveries,
                                 const std::vector<mypage::MyPageEntry>& entries,
                                 Differences& differences) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::map<std::string, Reservation::Status> rows;
    for (const auto status : {Reservation::STATUS_RESERVED, Reservation::STATUS_DELIVERED,
                              Reservation::STATUS_CANCELED}) {
      reservation::ListReservationsRequest request;
      request.set_status(status);
      const auto listed = All(librarian_, kListReservations,
                              &reservation::ListReservationsResponse::reservations, request);
      if (!listed.ok()) return listed.status();
      for (const Reservation& row : *listed) rows[row.id()] = status;
    }
    differences.Expect("number of reservations", rows.size(), canceled_.size());
    differences.Expect("number of deliveries", deliveries.size(), canceled_.size());
    differences.Expect("number of entries", entries.size(), canceled_.size());
    std::map<std::string, bool> delivered;
    for (const Delivery& row : deliveries) {
      delivered[row.reservation_id()] = row.status() == Delivery::STATUS_DELIVERED;
      differences.Expect(row.reservation_id() + " still requested",
                         row.status() == Delivery::STATUS_REQUESTED, false);
    }
    for (const auto& entry : entries) {
      const std::string& id = entry.reservation_id();
      differences.Expect(id + " on the page", mypage::MyPageEntry::Status_Name(entry.status()),
                         Reservation::Status_Name(rows[id]));
    }
    for (const auto& [id, canceled] : canceled_) {
      const bool kept = rows[id] == Reservation::STATUS_DELIVERED;
      differences.Expect(id + " delivered", delivered[id], kept);
      if (canceled) differences.Expect(id + " kept", kept, false);
      // A reservation without a copy was canceled: nobody waits.
      differences.Expect(id + " still reserved", rows[id] == Reservation::STATUS_RESERVED, false);
    }
    return absl::OkStatus();
  }

  const Actor librarian_ = By("librarian", "sujin");
  const Actor customer_ = By("customer", "jiwoo");
  Mutex reprinting_;
  std::atomic<int> edition_{1};
  // Acknowledged: rows of library; reservations, and whether they were canceled.
  std::map<std::string, library::Library> libraries_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, bool> canceled_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<People> BooksPeople(System& system) { return std::make_unique<Books>(system); }

}  // namespace maru::harness
