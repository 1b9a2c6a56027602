import os
import pathlib

import pytest

import czip

ROOT = pathlib.Path(os.environ["CZIP_SOURCE_DIR"])


@pytest.fixture(scope="session")
def text():
    """Real text of 50 to 100 KB."""
    data = b"".join((ROOT / name).read_bytes() for name in
                    ("README.md", "CMakeLists.txt", ".github/CONTRIBUTING.md", "codec/include/czip.h"))
    assert 50_000 < len(data) < 100_000
    return data


@pytest.fixture(scope="session")
def small_model():
    return czip.Model.open(ROOT / "models/small.czm")


@pytest.fixture(scope="session")
def v1_model():
    return czip.Model.open(ROOT / "models/english-v1.czm")
