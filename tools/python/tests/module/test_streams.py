"""Compressor, Decompressor, threads, progress and Ctrl-C."""

import gc
import subprocess
import sys
import threading

import pytest

import czip


def streamed(text, size, *args, **options):
    compressor = czip.Compressor(*args, **options)
    pieces = [compressor.compress(text[at:at + size]) for at in range(0, len(text), size)]
    return b"".join(pieces) + compressor.flush()


@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_compress_in_pieces(text, size):
    text = text[:2000] if size == 1 else text
    file = streamed(text, size)
    assert file == streamed(text, 777, threads=2)
    assert czip.decompress(file) == text


@pytest.mark.parametrize("size, most", [(1, -1), (1, 1), (100, 7), (1 << 20, 1000), (1 << 20, -1)])
def test_decompress_in_pieces(text, size, most):
    text = text[:5000]
    file = czip.compress(text)
    decompressor = czip.Decompressor()
    result = b""
    for at in range(0, len(file), size):
        piece = decompressor.decompress(file[at:at + size], most)
        result += piece
        while not decompressor.needs_input:
            piece = decompressor.decompress(b"", most)
            assert most < 0 or len(piece) <= most
            result += piece
    assert not decompressor.eof
    assert result + decompressor.flush() == text
    assert decompressor.eof and not decompressor.needs_input
    assert decompressor.flush() == b""
    with pytest.raises(EOFError):
        decompressor.decompress(b"more")


def test_text_is_given_as_soon_as_it_is_there(text):
    compressor, decompressor = czip.Compressor(), czip.Decompressor()
    for message in (b"hello", text[:1000], b"", b"bye"):
        packet = compressor.compress(message) + compressor.flush(czip.FLUSH_FRAME)
        assert decompressor.decompress(packet) == message
    decompressor.decompress(compressor.flush())
    assert decompressor.flush() == b""


def test_a_compressor_begins_another_file(text):
    compressor = czip.Compressor(3)
    files = [compressor.compress(text) + compressor.flush() for _ in range(2)]
    assert files[0] == files[1] == streamed(text, 1000, 3)


def test_what_follows_the_file(text):
    file = czip.compress(text)
    decompressor = czip.Decompressor()
    assert decompressor.decompress(file + b"and more" * 10_000) == text
    assert decompressor.eof


def test_cut_and_damaged_streams(text):
    file = czip.compress(text)
    decompressor = czip.Decompressor()
    decompressor.decompress(file[:-1])
    for _ in range(2):
        with pytest.raises(czip.TruncatedError):
            decompressor.flush()
    decompressor = czip.Decompressor()
    with pytest.raises(czip.DamagedError):
        decompressor.decompress(b"this is not a file of czip")
    with pytest.raises(czip.DamagedError):
        decompressor.decompress(file)
    with pytest.raises(czip.LimitError):
        czip.Decompressor(max_output=100).decompress(file)


def test_threads_at_once(text):
    """A result that every thread has to wait for can only come if all of them code at once."""
    count = 4
    barrier = threading.Barrier(count, timeout=300)
    results = []

    def work():
        waited = []

        def progress(_):
            if not waited:
                waited.append(True)
                barrier.wait()  # inside compress(), in all threads

        results.append(czip.compress(text, 1, progress=progress))

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [czip.compress(text, 1)] * count


def test_python_goes_on_while_it_codes(text):
    """Without a callback: another thread of Python runs for long while this one is in the call."""
    entered, done = threading.Event(), []

    def work():
        entered.set()
        done.append(czip.compress(text))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)  # what little runs before the call ends soon
    try:
        thread = threading.Thread(target=work)
        thread.start()
        entered.wait()
        counted = 0
        while not done:
            counted += 1
        thread.join()
    finally:
        sys.setswitchinterval(before)
    assert counted > 100_000
    assert czip.decompress(done[0]) == text


def test_one_object_in_two_threads(text):
    compressor = czip.Compressor(progress=lambda done: compressor.compress(b"again"))
    with pytest.raises(RuntimeError, match="in use"):
        compressor.compress(text)
        compressor.flush()


def test_progress(text):
    seen = []
    me = threading.get_ident()

    def progress(done):
        assert threading.get_ident() == me
        seen.append(done)

    file = czip.compress(text, threads=2, progress=progress)
    assert seen == sorted(seen) and seen[-1] == len(text)
    seen.clear()
    czip.decompress(file, threads=2, progress=progress)
    assert seen == sorted(seen) and seen[-1] == len(text)


class Enough(Exception):
    pass


def stop(_):
    raise Enough


def test_progress_cancels(text):
    file = czip.compress(text)
    for call in (lambda: czip.compress(text, progress=stop), lambda: czip.decompress(file, progress=stop)):
        with pytest.raises(Enough):
            call()
    compressor = czip.Compressor(progress=stop)
    with pytest.raises(Enough):
        compressor.compress(text)
        compressor.flush()
    with pytest.raises(czip.CancelledError):
        compressor.flush()


INTERRUPTED = """
import os, signal, sys, threading
import czip
text = sys.stdin.buffer.read()
main = threading.get_ident()
def interrupt():
    while sys._current_frames()[main].f_lineno != LINE:
        pass
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    czip.compress(text, 9, threads=THREADS)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("threads", ["1", "2"])
def test_ctrl_c(text, threads):
    line = INTERRUPTED.split("\n").index("    czip.compress(text, 9, threads=THREADS)") + 1
    code = INTERRUPTED.replace("LINE", str(line)).replace("THREADS", threads)
    # Many minutes, if it goes on.
    done = subprocess.run([sys.executable, "-c", code], input=text * 400, capture_output=True)
    assert done.returncode == 0 and done.stdout == b"stopped\n", done.stderr


def test_a_stream_may_be_left(text):
    for _ in range(20):
        czip.Compressor(9, progress=lambda done: None).compress(text)
        czip.Decompressor().decompress(czip.compress(text)[:500])
    gc.collect()
    code = "import czip; c = czip.Compressor(progress=print); c.compress(b'text' * 10000)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
