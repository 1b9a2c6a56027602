import os
from typing import Callable, Iterable, Optional, Union
from typing_extensions import Buffer

Progress = Optional[Callable[[int], object]]
Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

__version__: str
LEVEL_MIN: int
LEVEL_MAX: int
FLUSH_FRAME: int
FLUSH_FINISH: int

class Model:
    @staticmethod
    def builtin() -> Model: ...
    @staticmethod
    def open(path: Path, *, tokenizer: Optional[Path] = None) -> Model: ...
    @staticmethod
    def from_bytes(file: Buffer, *, tokenizer: Optional[Buffer] = None) -> Model: ...
    @property
    def format(self) -> int: ...
    @property
    def hash(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def license(self) -> str: ...
    @property
    def has_network(self) -> bool: ...
    @property
    def has_language_model(self) -> bool: ...

def compress(
    data: Buffer,
    level: Optional[int] = None,
    *,
    model: Optional[Model] = None,
    threads: int = 1,
    block_bytes: int = 0,
    memory_limit: int = 0,
    verify: bool = True,
    progress: Progress = None,
) -> bytes: ...
def decompress(
    data: Buffer,
    *,
    models: Iterable[Model] = (),
    threads: int = 1,
    memory_limit: int = 0,
    max_output: int = 0,
    progress: Progress = None,
) -> bytes: ...

class Compressor:
    def __init__(
        self,
        level: Optional[int] = None,
        *,
        model: Optional[Model] = None,
        threads: int = 1,
        block_bytes: int = 0,
        memory_limit: int = 0,
        verify: bool = True,
        progress: Progress = None,
    ) -> None: ...
    def compress(self, data: Buffer) -> bytes: ...
    def flush(self, mode: int = ...) -> bytes: ...

class Decompressor:
    def __init__(
        self,
        *,
        models: Iterable[Model] = (),
        threads: int = 1,
        memory_limit: int = 0,
        max_output: int = 0,
        progress: Progress = None,
    ) -> None: ...
    def decompress(self, data: Buffer, max_length: int = -1) -> bytes: ...
    def flush(self) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...

class RangeReader:
    def __init__(
        self,
        read_at: Callable[[int, int], Buffer],
        size: int,
        *,
        models: Iterable[Model] = (),
        threads: int = 1,
        memory_limit: int = 0,
    ) -> None: ...
    def read(self, start: int, length: int) -> bytes: ...

def inspect_bytes(file: Buffer) -> dict[str, Union[int, str, bool]]: ...
def inspect_source(read_at: Callable[[int, int], Buffer], size: int) -> dict[str, Union[int, str, bool]]: ...

def train(
    texts: Iterable[Buffer],
    *,
    records: Optional[str] = None,
    vocabulary: int = 0,
    prior_bytes: int = ...,
    epochs: int = 1,
    threads: int = 0,
    name: str = "",
    description: str = "",
    license: str = "",
    training_data: str = "",
    progress: Optional[Callable[[str, int, int], object]] = None,
) -> bytes: ...
