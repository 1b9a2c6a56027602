"""Compresses, tests and restores folders of files on a Dask cluster.

    from dask.distributed import Client
    import czip.dask
    report = czip.dask.compress("s3://texts", "s3://compressed", client=Client(ADDRESS))

A file of up to part_bytes becomes what czip.compress() makes of it. A longer one is cut into parts of
that size, each a frame of its own: the file is the parts' czip.compress() one after another, whatever
the cluster. Finished parts are kept under names that hash their text, so that a run that was killed
goes on where it was; every file is written under another name and then renamed.
"""

try:
    import distributed as _distributed  # noqa: F401
    import fsspec as _fsspec  # noqa: F401
except ImportError as error:
    raise ImportError("czip.dask needs distributed and fsspec: pip install 'czip[dask]', or Debian's "
                      "python3-distributed and python3-fsspec") from error

from .corpus import PART_BYTES, Report, compress, restore, test

__all__ = ["PART_BYTES", "Report", "compress", "restore", "test"]
