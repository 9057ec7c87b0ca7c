#include "mesh/context/run_context.h"
#include "services/books/mypage/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"books", "mypage", "a customer's reservations"},
                                maru::books::mypage::Wire);
}
