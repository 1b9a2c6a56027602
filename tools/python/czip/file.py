"""Compressed files as file objects, like those of gzip and lzma."""

import builtins
import io
import os

from ._czip import Compressor, Decompressor, RangeReader, compress, inspect_source
from .errors import UnsupportedError
from .info import inspect, reader_at

__all__ = ["CzipFile", "open"]

_PIECE = 64 << 10
_MOST_WINDOW = 32 << 20


class _TextReader(io.RawIOBase):
    """Text of a compressed file: from the beginning as a stream, after a seek by ranges.

    Where the file cannot be read anywhere, or its format has no ranges, seeking decodes again.
    """

    def __init__(self, file, options):
        self._file = file
        self._options = options
        self._start = file.tell() if file.seekable() else None
        self._position = 0  # in the text
        self._size = None  # of the text, when known
        self._ranges = None  # a RangeReader, after the first seek that pays
        self._window, self._window_start, self._window_bytes = b"", 0, 0
        self._begin_stream()

    def readable(self):
        return True

    def seekable(self):
        return self._start is not None

    def tell(self):
        return self._position

    def readinto(self, buffer):
        with memoryview(buffer) as view, view.cast("B") as room:
            if not room:
                return 0
            data = self._read(len(room))
            room[:len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset, whence=io.SEEK_SET):
        if not self.seekable():
            raise io.UnsupportedOperation("the file below does not support seeking")
        if whence == io.SEEK_CUR:
            offset += self._position
        elif whence == io.SEEK_END:
            offset += self._text_bytes()
        elif whence != io.SEEK_SET:
            raise ValueError(f"invalid whence: {whence}")
        offset = max(0, offset)
        if offset != self._position:
            self._move(offset)
        return self._position

    def close(self):
        self._stream = self._ranges = None
        self._window = b""
        super().close()

    # Bytes from the position on: at most `size`, at least one before the end.
    def _read(self, size):
        return self._read_stream(size) if self._stream is not None else self._read_range(size)

    def _begin_stream(self):
        self._stream = Decompressor(**self._options)
        self._input_ended = False

    def _read_stream(self, size):
        stream = self._stream
        if self._input_ended:
            return self._from_window(size)
        while not stream.eof:
            if stream.needs_input:
                data = self._file.read(_PIECE)
                if not data:
                    return self._read_rest(size)
            else:
                data = b""
            text = stream.decompress(data, size)
            if text:
                return text
        return b""

    # What a stream gives when no input follows: with several threads, or in CZIPv1, much.
    def _read_rest(self, size):
        self._window, self._window_start = self._stream.flush(), self._position
        self._input_ended = True
        return self._from_window(size)

    def _read_range(self, size):
        text = self._from_window(size)
        if text or self._position >= self._text_bytes():
            return text
        # The longer it goes on, the more at once, for each window may decode a block anew.
        self._window_bytes = min(max(self._window_bytes * 2, size), _MOST_WINDOW)
        self._window = self._ranges.read(self._position, self._window_bytes)
        self._window_start = self._position
        return self._from_window(size)

    def _from_window(self, size):
        begin = self._position - self._window_start
        return self._window[begin:begin + size] if begin >= 0 else b""

    def _text_bytes(self):
        if self._size is None:
            position = self._file.tell()
            try:
                self._file.seek(self._start)
                self._info = inspect(self._file)
            finally:
                self._file.seek(position)
            self._size = self._info.text_bytes
        return self._size

    def _move(self, offset):
        if self._window_start <= offset < self._window_start + len(self._window):
            self._position = offset
            return
        if self._go_by_ranges():
            self._window = b""
            self._window_bytes = max(1 << 16, self._block_bytes)
            self._position = min(offset, self._text_bytes())
            return
        if offset < self._position:
            self._file.seek(self._start)
            self._window, self._position = b"", 0
            self._begin_stream()
        while self._position < offset:
            data = self._read(min(offset - self._position, 1 << 20))
            if not data:
                break
            self._position += len(data)

    def _go_by_ranges(self):
        if self._ranges is None:
            self._file.seek(self._start)
            info = inspect(self._file)
            if info.format == 1 or info.text_bytes == 0:
                self._file.seek(self._start)
                self._stream, self._position = Decompressor(**self._options), 0
                self._window, self._input_ended = b"", False
                return False
            self._size = info.text_bytes
            self._block_bytes = -(-info.text_bytes // max(1, info.blocks))
            read_at, size = reader_at(self._file)
            self._ranges = RangeReader(read_at, size, **self._options)
            self._stream = None
        return True


class CzipFile(io.BufferedIOBase):
    """A compressed file as a binary file object, like gzip.GzipFile and lzma.LZMAFile.

    `file` is a path or a binary file object, which close() leaves open. `mode` is "r", "w", "x" or
    "a", each with or without "b"; "a" adds a frame. Reading takes `models`; writing `level`, `model`
    and `block_bytes`; both take `threads` and `memory_limit`.
    """

    def __init__(self, file, mode="r", *, level=None, model=None, models=(), threads=1,
                 block_bytes=0, memory_limit=0):
        self._file = self._buffer = self._compressor = None
        self._owns_file = False
        kind = mode.replace("b", "", 1)
        if kind not in ("r", "w", "x", "a"):
            raise ValueError(f"invalid mode: {mode!r}")
        if kind == "r" and (level is not None or model is not None or block_bytes != 0):
            raise ValueError("level, model and block_bytes are for writing; reading takes models")
        if kind != "r" and models:
            raise ValueError("models are for reading; writing takes model")
        if kind != "r":
            compressor = Compressor(level, model=model, threads=threads, block_bytes=block_bytes,
                                    memory_limit=memory_limit)
        if isinstance(file, (str, bytes, os.PathLike)):
            if kind == "a":
                _check_appendable(file, model)
            self._file, self._owns_file = builtins.open(file, kind + "b"), True
        elif hasattr(file, "read" if kind == "r" else "write"):
            self._file = file
        else:
            raise TypeError("file must be a path or a binary file object")
        if kind == "r":
            options = {"models": tuple(models), "threads": threads, "memory_limit": memory_limit}
            self._buffer = io.BufferedReader(_TextReader(self._file, options), _PIECE)
        else:
            self._compressor, self._written = compressor, 0
        self.mode = "rb" if kind == "r" else "wb"

    @property
    def name(self):
        return self._opened().name

    @property
    def closed(self):
        return self._file is None

    def close(self):
        """Writes what is left. May be called again."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            if self._compressor is not None:
                compressor, self._compressor = self._compressor, None
                file.write(compressor.flush())
            if self._buffer is not None:
                self._buffer.close()
        finally:
            self._buffer = None
            if self._owns_file:
                file.close()

    def fileno(self):
        return self._opened().fileno()

    def readable(self):
        self._opened()
        return self._buffer is not None

    def writable(self):
        self._opened()
        return self._compressor is not None

    def seekable(self):
        return self.readable() and self._buffer.seekable()

    def _opened(self):
        if self._file is None:
            raise ValueError("I/O operation on closed file")
        return self._file

    def _reading(self):
        if not self.readable():
            raise io.UnsupportedOperation("the file was not opened for reading")
        return self._buffer

    def peek(self, size=-1):
        """Text that comes next, without moving on."""
        return self._reading().peek(size)

    def read(self, size=-1):
        return self._reading().read(-1 if size is None else size)

    def read1(self, size=-1):
        return self._reading().read1(_PIECE if size < 0 else size)

    def readinto(self, buffer):
        return self._reading().readinto(buffer)

    def readinto1(self, buffer):
        return self._reading().readinto1(buffer)

    def readline(self, size=-1):
        return self._reading().readline(-1 if size is None else size)

    def __iter__(self):
        self._reading()
        return self

    def __next__(self):
        line = self._reading().readline()
        if not line:
            raise StopIteration
        return line

    def write(self, data):
        if not self.writable():
            raise io.UnsupportedOperation("the file was not opened for writing")
        with memoryview(data) as view:
            length = view.nbytes
        self._file.write(self._compressor.compress(data))
        self._written += length
        return length

    def seek(self, offset, whence=io.SEEK_SET):
        """Moves to an offset in the text. Decodes only what is needed, where the file allows it."""
        if not self._reading().seekable():
            raise io.UnsupportedOperation("the file below does not support seeking")
        return self._buffer.seek(offset, whence)

    def tell(self):
        self._opened()
        return self._buffer.tell() if self._buffer is not None else self._written


# A frame behind something that is none, such as recovery data, would never be read. Whether one behind
# this file would be is asked of the library, with a small one.
def _check_appendable(path, model):
    try:
        file = builtins.open(path, "rb")
    except FileNotFoundError:
        return
    with file:
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            return
        file.seek(0)
        info = inspect(file)
        read_at, _ = reader_at(file)
        if info.format == 1 or (model is not None and model.format == 1):
            raise UnsupportedError("CZIPv1 cannot be appended to")
        frame = compress(b"text", 1)

        def read_with_frame(offset, length):
            data = read_at(offset, length) if offset < size else b""
            begin = max(0, offset - size)
            return data + frame[begin:begin + length - len(data)]

        if inspect_source(read_with_frame, size + len(frame))["frames"] != info.frames + 1:
            raise UnsupportedError("something that is no frame follows the last one, such as recovery "
                                   "data: what is appended would not be read")


def open(file, mode="rb", *, encoding=None, errors=None, newline=None, **options):
    """Opens a compressed file in binary or text mode, like gzip.open() and lzma.open().

    `mode` is "r", "w", "x" or "a", with "b" (the default) or "t". `options` are those of CzipFile.
    """
    if "t" in mode:
        if "b" in mode:
            raise ValueError(f"invalid mode: {mode!r}")
    elif encoding is not None or errors is not None or newline is not None:
        raise ValueError("encoding, errors and newline are for text modes")
    binary = CzipFile(file, mode.replace("t", ""), **options)
    if "t" not in mode:
        return binary
    try:
        return io.TextIOWrapper(binary, io.text_encoding(encoding), errors, newline)
    except BaseException:
        binary.close()
        raise
