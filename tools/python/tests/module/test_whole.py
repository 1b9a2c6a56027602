"""compress(), decompress(), inspect() and models."""

import array
import inspect
import os
import pathlib
import subprocess
import sys
import textwrap

import pytest

import czip

ROOT = pathlib.Path(os.environ["CZIP_SOURCE_DIR"])


@pytest.mark.parametrize("level", [None, 1, 3, 9])
def test_round_trip(text, level):
    text = text[:10_000]
    file = czip.compress(text, level)
    assert len(file) < len(text) / 2
    assert czip.decompress(file) == text
    assert czip.compress(text, level, threads=2) == file


def test_default_level_is_6(text):
    assert czip.compress(text) == czip.compress(text, 6) != czip.compress(text, 1)


@pytest.mark.parametrize("data", [b"", b"a", bytes(range(256)) * 3, b"\0" * 100_000])
def test_any_bytes(data):
    assert czip.decompress(czip.compress(data)) == data


def test_is_what_the_command_writes(text, tmp_path):
    path = tmp_path / "text"
    path.write_bytes(text)
    subprocess.run([os.environ["CZIP_COMMAND"], "-q", path], check=True)
    assert (tmp_path / "text.czip").read_bytes() == czip.compress(text)
    piped = subprocess.run([os.environ["CZIP_COMMAND"], "-c"], input=text, capture_output=True, check=True)
    compressor = czip.Compressor()
    assert piped.stdout == compressor.compress(text) + compressor.flush()


def test_buffers():
    numbers = array.array("i", range(1000))
    for data in (numbers, memoryview(numbers), bytearray(numbers.tobytes()), memoryview(b"abc")):
        assert czip.decompress(bytearray(czip.compress(data))) == bytes(data)
    with pytest.raises(BufferError):
        czip.compress(memoryview(b"abcdef")[::2])
    for wrong in ("text", None, 5):
        with pytest.raises(TypeError):
            czip.compress(wrong)
        with pytest.raises(TypeError):
            czip.decompress(wrong)


def test_wrong_arguments(text):
    for level in (0, 10, -1):
        with pytest.raises(ValueError, match="level must be 1 to 9"):
            czip.compress(text, level)
    for wrong in ({"threads": -1}, {"threads": 257}, {"block_bytes": 7}, {"memory_limit": -1}):
        with pytest.raises(ValueError):
            czip.compress(text, **wrong)
    with pytest.raises(ValueError):
        czip.decompress(czip.compress(text), max_output=-1)
    with pytest.raises(TypeError):
        czip.compress(text, model="small")
    with pytest.raises(TypeError):
        czip.compress(text, "9")
    with pytest.raises(TypeError, match="a czip.Model is needed, not str"):
        czip.decompress(b"", models=["small"])


