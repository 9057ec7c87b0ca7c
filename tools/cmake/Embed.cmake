# cmake -D NAME=… -D IN=file -D OUT=stem -P Embed.cmake: writes <stem>.h and <stem>.cc, see maru_embed in Maru.cmake.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT}.h "#pragma once
#include <string_view>
namespace maru::embed {
std::string_view ${NAME}();
}
")
file(WRITE ${OUT}.cc "#include \"maru/embed/${NAME}.h\"
namespace maru::embed {
static constexpr unsigned char kBytes[] = {
${bytes}0};
std::string_view ${NAME}() { return {reinterpret_cast<const char*>(kBytes), sizeof kBytes - 1}; }
}
")
