"""czip: lossless compression of text, of which every bit is reproducible.

    import czip
    file = czip.compress(b"to be, or not to be: that is the question")
    assert czip.decompress(file) == b"to be, or not to be: that is the question"

A compressed file is the same on every machine, for any number of threads, and byte for byte what the
command czip writes. Any bytes are a text. Everything that codes releases the GIL, and Ctrl-C ends it.
"""

from ._czip import (FLUSH_FINISH, FLUSH_FRAME, LEVEL_MAX, LEVEL_MIN, Compressor, Decompressor, Model,
                    RangeReader, __version__, compress, decompress, train)
from .errors import (CancelledError, CzipError, DamagedError, InternalError, LimitError, ModelError,
                     ReadError, TruncatedError, UnsupportedError)
from .file import CzipFile, open
from .info import Info, inspect

__all__ = [
    "FLUSH_FINISH", "FLUSH_FRAME", "LEVEL_MAX", "LEVEL_MIN",
    "CancelledError", "Compressor", "CzipError", "CzipFile", "DamagedError", "Decompressor", "Info",
    "InternalError", "LimitError", "Model", "ModelError", "RangeReader", "ReadError",
    "TruncatedError", "UnsupportedError", "__version__", "compress", "decompress", "inspect", "open",
    "train",
]
