#include "services/books/mypage/wire.h"

#include <memory>

#include "services/books/mypage/service.h"
#include "services/books/mypage/tables.h"
#include "services/books/mypage/view.h"

namespace maru::books::mypage {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<MypageService>(context.store()));
  AddView(context.View(TableNumbers()));
}

}  // namespace maru::books::mypage
