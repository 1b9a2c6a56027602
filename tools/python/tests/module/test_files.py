"""CzipFile and open(), compared with lzma's, which behaves as all of Python's compressed files do."""

import io
import lzma
import os
import random

import pytest

import czip


@pytest.fixture(scope="module")
def path(text, tmp_path_factory):
    """A file of several blocks and two frames, beside one of lzma that holds the same text."""
    path = tmp_path_factory.mktemp("files") / "text.czip"
    with czip.CzipFile(path, "w", level=1, block_bytes=1 << 16) as file:
        file.write(text[:80_000] * 2)
    with czip.CzipFile(path, "a", level=3) as file:
        file.write(text)
    with lzma.open(path.with_suffix(".xz"), "w") as file:
        file.write(text[:80_000] * 2 + text)
    return path


@pytest.fixture(scope="module")
def both(path):
    def pair(mode="rb", **options):
        return czip.open(path, mode, **options), lzma.open(path.with_suffix(".xz"), mode, **options)
    return pair


def outcome(call):
    try:
        result = call()
        return bytes(result) if isinstance(result, (bytes, memoryview)) else result
    except Exception as error:  # pylint: disable=broad-except
        return type(error)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("seed", range(6))
def test_random_calls_as_lzma(path, seed, threads):
    rng = random.Random(seed)
    ours, theirs = czip.open(path, threads=threads), lzma.open(path.with_suffix(".xz"))
    with ours, theirs:
        for _ in range(60):
            size = rng.choice([-1, 0, 1, 10, 1000, 70_000]) if rng.random() < 0.9 else 300_000
            offset = rng.randrange(0, 260_000)
            name = rng.choice(["read", "readline", "readinto", "seek", "step", "end", "tell", "next", "read1"])
            calls = {
                "read": lambda file: file.read(size),
                "readline": lambda file: file.readline(size),
                "readinto": lambda file: file.readinto(bytearray(abs(size))),
                "seek": lambda file: file.seek(offset),
                "step": lambda file: file.seek(max(-file.tell(), size - 500), io.SEEK_CUR),
                "end": lambda file: file.seek(-(offset % 1000), io.SEEK_END),
                "tell": lambda file: file.tell(),
                "next": lambda file: next(file, None),
                "read1": lambda file: file.read(abs(size)),
            }
            assert outcome(lambda: calls[name](ours)) == outcome(lambda: calls[name](theirs)), name
            assert ours.tell() == theirs.tell()


def test_reading(both):
    ours, theirs = both()
    with ours, theirs:
        assert ours.peek(10)[:10] == theirs.peek(10)[:10] != b""
        assert ours.tell() == 0
        assert 0 < len(ours.read1(100)) <= 100
        assert ours.seek(0) == 0
        assert list(ours) == list(theirs)
        assert ours.read() == ours.peek() == ours.read1() == b""
        for name in ("readable", "writable", "seekable"):
            assert getattr(ours, name)() == getattr(theirs, name)()
        assert ours.seek(10**9) == theirs.seek(10**9)
        assert outcome(lambda: ours.seek(0, 7)) == outcome(lambda: theirs.seek(0, 7)) == ValueError
        assert outcome(lambda: ours.write(b"")) == outcome(lambda: theirs.write(b"")) == io.UnsupportedOperation
        assert ours.fileno() >= 0 and os.fspath(ours.name).endswith(".czip")


def test_closed(both):
    ours, theirs = both()
    for file in (ours, theirs):
        file.close()
        file.close()
        assert file.closed
    for call in (lambda f: f.read(), lambda f: f.read(5), lambda f: f.seek(0), lambda f: f.tell(),
                 lambda f: f.peek(), lambda f: next(f), lambda f: f.readinto(bytearray(1)),
                 lambda f: f.readable(), lambda f: f.fileno(), lambda f: f.write(b""),
                 lambda f: f.__enter__()):
        assert outcome(lambda: call(ours)) == outcome(lambda: call(theirs)) == ValueError


def test_text_modes(both, tmp_path):
    ours, theirs = both("rt", encoding="utf-8")
    with ours, theirs:
        assert ours.read() == theirs.read()
        ours.seek(0)
        theirs.seek(0)
        assert ours.readline() == theirs.readline()
    with czip.open(tmp_path / "t", "wt", encoding="utf-16-le", newline="\r\n") as file:
        file.write("häh\nb")
    with czip.open(tmp_path / "t") as file:
        assert file.read() == "häh\r\nb".encode("utf-16-le")
    with czip.open(tmp_path / "t", "rt", encoding="utf-16-le") as file:
        assert file.read() == "häh\nb"
    for mode, options in (("rtb", {}), ("rb", {"encoding": "utf-8"}), ("rb", {"newline": ""}), ("q", {}), ("", {})):
        assert outcome(lambda: czip.open(tmp_path / "t", mode, **options)) == ValueError


