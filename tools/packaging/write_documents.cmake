# Writes manual pages and completions, which the command makes itself, so that they have every option that it has.
# Usage: cmake -D CZIP=COMMAND -D FOLDER=FOLDER -P write_documents.cmake

function(write_document file)
  execute_process(COMMAND ${CZIP} help ${ARGN} OUTPUT_FILE ${FOLDER}/${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER}/man1)
write_document(czip --completion bash)
write_document(_czip --completion zsh)
write_document(czip.fish --completion fish)
write_document(man1/czip.1 --man)
# The page of czip refers to that of every command.
file(READ ${FOLDER}/man1/czip.1 general)
string(REGEX MATCHALL "\n\\.BR czip\\\\-[a-z]+ \\(1\\)\n" references "${general}")
foreach(reference IN LISTS references)
  string(REGEX REPLACE ".*\\\\-([a-z]+) .*" "\\1" command "${reference}")
  write_document(man1/czip-${command}.1 --man ${command})
endforeach()
