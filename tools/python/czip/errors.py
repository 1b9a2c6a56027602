"""What goes wrong. CzipError and its subclasses have `code`, one of czip.h's."""

__all__ = [
    "CancelledError", "CzipError", "DamagedError", "InternalError", "LimitError", "ModelError",
    "ReadError", "TruncatedError", "UnsupportedError",
]


class CzipError(Exception):
    """An error of czip. `code` says which, as czip_status of czip.h."""

    code = 0


class ReadError(CzipError, OSError):
    """A file could not be read (CZIP_ERROR_IO)."""

    code = 2


class CancelledError(CzipError):
    """The object was cancelled by an earlier call that was interrupted."""

    code = 4


class LimitError(CzipError):
    """Takes more memory or makes more text than memory_limit or max_output allow."""

    code = 5


class DamagedError(CzipError):
    """The data contradict themselves: they are damaged, or no file of czip."""

    code = 10


class TruncatedError(DamagedError, EOFError):
    """The data end too early."""

    code = 11


class UnsupportedError(CzipError):
    """Well formed, but this czip does not know or have it."""

    code = 12


class ModelError(CzipError):
    """Was made with a model that is not at hand."""

    code = 20


class InternalError(CzipError):
    """A defect of czip: please report it."""

    code = 30


_OUT_OF_MEMORY, _INVALID_ARGUMENT = 3, 1
_CLASSES = {
    cls.code: cls
    for cls in (ReadError, CancelledError, LimitError, DamagedError, TruncatedError,
                UnsupportedError, ModelError, InternalError)
}


def of_status(status, message):
    """The exception of a czip_status: for _czip."""
    if status == _OUT_OF_MEMORY:
        return MemoryError(message)
    if status == _INVALID_ARGUMENT:
        return ValueError(message)
    error = _CLASSES.get(status, CzipError)(message)
    error.code = status
    return error
