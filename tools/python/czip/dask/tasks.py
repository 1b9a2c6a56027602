"""What workers do. Each task may run twice, or at once on two workers: the result is the same."""

import functools
import json
import typing

import fsspec

import czip

from ..info import reader_at
from .files import WORK, hash_of


class Settings(typing.NamedTuple):
    """Of a run: what decides the bytes of its results."""

    version: str
    level: typing.Optional[int]
    model: typing.Optional[str]  # URL of a file that every worker can read; None is the one built in
    model_hash: str
    part_bytes: int


@functools.lru_cache(maxsize=2)
def load_model(url):
    if url is None:
        return czip.Model.builtin()
    with fsspec.open(url, "rb") as file:
        return czip.Model.from_bytes(file.read())


def _model(settings):
    if settings.version != czip.__version__:
        raise RuntimeError(f"this worker has czip {czip.__version__}, the client {settings.version}")
    model = load_model(settings.model)
    if model.hash != settings.model_hash:
        raise czip.ModelError(f"this worker has the model {model.hash} as {settings.model or 'built in'}, "
                              f"the client {settings.model_hash}")
    return model


def _models(settings):
    return () if settings.model is None else (_model(settings),)


def part_name(key):
    return f"{WORK}/parts/{key[:2]}/{key}"


def compress_part(settings, source, name, start, length, out):
    """Makes a frame of a part of a text; returns the name of the part's key in `out`."""
    model = _model(settings)
    text = source.read(name, start, length)
    if len(text) != length:
        raise OSError(f"{source.at(name)} became shorter while it was read")
    key = hash_of(settings, text)
    if not out.exists(part_name(key)):
        out.write(part_name(key), [czip.compress(text, settings.level, model=model)])
    return key


def restore_part(settings, source, name, start, length, out):
    """Decodes a part of a text; returns its key in `out`."""
    key = hash_of("text", settings, source.url, name, source.identity(name), start, length)
    if not out.exists(part_name(key)):
        out.write(part_name(key), [_decode(settings, source, name, start, length)])
    return key


def test_part(settings, source, name, start, length, _out):
    """Decodes a part of a text, and checks it."""
    _decode(settings, source, name, start, length)
    return ""


def _decode(settings, source, name, start, length):
    with source.open(name) as file:
        if czip.inspect(file).format == 1:
            text = czip.decompress(file.read(), models=_models(settings))
        else:
            read_at, size = reader_at(file)
            text = czip.RangeReader(read_at, size, models=_models(settings)).read(start, length)
    if len(text) != length:
        raise czip.DamagedError(f"{source.at(name)}: {len(text)} bytes of text from byte {start} on, "
                                f"not {length}")
    return text


def join(out, name, keys, note):
    """Puts the parts together as the file `name`, and notes of what it was made."""
    out.write(name, (out.read(part_name(key)) for key in keys))
    size = out.size(name)
    out.write(note_name(name), [json.dumps({"made_of": note, "size": size}).encode()])
    return size


def note_name(name):
    return f"{WORK}/files/{hash_of(name)}.json"


def is_made(out, name, note):
    """Whether `name` is there, and of what `note` says."""
    if not out.exists(note_name(name)) or not out.exists(name):
        return False
    known = json.loads(out.read(note_name(name)))
    return known == {"made_of": note, "size": out.size(name)}
