# What Debian wants in every package, put into the installed files before CPack packs them: copyright and changelogs,
# compressed manual pages, no modes of the umask, no times but that of SOURCE_DATE_EPOCH. CPack runs this.
find_program(GZIP gzip REQUIRED)
set(root ${CMAKE_CURRENT_LIST_DIR}/../..)

function(compress file)
  execute_process(COMMAND ${GZIP} -9 -n -f ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# UTC: SOURCE_DATE_EPOCH if it is set, else now.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(debian_version "${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  set(tree ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component})
  string(TOUPPER ${component} upper)
  set(documents ${tree}/usr/share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  file(MAKE_DIRECTORY ${documents})
  configure_file(${CMAKE_CURRENT_LIST_DIR}/copyright ${documents}/copyright COPYONLY)
  configure_file(${root}/.github/CHANGELOG.md ${documents}/changelog COPYONLY)
  file(WRITE ${documents}/changelog.Debian "czip (${debian_version}) unstable; urgency=medium

  * Packages of czip ${CPACK_PACKAGE_VERSION}, made by its own build.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
  # The licence is in the file copyright.
  file(REMOVE ${documents}/LICENSE)
  file(GLOB pages ${tree}/usr/share/man/man*/*)
  foreach(file ${documents}/changelog ${documents}/changelog.Debian ${pages})
    compress(${file})
  endforeach()

  execute_process(COMMAND chmod -R u=rwX,go=rX ${tree} COMMAND_ERROR_IS_FATAL ANY)
  if(DEFINED ENV{SOURCE_DATE_EPOCH})
    execute_process(COMMAND find ${tree} -exec touch --no-dereference --date=@$ENV{SOURCE_DATE_EPOCH} {} +
      COMMAND_ERROR_IS_FATAL ANY)
  endif()
endforeach()
