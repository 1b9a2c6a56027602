"""Files of any file system that fsspec knows, which are there as a whole or not at all."""

import hashlib
import json
import os
import uuid

import fsspec


def filesystem(url):
    """The file system of a folder's URL or path, and its path there."""
    fs, path = fsspec.core.url_to_fs(os.fspath(url))
    return fs, path.rstrip("/")


class Folder:
    """A folder, by its URL: small, and made anew on each worker."""

    def __init__(self, url):
        self.url = os.fspath(url)
        self.fs, self.path = filesystem(url)

    def __reduce__(self):
        return Folder, (self.url,)

    def at(self, name):
        return f"{self.path}/{name}"

    def names(self):
        """Of all files in it, with their folders, in order; hidden folders of czip left out."""
        # What was listed before may have changed.
        self.fs.invalidate_cache()
        cut = len(self.path) + 1
        names = (path[cut:] for path in self.fs.find(self.path))
        return sorted(name for name in names if name and not name.startswith(WORK + "/"))

    def identity(self, name):
        """Size, and a text that changes when the file does, as far as the file system tells."""
        info = self.fs.info(self.at(name))
        changes = {key: str(info[key]) for key in ("mtime", "LastModified", "ETag", "etag", "md5Hash",
                                                   "updated", "created") if key in info}
        return info["size"], json.dumps(changes, sort_keys=True)

    def exists(self, name):
        self.fs.invalidate_cache()
        return self.fs.exists(self.at(name))

    def size(self, name):
        self.fs.invalidate_cache()
        return self.fs.size(self.at(name))

    def open(self, name):
        return self.fs.open(self.at(name), "rb")

    def read(self, name, start=0, length=None):
        with self.open(name) as file:
            file.seek(start)
            return file.read() if length is None else file.read(length)

    def write(self, name, pieces):
        """Writes bytes under another name, then renames: whoever finds the name finds all of it."""
        path = self.at(name)
        self.fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        unfinished = self.at(f"{WORK}/unfinished/{uuid.uuid4().hex}")
        self.fs.makedirs(unfinished.rsplit("/", 1)[0], exist_ok=True)
        local = self.fs.protocol in ("file", ("file", "local"))
        with self.fs.open(unfinished, "wb") as file:
            for piece in pieces:
                file.write(piece)
            if local:
                file.flush()
                os.fsync(file.fileno())
        if local:
            os.replace(unfinished, path)  # fsspec's mv copies where it must not
        else:
            self.fs.mv(unfinished, path)

    def remove_tree(self, name):
        self.fs.invalidate_cache()
        if self.fs.exists(self.at(name)):
            self.fs.rm(self.at(name), recursive=True)


# Of the folder that a run writes to: parts and notes.
WORK = ".czip-dask"


def hash_of(*values):
    digest = hashlib.blake2b(digest_size=16)
    for value in values:
        data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()
