#include "mesh/context/run_context.h"
#include "services/fashion/product/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"fashion", "product", "products and their stock"},
                                maru::fashion::product::Wire);
}