def test_writing(text, tmp_path):
    path = tmp_path / "file"
    with czip.CzipFile(path, "x", level=2) as file:
        assert file.writable() and not file.readable() and not file.seekable()
        assert file.write(text) == len(text)
        assert file.write(memoryview(b"abcd").cast("I")) == 4
        assert file.tell() == len(text) + 4
        assert outcome(file.read) == outcome(lambda: file.seek(0)) == io.UnsupportedOperation
    assert czip.decompress(path.read_bytes()) == text + b"abcd"
    assert outcome(lambda: czip.CzipFile(path, "x")) == FileExistsError
    assert outcome(lambda: czip.CzipFile(tmp_path / "none")) == FileNotFoundError
    assert outcome(lambda: czip.CzipFile(5)) == TypeError
    assert outcome(lambda: czip.CzipFile(path, "r", level=3)) == ValueError
    before = path.read_bytes()
    assert outcome(lambda: czip.CzipFile(path, "w", level=33)) == ValueError
    assert path.read_bytes() == before  # a wrong call has emptied nothing


def test_appending(text, tmp_path):
    path = tmp_path / "file"
    for part in (b"one ", b"two"):
        with czip.open(path, "a") as file:
            file.write(part)
    assert czip.open(path).read() == b"one two"
    path.write_bytes(path.read_bytes() + bytes(1000))  # padding, which readers pass over
    with czip.open(path, "a") as file:
        file.write(b" three")
    assert czip.open(path).read() == b"one two three"
    file = path.read_bytes()
    for junk in (b"x", b"xy", b"what is no frame"):
        path.write_bytes(file + junk)
        with pytest.raises(czip.UnsupportedError, match="would not be read"):
            czip.open(path, "a")
        assert path.read_bytes() == file + junk
    path.write_bytes(b"a text")
    with pytest.raises(czip.DamagedError):
        czip.open(path, "a")


def test_file_objects(text):
    below = io.BytesIO()
    with czip.CzipFile(below, "w") as file:
        file.write(text)
    assert not below.closed
    with czip.CzipFile(io.BytesIO(below.getvalue())) as file:
        assert file.read() == text

    class Pipe(io.RawIOBase):
        def __init__(self, data):
            self.data = io.BytesIO(data)

        def readable(self):
            return True

        def readinto(self, buffer):
            return self.data.readinto(memoryview(buffer)[:100])

    with czip.CzipFile(Pipe(below.getvalue())) as file:
        assert not file.seekable()
        assert file.read(10) == text[:10]
        assert outcome(lambda: file.seek(0)) == io.UnsupportedOperation
        assert file.read() == text[10:]


def test_a_file_that_does_not_begin_at_0(text):
    file = io.BytesIO(b"header" + czip.compress(text))
    file.seek(6)
    with czip.open(file) as opened:
        assert opened.read(5) == text[:5]
        assert opened.seek(-5, io.SEEK_END) == len(text) - 5
        assert opened.read() == text[-5:]
        opened.seek(0)
        assert opened.read() == text


def test_seeking_decodes_only_what_is_needed(path, text):
    reads = []

    class Counting(io.FileIO):
        def readinto(self, buffer):
            count = super().readinto(buffer)
            reads.append(count)
            return count

        def read(self, size=-1):
            data = super().read(size)
            reads.append(len(data))
            return data

    seen = []
    with Counting(path) as below, czip.open(below) as file:
        file.seek(-100, io.SEEK_END)
        assert file.read() == text[-100:]
        seen = list(reads)
    size = path.stat().st_size
    assert sum(seen) < size, (seen, size)  # the blocks before have not been read


def test_version_1_files(v1_model):
    text = b"The quick brown fox jumps over the lazy dog. " * 3
    below = io.BytesIO()
    with czip.open(below, "w", model=v1_model) as file:
        file.write(text)
    below.seek(0)
    with czip.open(below, models=[v1_model]) as file:
        assert file.read(5) == text[:5]
        file.seek(-4, io.SEEK_END)
        assert file.read() == text[-4:]
        file.seek(2)
        assert file.read() == text[2:]


def test_damaged_files(text, tmp_path):
    path = tmp_path / "file"
    file = czip.compress(text)
    path.write_bytes(file[:-3])
    with czip.open(path) as opened, pytest.raises(czip.TruncatedError):
        opened.read()
    path.write_bytes(file[:1000] + bytes(5) + file[1005:])
    with czip.open(path) as opened, pytest.raises(czip.DamagedError):
        opened.read()
    path.write_bytes(b"")
    with czip.open(path) as opened, pytest.raises(czip.TruncatedError):
        opened.read()
