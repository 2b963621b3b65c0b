# SPDX-License-Identifier: Apache-2.0
# Writes one text file into a C file that defines `const char NAME[]`, NUL-terminated.
#
#   cmake -D NAME=WEB_STYLE_CSS -D INPUT=style.css -D OUTPUT=web_style_css.c -P embed.cmake

file(READ ${INPUT} bytes HEX)
# Bytes instead of a string literal: ISO C promises only 4,095 characters of the latter.
string(REGEX REPLACE "(................................)" "\\1\n    " bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1', " bytes "${bytes}")
file(WRITE ${OUTPUT}
    "/* SPDX-License-Identifier: Apache-2.0 */\n"
    "/* Generated from a file that pages refer to; not to be edited. */\n"
    "extern const char ${NAME}[];\n"
    "const char ${NAME}[] = {\n    ${bytes}'\\0',\n};\n")
