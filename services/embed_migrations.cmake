# SPDX-License-Identifier: Apache-2.0
# Writes a folder's numbered SQL files into one C file that defines migrate_<NAME>_set. Run at build
# time by hyeopchi_embed_migrations() of options.cmake; refuses files whose numbers leave a gap, since
# migrations are applied in this order.
#
#   cmake -D NAME=ledger -D DIRECTORY=…/schema -D OUTPUT=…/migrate_ledger.c -P embed_migrations.cmake

file(GLOB files RELATIVE ${DIRECTORY} ${DIRECTORY}/*.sql)
list(SORT files)

set(texts "")
set(rows "")
set(number 0)
foreach(file ${files})
    if(NOT file MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+\\.sql$")
        message(FATAL_ERROR "${DIRECTORY}/${file}: a migration is named NNNN_name.sql")
    endif()
    math(EXPR number "${number} + 1")
    string(REGEX REPLACE "^0+" "" file_number ${CMAKE_MATCH_1})
    if(NOT file_number STREQUAL number)
        message(FATAL_ERROR "${DIRECTORY}/${file}: migration ${number} is missing or doubled")
    endif()

    # Bytes instead of a string literal: ISO C promises only 4,095 characters of the latter.
    file(READ ${DIRECTORY}/${file} bytes HEX)
    string(REGEX REPLACE "(................................)" "\\1\n    " bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1', " bytes "${bytes}")
    string(APPEND texts "static const char SQL_${number}[] = {\n    ${bytes}'\\0',\n};\n\n")
    string(APPEND rows "    {${number}, \"${file}\", SQL_${number}},\n")
endforeach()

if(number EQUAL 0)
    message(FATAL_ERROR "${DIRECTORY}: no migrations")
endif()

file(WRITE ${OUTPUT}
    "/* SPDX-License-Identifier: Apache-2.0 */\n"
    "/* Generated from ${NAME}'s schema folder; not to be edited. */\n"
    "#include \"runtime/migrate.h\"\n\n"
    "${texts}"
    "static const struct migration MIGRATIONS[] = {\n${rows}};\n\n"
    "const struct migration_set migrate_${NAME}_set = {\"${NAME}\", MIGRATIONS, ${number}};\n")
