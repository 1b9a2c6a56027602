"""The wheel that pip makes, in an environment of its own, without the build tree."""

import os
import pathlib
import subprocess
import sys
import zipfile

SOURCE = pathlib.Path(os.environ["CZIP_SOURCE_DIR"]) / "tools/python"


def test_wheel(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run([sys.executable, "-m", "pip", "wheel", SOURCE, "--no-build-isolation", "--no-deps",
                    "--no-index", "-q", "-w", tmp_path], env=environment, check=True)
    [wheel] = tmp_path.glob("czip-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = (archive.read(name).decode() for name in names if name.endswith("/METADATA"))
        archive.extractall(tmp_path / "site")
    assert {"czip/__init__.py", "czip/_czip.pyi", "czip/py.typed"} <= set(names)
    code = "import czip, sys\n" \
        "assert czip.__file__.startswith(sys.argv[1]), czip.__file__\n" \
        "assert czip.decompress(czip.compress(b'to be' * 99)) == b'to be' * 99\n" \
        "print(czip.Model.builtin().hash, czip.__version__)\n"
    environment["PYTHONPATH"] = str(tmp_path / "site")
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "site"], env=environment, cwd="/",
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    version = next(line.split()[1] for line in metadata.splitlines() if line.startswith("Version: "))
    assert done.stdout.split()[1] == version and len(done.stdout.split()[0]) == 32
