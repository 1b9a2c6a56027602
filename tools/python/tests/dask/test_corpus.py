"""czip.dask on clusters of several processes of this machine."""

import os
import pathlib
import random
import signal
import subprocess
import sys
import threading

import pytest
from distributed import Client, LocalCluster

import czip
import czip.dask
from czip.dask.files import WORK

PART = 30_000
LEVEL = 1


def cluster_of(folder, processes=2):
    return LocalCluster(n_workers=processes, threads_per_worker=1, processes=True,
                        dashboard_address=None, local_directory=str(folder))


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with cluster_of(tmp_path_factory.mktemp("cluster")) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture
def corpus(text, tmp_path):
    """Files of no, one and many parts, in folders."""
    source = tmp_path / "source"
    files = {"empty": b"", "short": b"to be", "a/long": text[:PART * 2 + 1], "a/b/c d": text[5:PART + 5],
             "a/whole parts": text[:PART * 2], "ä": os.urandom(1000)}
    for name, data in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    return source, files


def of_one_machine(data):
    """What this process makes of the text, without Dask."""
    parts = [data[at:at + PART] for at in range(0, max(1, len(data)), PART)]
    return b"".join(czip.compress(part, LEVEL) for part in parts)


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and WORK not in path.parts}


def check(out, files):
    assert tree(out) == {f"{name}.czip": of_one_machine(data) for name, data in files.items()}
    assert {path.name for path in (out / WORK).iterdir()} == {"files"}  # no parts, nothing unfinished


def run(client, source, out, **options):
    return czip.dask.compress(source, out, client=client, level=LEVEL, part_bytes=PART, **options)


