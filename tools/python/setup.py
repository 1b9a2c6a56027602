"""Has CMake build the module, from the tree that this folder is in.

CZIP_BUILD_DIR names a build folder to use or to make; without it, one below build/python is used.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def version():
    header = (ROOT / "codec/include/czip.h").read_text()
    return ".".join(re.search(rf"#define CZIP_VERSION_{part} (\d+)", header)[1]
                    for part in ("MAJOR", "MINOR", "PATCH"))


class CMakeBuild(build_ext):
    def build_extension(self, ext):
        folder = pathlib.Path(os.environ.get("CZIP_BUILD_DIR") or ROOT / "build/python").resolve()
        if not (folder / "CMakeCache.txt").exists():
            subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja",
                            "-DCMAKE_BUILD_TYPE=Release", "-DCZIP_PYTHON=ON", "-DCZIP_BUILD_TESTS=OFF",
                            "-DCZIP_BUILD_TOOLS=OFF", f"-DPython_EXECUTABLE={sys.executable}"],
                           check=True)
        subprocess.run(["cmake", "--build", folder, "--target", "czip_python_module"], check=True)
        target = pathlib.Path(self.get_ext_fullpath(ext.name)).resolve()
        built = folder / "tools/python/package/czip" / target.name
        if not built.exists():
            raise RuntimeError(f"{folder} was not configured for this Python: it has no {target.name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built, target)


setup(version=version(), ext_modules=[Extension("czip._czip", sources=[])],
      cmdclass={"build_ext": CMakeBuild})