def test_damage(text):
    file = czip.compress(text)
    for at in range(0, len(file), len(file) // 25):
        damaged = bytearray(file)
        damaged[at] ^= 4
        with pytest.raises(czip.CzipError):
            czip.decompress(damaged)
    for size in range(0, len(file), len(file) // 25):
        with pytest.raises(czip.TruncatedError) as caught:
            czip.decompress(file[:size])
        assert caught.value.code == 11
    with pytest.raises(czip.DamagedError, match="not a file that czip wrote") as caught:
        czip.decompress(b"hello, world")
    assert caught.value.code == 10


def test_limits(text):
    file = czip.compress(text)
    assert czip.decompress(file, max_output=len(text)) == text
    with pytest.raises(czip.LimitError):
        czip.decompress(file, max_output=len(text) - 1)
    with pytest.raises(czip.LimitError):
        czip.compress(text, 9, memory_limit=1000)
    with pytest.raises(czip.LimitError):
        czip.decompress(file, memory_limit=1000)


def test_a_claim_of_much_text_takes_no_memory():
    zeros = czip.compress(bytes(200 << 20), 1, block_bytes=64 << 20)  # more than 256 to one
    assert czip.inspect(zeros).text_bytes == 200 << 20
    assert len(zeros) * 256 < 200 << 20
    assert czip.decompress(zeros) == bytes(200 << 20)


def test_out_of_memory_is_memory_error():
    from czip.errors import of_status
    assert isinstance(of_status(3, ""), MemoryError)
    code = "import czip, resource\n" \
        "czip.compress(b'a')\n" \
        "resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n" \
        "try: czip.compress(bytes(1 << 29))\n" \
        "except MemoryError: print('right')\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "right\n", done.stderr


def test_models(text, small_model, tmp_path):
    path = ROOT / "models/small.czm"
    assert czip.Model.open(os.fsencode(path)).hash == small_model.hash
    assert czip.Model.from_bytes(path.read_bytes()).hash == small_model.hash
    assert len(small_model.hash) == 32 and small_model.format == 2 and small_model.name
    assert czip.Model.builtin().has_network and not czip.Model.builtin().has_language_model
    file = czip.compress(text, model=small_model)
    assert small_model.hash.startswith(czip.inspect(file).model_hash)
    assert czip.decompress(file, models=[small_model]) == text
    with pytest.raises(czip.ModelError) as caught:
        czip.decompress(file)
    assert caught.value.code == 20 and small_model.hash[:6] in str(caught.value)
    with pytest.raises(czip.ReadError) as caught:
        czip.Model.open(tmp_path / "missing")
    assert isinstance(caught.value, OSError) and "missing" in str(caught.value)
    with pytest.raises(czip.CzipError):
        czip.Model.from_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="null"):
        czip.Model.open("a\0b")


def test_version_1(v1_model):
    text = b"The quick brown fox jumps over the lazy dog. " * 3
    file = czip.compress(text, model=v1_model)
    assert v1_model.format == 1 and czip.inspect(file).format == 1
    assert czip.decompress(file, models=[v1_model]) == text
    with pytest.raises(czip.CzipError):
        czip.decompress(file)


def test_inspect(text, tmp_path):
    file = czip.compress(text) + czip.compress(b"more")
    (tmp_path / "file").write_bytes(file)
    info = czip.inspect(file)
    assert info == czip.inspect(tmp_path / "file") == czip.inspect(str(tmp_path / "file"))
    with open(tmp_path / "file", "rb") as opened:
        assert czip.inspect(opened) == info
        assert opened.tell() == 0
    assert (info.text_bytes, info.file_bytes, info.frames) == (len(text) + 4, len(file), 2)
    with pytest.raises(czip.TruncatedError):
        czip.inspect(file[:20])
    with pytest.raises(FileNotFoundError):
        czip.inspect(tmp_path / "missing")


def test_ranges(text):
    file = czip.compress(text)
    reads = []

    def read_at(offset, size):
        reads.append((offset, size))
        return file[offset:offset + size]

    reader = czip.RangeReader(read_at, len(file))
    assert reader.read(1000, 50) == text[1000:1050]
    assert reader.read(len(text) - 5, 50) == text[-5:]
    assert reads
    with pytest.raises(ValueError):
        reader.read(len(text) + 1, 1)

    def fails(offset, size):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        czip.RangeReader(fails, 100).read(0, 1)
    with pytest.raises(TypeError):
        czip.RangeReader(lambda offset, size: "text", 100).read(0, 1)


def test_everything_public_is_explained():
    for name in czip.__all__:
        item = getattr(czip, name)
        if callable(item):
            assert inspect.getdoc(item), name
            for attribute, member in vars(item).items() if isinstance(item, type) else ():
                if isinstance(item, type) and item.__module__ == "czip._czip" and attribute[0] != "_":
                    assert inspect.getdoc(member), f"{name}.{attribute}"


def test_stubs_are_complete():
    import ast
    tree = ast.parse((pathlib.Path(czip.__file__).parent / "_czip.pyi").read_text())
    names = {node.name: {inner.name for inner in getattr(node, "body", ()) if hasattr(inner, "name")}
             for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    names.update({node.target.id: set() for node in tree.body if isinstance(node, ast.AnnAssign)})
    from czip import _czip
    assert {name for name in vars(_czip) if name[:1] != "_"} == \
        {name for name in names if name != "__version__"}
    for name, members in names.items():
        if isinstance(getattr(_czip, name), type):
            real = {key for key in vars(getattr(_czip, name)) if key[0] != "_"}
            assert real == members - {"__init__"}, name


def test_example_of_readme(tmp_path):
    readme = (ROOT / "README.md").read_text()
    example = readme.split("```python\n")[1].split("```")[0]
    assert 0 < len(example.splitlines()) <= 10
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(example)], capture_output=True,
                          text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "or not to be" in done.stdout
