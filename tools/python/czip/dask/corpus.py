"""Runs over folders: which tasks there are, and when."""

import typing
import uuid

import distributed

import czip

from . import tasks
from .files import WORK, Folder, hash_of

# 64 MiB: a multiple of every level's blocks, so that parts cost hardly more than one frame would.
PART_BYTES = 64 << 20
_SUFFIX = ".czip"


class Report(typing.NamedTuple):
    """What a run has done. `failed` has the exception of each file that was not."""

    files: int
    skipped: int  # of these, those that an earlier run had finished
    text_bytes: int
    file_bytes: int
    failed: typing.Dict[str, BaseException]


class _File:
    """One file's parts, some of which are being worked on."""

    def __init__(self, name, result, text_bytes, note):
        self.name, self.result, self.text_bytes, self.note = name, result, text_bytes, note
        self.file_bytes = 0  # where it is known before
        self.has_parts = True
        self.keys = {}


class _Run:
    def __init__(self, client, settings, source, out, part_task, retries):
        self.client, self.settings, self.source, self.out = client, settings, source, out
        self.part_task, self.retries = part_task, retries
        self.text_bytes = self.file_bytes = self.skipped = 0
        self.failed = {}

    def do(self, files):
        """Works on all files, a few tasks ahead of what the cluster has threads for."""
        work = self._tasks(files)
        waiting = distributed.as_completed(with_results=False)
        running = {}  # the future's key: its task and how often it was tried

        def start(task, tries):
            future = self.client.submit(*task[1:], key=f"czip-{uuid.uuid4().hex}", pure=False)
            running[future.key] = (task, tries)
            waiting.add(future)

        def fill():
            most = 2 * max(1, sum(self.client.nthreads().values())) + 2
            while len(running) < most:
                task = next(work, None)
                if task is None:
                    return
                start(task, 0)

        fill()
        while running:
            future = next(waiting)
            task, tries = running.pop(future.key)
            error = future.exception() if future.status == "error" else None
            if future.status == "finished":
                for more in task[0](future.result()):
                    start(more, 0)
            elif _lost(future, error) and tries < self.retries:
                start(task, tries + 1)
            else:
                name = task[0].file.name
                self.failed.setdefault(name, error or RuntimeError(f"the task was {future.status}"))
            fill()

    def _tasks(self, files):
        for file in files:
            step = self.settings.part_bytes if file.has_parts else max(1, file.text_bytes)
            starts = range(0, max(1, file.text_bytes), step)
            for index, start in enumerate(starts):
                if file.name in self.failed:  # a damaged file may claim any number of parts
                    break
                length = min(step, file.text_bytes - start)
                yield (_PartDone(self, file, index, len(starts)), self.part_task, self.settings,
                       self.source, file.name, start, length, self.out)

    def report(self, files):
        return Report(files, self.skipped, self.text_bytes, self.file_bytes, self.failed)


class _PartDone:
    def __init__(self, run, file, index, count):
        self.run, self.file, self.index, self.count = run, file, index, count

    def __call__(self, key):
        file, run = self.file, self.run
        file.keys[self.index] = key
        if len(file.keys) < self.count:
            return
        keys = [file.keys[index] for index in range(self.count)]
        if run.out is not None:
            yield _Joined(run, file), tasks.join, run.out, file.result, keys, file.note
        else:
            _Joined(run, file)(file.file_bytes)


class _Joined:
    def __init__(self, run, file):
        self.run, self.file = run, file

    def __call__(self, size):
        self.run.text_bytes += self.file.text_bytes
        self.run.file_bytes += self.file.file_bytes or size
        return ()


# Workers died with the task, or the scheduler forgot it: neither says that the task is at fault.
def _lost(future, error):
    return future.status in ("lost", "cancelled") or isinstance(error, distributed.KilledWorker)


def _settings(level, model, part_bytes):
    if part_bytes < 1:
        raise ValueError(f"part_bytes must be at least 1, not {part_bytes}")
    return tasks.Settings(czip.__version__, level, model, tasks.load_model(model).hash, part_bytes)


def compress(source, out, *, client=None, level=None, model=None, part_bytes=PART_BYTES, retries=20):
    """Compresses every file in the folder `source` to one in `out` with .czip behind its name.

    Folders are paths or URLs of fsspec that every worker can read and write, and so is `model`, a
    model file. What is there of an earlier run is not done again, unless the file has changed since.
    A task whose worker dies is tried anew, `retries` times. Returns a Report.
    """
    settings = _settings(level, model, part_bytes)
    return _convert(source, out, client, settings, tasks.compress_part, retries, _plan_compress)


def restore(source, out, *, client=None, model=None, part_bytes=PART_BYTES, retries=20):
    """Restores every file of czip in the folder `source` to one in `out`. As compress()."""
    settings = _settings(None, model, part_bytes)
    return _convert(source, out, client, settings, tasks.restore_part, retries, _plan_decode)


def test(source, *, client=None, model=None, part_bytes=PART_BYTES, retries=20):
    """Decodes and checks every file of czip in the folder `source`, and writes nothing."""
    source, settings = Folder(source), _settings(None, model, part_bytes)
    run = _Run(_client(client), settings, source, None, tasks.test_part, retries)
    files, names = _plan(run, _plan_decode)
    run.do(files)
    return run.report(names)


def _convert(source, out, client, settings, part_task, retries, plan):
    source, out = Folder(source), Folder(out)
    if f"{out.path}/".startswith(f"{source.path}/") and type(source.fs) is type(out.fs):
        raise ValueError("out must not be the folder source, nor in it")
    run = _Run(_client(client), settings, source, out, part_task, retries)
    files, names = _plan(run, plan)
    remaining = []
    for file in files:
        if tasks.is_made(out, file.result, file.note):
            run.skipped += 1
            _Joined(run, file)(out.size(file.result))
        else:
            remaining.append(file)
    run.do(remaining)
    if not run.failed:
        out.remove_tree(f"{WORK}/parts")
    out.remove_tree(f"{WORK}/unfinished")
    return run.report(names)


def _client(client):
    return distributed.get_client() if client is None else client


# The files, and how many names there are; what cannot be read fails alone.
def _plan(run, plan):
    if not run.source.fs.isdir(run.source.path):
        raise FileNotFoundError(f"no such folder: {run.source.url}")
    files = []
    names = run.source.names()
    for name in names:
        try:
            file = plan(run, name)
        except (czip.CzipError, OSError) as error:
            run.failed[name] = error
            continue
        if file is not None:
            files.append(file)
    return files, len(names)


def _plan_compress(run, name):
    size, changes = run.source.identity(name)
    return _File(name, name + _SUFFIX, size, hash_of(run.settings, name, size, changes))


def _plan_decode(run, name):
    if not name.endswith(_SUFFIX):
        raise czip.UnsupportedError(f"{name} does not end in {_SUFFIX}")
    size, changes = run.source.identity(name)
    with run.source.open(name) as opened:
        info = czip.inspect(opened)
    note = hash_of("text", run.settings, name, size, changes)
    file = _File(name, name[:-len(_SUFFIX)], info.text_bytes, note)
    file.file_bytes = size
    if info.format == 1:  # which has no parts
        file.has_parts = False
    return file
