# SPDX-License-Identifier: Apache-2.0
# Compiler options and the libraries of ARCHITECTURE, as targets:
#   hyeopchi::options   flags of our own code (warnings are errors)
#   hyeopchi::generated flags of generated and foreign code (no warnings)
#   dep::uv dep::nng dep::protobuf-c dep::pq dep::jansson dep::sodium dep::crypto dep::curl dep::llhttp
#   dep::xlsxwriter dep::gmp
#   hyeopchi::allocator malloc of the programs that serve

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

add_library(hyeopchi_base INTERFACE)
target_compile_definitions(hyeopchi_base INTERFACE _POSIX_C_SOURCE=200809L)
target_include_directories(hyeopchi_base INTERFACE ${CMAKE_SOURCE_DIR}/services)
target_compile_options(hyeopchi_base INTERFACE -g -fno-omit-frame-pointer)

if(HYEOPCHI_PRESET STREQUAL "release")
    target_compile_options(hyeopchi_base INTERFACE
        -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
        -ftrivial-auto-var-init=zero -fPIE)
    target_link_options(hyeopchi_base INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
elseif(HYEOPCHI_PRESET STREQUAL "sanitize")
    target_compile_options(hyeopchi_base INTERFACE
        -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined)
    target_link_options(hyeopchi_base INTERFACE -fsanitize=address,undefined)
elseif(HYEOPCHI_PRESET STREQUAL "tsan")
    target_compile_options(hyeopchi_base INTERFACE -O1 -fsanitize=thread)
    target_link_options(hyeopchi_base INTERFACE -fsanitize=thread)
elseif(HYEOPCHI_PRESET STREQUAL "fuzz")
    target_compile_options(hyeopchi_base INTERFACE
        -O1 -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined)
    target_link_options(hyeopchi_base INTERFACE -fsanitize=address,undefined)
else()
    message(FATAL_ERROR "HYEOPCHI_PRESET is '${HYEOPCHI_PRESET}': it must be release, sanitize, tsan or fuzz")
endif()

add_library(hyeopchi_options INTERFACE)
add_library(hyeopchi::options ALIAS hyeopchi_options)
target_link_libraries(hyeopchi_options INTERFACE hyeopchi_base)
target_compile_options(hyeopchi_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
    -Wmissing-prototypes -Wold-style-definition -Wvla -Wundef -Wformat=2 -Wcast-qual
    -Wwrite-strings -Wswitch-enum -Wnull-dereference -Wimplicit-fallthrough -Werror)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    target_compile_options(hyeopchi_options INTERFACE -Wduplicated-cond -Wlogical-op)
else()
    # The initialisers of generated messages cast const away, which clang blames on their users.
    target_compile_options(hyeopchi_options INTERFACE -Wno-cast-qual)
endif()
if(NOT HYEOPCHI_PRESET STREQUAL "release")
    # Sanitizers add branches that the optimiser then warns about.
    target_compile_options(hyeopchi_options INTERFACE -Wno-null-dereference
        $<$<C_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()

add_library(hyeopchi_generated INTERFACE)
add_library(hyeopchi::generated ALIAS hyeopchi_generated)
target_link_libraries(hyeopchi_generated INTERFACE hyeopchi_base)
target_compile_options(hyeopchi_generated INTERFACE -w)

function(hyeopchi_dependency name)
    pkg_check_modules(dep_${name} REQUIRED IMPORTED_TARGET GLOBAL ${ARGN})
    add_library(dep::${name} ALIAS PkgConfig::dep_${name})
endfunction()

hyeopchi_dependency(uv libuv>=1.44)
hyeopchi_dependency(protobuf-c libprotobuf-c>=1.4)
hyeopchi_dependency(pq libpq>=15)
hyeopchi_dependency(jansson jansson>=2.14)
hyeopchi_dependency(sodium libsodium>=1.0.18)
hyeopchi_dependency(crypto libcrypto>=3)
hyeopchi_dependency(curl libcurl>=7.88)
hyeopchi_dependency(gmp gmp>=6.2)
hyeopchi_dependency(jemalloc jemalloc>=5.2)
# Its version is not asked for: Debian's pkg-config file names the library's ABI instead.
hyeopchi_dependency(xlsxwriter xlsxwriter)

# What one thread allocates another frees, and blocks of a batch lie among those of single requests: with jemalloc a
# vote takes a tenth less than with glibc's malloc (tests/bench/README.md). Sanitizers have a malloc of their own.
add_library(hyeopchi_allocator INTERFACE)
add_library(hyeopchi::allocator ALIAS hyeopchi_allocator)
if(HYEOPCHI_PRESET STREQUAL "release")
    target_link_libraries(hyeopchi_allocator INTERFACE dep::jemalloc)
endif()

find_package(nng CONFIG REQUIRED)
add_library(dep::nng ALIAS nng::nng)

# llhttp: a library on Debian 13, the C sources of node-llhttp on Debian 12.
pkg_check_modules(dep_llhttp QUIET IMPORTED_TARGET GLOBAL libllhttp)
if(dep_llhttp_FOUND)
    add_library(dep::llhttp ALIAS PkgConfig::dep_llhttp)
else()
    find_path(LLHTTP_INCLUDE llhttp.h PATH_SUFFIXES llhttp PATHS /usr/include /usr/share/include REQUIRED)
    find_path(LLHTTP_SOURCE llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH REQUIRED)
    add_library(llhttp STATIC ${LLHTTP_SOURCE}/api.c ${LLHTTP_SOURCE}/http.c ${LLHTTP_SOURCE}/llhttp.c)
    target_include_directories(llhttp SYSTEM PUBLIC ${LLHTTP_INCLUDE})
    target_compile_definitions(llhttp PUBLIC LLHTTP_STRICT_MODE=1)
    target_link_libraries(llhttp PRIVATE hyeopchi::generated)
    add_library(dep::llhttp ALIAS llhttp)
endif()

# Embeds directory/NNNN_*.sql in target as `const struct migration_set migrate_<name>_set`
# (runtime/migrate.h); name is the set's name in public.schema_migration.
function(hyeopchi_embed_migrations target name directory)
    cmake_path(ABSOLUTE_PATH directory BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    file(GLOB files CONFIGURE_DEPENDS ${directory}/*.sql)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/migrate_${name}_set.c)
    add_custom_command(
        OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -D NAME=${name} -D DIRECTORY=${directory} -D OUTPUT=${output}
            -P ${CMAKE_SOURCE_DIR}/services/embed_migrations.cmake
        DEPENDS ${files} ${CMAKE_SOURCE_DIR}/services/embed_migrations.cmake
        COMMENT "Embedding the migrations of ${name}")
    target_sources(${target} PRIVATE ${output})
endfunction()
