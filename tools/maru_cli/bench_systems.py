"""The figures of all five systems: everything up, the sagas, and how soon each view shows what a command did."""

from maru_cli import common
from maru_cli.bench_run import Bench, Calls, Page

# Things that commands are about: enough that they do not queue for one row.
ROWS = 64
PLENTY = 1_000_000

ORDER_SAGA = Calls("food-order", "PlaceOrder", [
    {"storeId": f"store-{i}", "storeName": "김밥천국 홍대점", "address": "서울 마포구 어울마당로 35",
     "items": [{"itemName": "김치찌개", "quantity": 2, "unitPrice": 9000}]} for i in range(ROWS)])
HOMECLEANING_REQUEST = Calls("homecleaning-reservation", "RequestCleaning", [
    {"requestDate": "2030-03-01T01:00:00Z", "place": "서울 마포구 어울마당로 35", "customerName": "김민수", "price": 20000}])
BOOKS_WAREHOUSE = Calls("books-library", "Warehouse", [
    {"bookId": f"toji-{i}", "quantity": PLENTY, "version": "1.0", "name": "토지 1권"} for i in range(ROWS)], role="librarian")
BOOKS_RESERVE = Calls("books-reservation", "Reserve", [{"bookId": f"toji-{i}"} for i in range(ROWS)])


class SystemsBench(Bench):
    _fashion_order = None

    def run(self):
        common.say(f"{self._plan.rounds} rounds of {self._plan.seconds} s each; {common.cpus()} processors shared with the load")
        self.make_keys()
        self._measure_start("_all")
        self._start_echo()
        self._stock()
        self._measure_sync()
        for number in range(1, self._plan.rounds + 1):
            common.say(f"round {number} of {self._plan.rounds}")
            self._round()
        self.remark_memory("after all loads")

    def _stock(self):
        """What can be ordered and reserved."""
        products = self._each(Calls("fashion-product", "RegisterProduct", [
            {"storeId": "bench", "name": f"린넨 셔츠 {i}", "price": 39000, "stock": PLENTY} for i in range(ROWS)], role="owner"))
        self._fashion_order = Calls("fashion-order", "PlaceOrder", [
            {"productId": product["id"], "quantity": 1, "customerName": "김민수", "customerAddress": "서울 마포구 어울마당로 35"}
            for product in products])
        self._each(BOOKS_WAREHOUSE)
        self._drain("stock is known", "fashion")
        self._drain("books are known", "books")

    def _round(self):
        self._measure_echo()
        self.measure_calls("order_saga", ORDER_SAGA, drain=True)
        self._measure_latency("order_saga_p50_alone", ORDER_SAGA)
        self._stop("broker")
        self.measure_calls("order_saga_alone", ORDER_SAGA)
        self._start("broker")
        self._wait(["broker"])
        self._drain("what the broker missed", "food")
        self._measure_echo()
        self.measure_calls("fashion_order", self._fashion_order, drain=True)
        self.measure_calls("homecleaning_request", HOMECLEANING_REQUEST, drain=True)
        self._measure_echo()
        self.measure_calls("books_warehouse", BOOKS_WAREHOUSE, drain=True)
        self.measure_calls("books_reserve", BOOKS_RESERVE, drain=True)
        self._measure_echo()
        for calls, page in (
                (ORDER_SAGA, Page("food-dashboard", "GetOrderView", "order_id")),
                (self._fashion_order, Page("fashion-orderview", "GetOrderStatus", "order_id")),
                (HOMECLEANING_REQUEST, Page("homecleaning-dashboard", "GetReservationView", "reservation_id")),
                (BOOKS_WAREHOUSE, Page("books-admin", "GetBookView", "book_id", of="book_id")),
                (BOOKS_RESERVE, Page("books-mypage", "GetMyPageEntry", "reservation_id"))):
            self.report.add(f"visible_{page.deployment}", self._visible(calls, page)["p50_us"], "µs")
