# SPDX-License-Identifier: Apache-2.0
# Writes message_headers.h and message_rows.h into FOLDER: an include of every generated header under
# GENERATED and a row for every message that it declares. Run as a script while building.
file(GLOB_RECURSE headers RELATIVE ${GENERATED} ${GENERATED}/*.pb-c.h)
list(SORT headers)
set(includes "/* Made by list_messages.cmake. */\n")
set(rows "/* Made by list_messages.cmake. */\n")
foreach(header ${headers})
    string(APPEND includes "#include \"${header}\"\n")
    file(STRINGS ${GENERATED}/${header} lines REGEX "^extern const ProtobufCMessageDescriptor ")
    foreach(line ${lines})
        string(REGEX MATCH "hyeopchi[a-z0-9_]+__descriptor" name "${line}")
        string(APPEND rows "&${name},\n")
    endforeach()
endforeach()
file(WRITE ${FOLDER}/message_headers.h "${includes}")
file(WRITE ${FOLDER}/message_rows.h "${rows}")
