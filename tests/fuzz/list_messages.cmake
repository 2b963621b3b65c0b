# SPDX-License-Identifier: Apache-2.0
# Writes OUTPUT, a C file with MESSAGES and MESSAGE_COUNT: the descriptor of every message that a
# generated header under GENERATED declares. Run as a script while building.
file(GLOB_RECURSE headers RELATIVE ${GENERATED} ${GENERATED}/*.pb-c.h)
list(SORT headers)
set(includes)
set(rows)
foreach(header ${headers})
    string(APPEND includes "#include \"${header}\"\n")
    file(STRINGS ${GENERATED}/${header} lines REGEX "^extern const ProtobufCMessageDescriptor ")
    foreach(line ${lines})
        string(REGEX MATCH "hyeopchi[a-z0-9_]+__descriptor" name "${line}")
        string(APPEND rows "    &${name},\n")
    endforeach()
endforeach()
file(WRITE ${OUTPUT} "${includes}
const ProtobufCMessageDescriptor *const MESSAGES[] = {
${rows}};

const size_t MESSAGE_COUNT = sizeof MESSAGES / sizeof MESSAGES[0];
")
