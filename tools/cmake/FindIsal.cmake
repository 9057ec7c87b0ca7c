# Finds ISA-L (vectorised CRC32C). It ships neither a CMake config nor a version header.
# Defines the imported target maru::isal.
find_path(Isal_INCLUDE_DIR isa-l.h)
find_library(Isal_LIBRARY isal)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Isal REQUIRED_VARS Isal_LIBRARY Isal_INCLUDE_DIR)
mark_as_advanced(Isal_INCLUDE_DIR Isal_LIBRARY)

if(Isal_FOUND AND NOT TARGET maru::isal)
  add_library(maru::isal UNKNOWN IMPORTED)
  set_target_properties(maru::isal PROPERTIES
    IMPORTED_LOCATION "${Isal_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${Isal_INCLUDE_DIR}")
endif()
