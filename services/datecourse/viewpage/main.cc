#include <memory>

#include "mesh/context/run_context.h"
#include "services/datecourse/viewpage/service.h"
#include "services/datecourse/viewpage/tables.h"
#include "services/datecourse/viewpage/view.h"

int main(int argc, char** argv) {
  namespace viewpage = maru::datecourse::viewpage;
  return maru::mesh::RunContext(
      argc, argv, {"datecourse", "viewpage", "one page with all of a date course"},
      [](maru::mesh::Context& context) {
        context.Serve(std::make_unique<viewpage::ViewpageService>(context.store()));
        viewpage::AddView(context.View(viewpage::TableNumbers()));
      });
}
