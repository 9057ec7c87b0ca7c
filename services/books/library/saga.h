// The saga of Warehouse: copies are taken in once book has them (domain.md, section 3).
#ifndef MARU_SERVICES_BOOKS_LIBRARY_SAGA_H_
#define MARU_SERVICES_BOOKS_LIBRARY_SAGA_H_

#include "common/rpc/service.h"
#include "common/saga/definition.h"
#include "maru/books/library/store/v1/library.pb.h"
#include "maru/books/library/v1/library.pb.h"

namespace maru::books::library {

// `book` calls the context book; it outlives the saga.
saga::Definition<store::v1::Library, v1::Library> Warehouse(rpc::Caller& book);

}  // namespace maru::books::library

#endif  // MARU_SERVICES_BOOKS_LIBRARY_SAGA_H_
