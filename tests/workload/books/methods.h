// The methods of books that are called, by the names that stand in the contracts.
#ifndef MARU_TESTS_WORKLOAD_BOOKS_METHODS_H_
#define MARU_TESTS_WORKLOAD_BOOKS_METHODS_H_

#include "maru/books/admin/v1/admin.pb.h"
#include "maru/books/book/v1/book.pb.h"
#include "maru/books/book/v1/events.pb.h"
#include "maru/books/delivery/v1/delivery.pb.h"
#include "maru/books/delivery/v1/events.pb.h"
#include "maru/books/library/v1/events.pb.h"
#include "maru/books/library/v1/library.pb.h"
#include "maru/books/mypage/v1/mypage.pb.h"
#include "maru/books/reservation/v1/events.pb.h"
#include "maru/books/reservation/v1/reservation.pb.h"
#include "tests/workload/api.h"

namespace maru::workload::books {

inline constexpr char kLibrary[] = "books-library";
inline constexpr char kBook[] = "books-book";
inline constexpr char kAdmin[] = "books-admin";
inline constexpr char kReservation[] = "books-reservation";
inline constexpr char kDelivery[] = "books-delivery";
inline constexpr char kMypage[] = "books-mypage";

namespace library = maru::books::library::v1;
namespace book = maru::books::book::v1;
// admin::v1 is what every context has.
namespace list = maru::books::admin::v1;
namespace reservation = maru::books::reservation::v1;
namespace delivery = maru::books::delivery::v1;
namespace mypage = maru::books::mypage::v1;

// library
inline constexpr Method<library::WarehouseRequest, library::Library> kWarehouse{
    kLibrary, "/maru.books.library.v1.LibraryService/Warehouse"};
inline constexpr Method<library::RenewRequest, library::Library> kRenew{
    kLibrary, "/maru.books.library.v1.LibraryService/Renew"};
inline constexpr Method<library::ListLibrariesRequest, library::ListLibrariesResponse>
    kListLibraries{kLibrary, "/maru.books.library.v1.LibraryService/ListLibraries"};

// book
inline constexpr Method<book::GetBookRequest, book::Book> kGetBook{
    kBook, "/maru.books.book.v1.BookService/GetBook"};
inline constexpr Method<book::ListBooksRequest, book::ListBooksResponse> kListBooks{
    kBook, "/maru.books.book.v1.BookService/ListBooks"};

// admin
inline constexpr Method<list::ListBookViewsRequest, list::ListBookViewsResponse> kListBookViews{
    kAdmin, "/maru.books.admin.v1.AdminService/ListBookViews"};

// reservation
inline constexpr Method<reservation::ReserveRequest, reservation::Reservation> kReserve{
    kReservation, "/maru.books.reservation.v1.ReservationService/Reserve"};
inline constexpr Method<reservation::CancelReservationRequest, reservation::Reservation>
    kCancelReservation{kReservation,
                       "/maru.books.reservation.v1.ReservationService/CancelReservation"};
inline constexpr Method<reservation::GetReservationRequest, reservation::Reservation>
    kGetReservation{kReservation, "/maru.books.reservation.v1.ReservationService/GetReservation"};
inline constexpr Method<reservation::ListReservationsRequest, reservation::ListReservationsResponse>
    kListReservations{kReservation,
                      "/maru.books.reservation.v1.ReservationService/ListReservations"};

// delivery
inline constexpr Method<delivery::ListDeliveriesRequest, delivery::ListDeliveriesResponse>
    kListDeliveries{kDelivery, "/maru.books.delivery.v1.DeliveryService/ListDeliveries"};

// mypage
inline constexpr Method<mypage::GetMyPageEntryRequest, mypage::MyPageEntry> kGetMyPageEntry{
    kMypage, "/maru.books.mypage.v1.MypageService/GetMyPageEntry"};
inline constexpr Method<mypage::ListMyPageEntriesRequest, mypage::ListMyPageEntriesResponse>
    kListMyPageEntries{kMypage, "/maru.books.mypage.v1.MypageService/ListMyPageEntries"};

}  // namespace maru::workload::books

#endif  // MARU_TESTS_WORKLOAD_BOOKS_METHODS_H_