def test_compress_test_and_restore(client, corpus, tmp_path):
    source, files = corpus
    out, back = tmp_path / "out", tmp_path / "back"
    report = run(client, source, out)
    assert report[:3] == (len(files), 0, sum(map(len, files.values()))) and not report.failed
    assert report.file_bytes == sum(map(len, tree(out).values()))
    check(out, files)
    assert run(client, source, out) == report._replace(skipped=len(files))

    tested = czip.dask.test(out, client=client, part_bytes=PART // 2)
    assert tested == report
    restored = czip.dask.restore(out, back, client=client, part_bytes=PART // 2)
    assert restored == report
    assert tree(back) == files
    assert czip.dask.restore(out, back, client=client, part_bytes=PART // 2).skipped == len(files)


def test_parts_are_frames_of_the_command(corpus):
    """A long file is also what `split | czip -c` makes, and what a stream with flushes does."""
    data = corpus[1]["a/long"]
    file = of_one_machine(data)
    compressor = czip.Compressor(LEVEL)
    streamed = b"".join(compressor.compress(data[at:at + PART]) + compressor.flush(czip.FLUSH_FRAME)
                        for at in range(0, len(data), PART)) + compressor.flush()
    assert streamed == file
    split = subprocess.run(["split", "-b", str(PART), f"--filter={os.environ['CZIP_COMMAND']} -1 -c"],
                           input=data, capture_output=True, check=True)
    assert split.stdout == file
    assert czip.decompress(file) == data


def test_what_changed_is_done_again(client, corpus, tmp_path):
    source, files = corpus
    out = tmp_path / "out"
    run(client, source, out)
    files["short"] = b"or not to be"
    (source / "short").write_bytes(files["short"])
    (out / "a/b/c d.czip").unlink()
    (out / "empty.czip").write_bytes(b"another size")
    assert run(client, source, out).skipped == len(files) - 3
    check(out, files)
    report = czip.dask.compress(source, out, client=client, level=2, part_bytes=PART)
    assert report.skipped == 0


def test_damage_is_reported_for_its_file(client, corpus, tmp_path):
    source, files = corpus
    out, back = tmp_path / "out", tmp_path / "back"
    run(client, source, out)
    path = out / "a/long.czip"
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    (out / "no czip").write_bytes(b"x")
    (out / "short.czip").write_bytes(b"no file of czip")
    for report in (czip.dask.test(out, client=client), czip.dask.restore(out, back, client=client)):
        assert set(report.failed) == {"a/long.czip", "no czip", "short.czip"}
        assert isinstance(report.failed["a/long.czip"], czip.DamagedError)
        assert isinstance(report.failed["short.czip"], czip.DamagedError)
        assert "does not end in .czip" in str(report.failed["no czip"])
        assert report.files == len(files) + 1
    assert tree(back) == {name: data for name, data in files.items() if name not in ("a/long", "short")}


def test_models(client, corpus, tmp_path, small_model):
    source, files = corpus
    model = os.path.join(os.environ["CZIP_SOURCE_DIR"], "models/small.czm")
    out, back = tmp_path / "out", tmp_path / "back"
    assert not czip.dask.compress(source, out, client=client, model=model).failed
    assert (out / "a/long.czip").read_bytes() == czip.compress(files["a/long"], model=small_model)
    assert isinstance(czip.dask.test(out, client=client).failed["a/long.czip"], czip.ModelError)
    assert not czip.dask.restore(out, back, client=client, model=model).failed
    assert tree(back) == files


def test_wrong_calls(client, corpus, tmp_path):
    source, _ = corpus
    for out in (source, source / "out"):
        with pytest.raises(ValueError, match="out must not be the folder source, nor in it"):
            run(client, source, out)
    with pytest.raises(ValueError, match="part_bytes"):
        czip.dask.test(source, client=client, part_bytes=0)
    with pytest.raises(FileNotFoundError):
        run(client, tmp_path / "missing", tmp_path / "out")


@pytest.fixture
def many(text, tmp_path):
    source, rng = tmp_path / "many", random.Random(7)
    source.mkdir()
    files = {}
    for index in range(60):
        at = rng.randrange(len(text) // 2)
        files[f"{index:03}"] = text[at:at + rng.choice([1000, 20_000, 45_000])] + b"%d" % index
        (source / f"{index:03}").write_bytes(files[f"{index:03}"])
    return source, files


def part_count(out):
    return sum(len(names) for _, _, names in os.walk(out / WORK / "parts"))  # which may vanish meanwhile


def test_workers_that_die(many, tmp_path):
    """Six workers are killed at random, each when some parts more are there."""
    source, files = many
    out, rng, killed, finished = tmp_path / "out", random.Random(1), [], threading.Event()
    with cluster_of(tmp_path / "cluster", 3) as cluster, Client(cluster) as client:

        def kill():
            while len(killed) < 6 and not finished.wait(0.01):
                if part_count(out) < 8 * (len(killed) + 1):
                    continue
                # Only those that work: one killed while it starts is not started again by Dask.
                pids = [worker.process.pid for worker in list(cluster.workers.values())
                        if worker.process and worker.worker_address in cluster.scheduler.workers]
                pids = [pid for pid in pids if pid and pid not in killed]
                if pids:
                    killed.append(rng.choice(pids))
                    try:
                        os.kill(killed[-1], signal.SIGKILL)
                    except ProcessLookupError:
                        pass

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            report = run(client, source, out)
        finally:
            finished.set()
            killer.join()
    assert len(killed) >= 3
    assert not report.failed
    check(out, files)


PROGRAM = """
import sys
from distributed import Client, LocalCluster
import czip.dask
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                      local_directory=sys.argv[3]) as cluster, Client(cluster) as client:
        czip.dask.compress(sys.argv[1], sys.argv[2], client=client, level=1, part_bytes=30_000)
"""


def test_a_scheduler_that_dies(client, many, tmp_path):
    """Client, scheduler and workers are killed at once; another cluster goes on with the parts."""
    source, files = many
    out, program = tmp_path / "out", tmp_path / "program.py"
    program.write_text(PROGRAM)
    first = subprocess.Popen([sys.executable, program, source, out, tmp_path / "cluster"],
                             start_new_session=True, stderr=subprocess.DEVNULL)
    while first.poll() is None and part_count(out) < 15:
        pass
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    made = tree(out)
    assert len(made) < len(files)
    assert all(data == of_one_machine(files[name[:-5]]) for name, data in made.items())
    parts = {path: path.stat().st_mtime_ns for path in (out / WORK / "parts").rglob("*") if path.is_file()}
    assert len(parts) >= 15
    seen = []
    original = czip.dask.corpus.Folder.remove_tree

    def keep(folder, name):  # before the parts are removed
        seen.extend(path for path, time in parts.items()
                    if path.exists() and path.stat().st_mtime_ns == time)
        original(folder, name)

    czip.dask.corpus.Folder.remove_tree = keep
    try:
        assert not run(client, source, out).failed
    finally:
        czip.dask.corpus.Folder.remove_tree = original
    assert set(seen) == set(parts)  # none was made anew
    check(out, files)


def test_command_line(client, corpus, tmp_path):
    source, files = corpus
    out, back = tmp_path / "out", tmp_path / "back"

    def command(*arguments):
        return subprocess.run([sys.executable, "-m", "czip.dask", "--scheduler", client.scheduler.address,
                               *map(str, arguments)], capture_output=True, text=True)

    done = command("compress", source, "-o", out, "-l", LEVEL, "--part-bytes", PART)
    assert done.returncode == 0 and done.stdout.startswith(f"{len(files)} files, 0 of them"), done.stderr
    check(out, files)
    assert command("test", out).returncode == 0
    assert command("restore", out, "-o", back).returncode == 0
    assert tree(back) == files
    pathlib.Path(out / "short.czip").write_bytes(b"damage")
    done = command("test", out)
    assert done.returncode == 1 and done.stderr.startswith("czip.dask: short.czip: DamagedError: ")
    assert command("compress", source).returncode == 2
