"""What a file says of itself."""

import os
import typing

from . import _czip


class Info(typing.NamedTuple):
    """What a compressed file says of itself; decoding checks it."""

    format: int  # 2 for CZIPv2, 1 for CZIPv1
    level: int  # of the first frame; 0 where it does not say
    is_archive: bool  # whether the text is a directory as `czip -r` packs it: a tar stream
    needs_model: bool  # whether any part was coded with a model
    text_bytes: int
    file_bytes: int  # up to the end of the last frame
    frames: int
    blocks: int
    model_hash: str  # 32, 8 or 6 hexadecimal digits of the first model needed; "" for none
    more_models: bool  # whether a later frame names another model


def reader_at(file):
    """read_at(offset, size) and the size of a seekable binary file object, from where it is."""
    start = file.tell()
    size = file.seek(0, os.SEEK_END) - start

    def read_at(offset, length):
        file.seek(start + offset)
        return file.read(length)

    return read_at, size


def inspect(file):
    """Reads and checks everything but the coded text of a path, bytes, or a seekable file object.

    Needs no model. Errors are as those of decompress().
    """
    if isinstance(file, (str, os.PathLike)):
        with open(file, "rb") as opened:
            return inspect(opened)
    if hasattr(file, "read") and hasattr(file, "seek"):
        position = file.tell()
        try:
            return Info(**_czip.inspect_source(*reader_at(file)))
        finally:
            file.seek(position)
    return Info(**_czip.inspect_bytes(file))
