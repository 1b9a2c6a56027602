"""Models that Python makes are those of the command."""

import os
import subprocess

import pytest

import czip


@pytest.fixture(scope="module")
def texts(text):
    half = len(text) // 2
    return [text[:half], text[half:]]


@pytest.mark.parametrize("records", [None, "lines"])
def test_the_same_bytes_as_the_command(tmp_path, texts, records):
    files = [tmp_path / "a", tmp_path / "b"]
    for file, part in zip(files, texts):
        file.write_bytes(part)
    options = ["--records", records] if records else []
    subprocess.run([os.environ["CZIP_COMMAND"], "train", *options, "--vocabulary", "600", "--epochs", "0",
                    "--name", "trial", "-q", "-o", tmp_path / "made.czm", *files], check=True)
    seen = []
    model = czip.train(texts, records=records, vocabulary=600, epochs=0, name="trial",
                       progress=lambda *report: seen.append(report))
    assert model == (tmp_path / "made.czm").read_bytes()
    assert {stage.split(":")[0] for stage, _, _ in seen} & {"tokenizer", "tokens", "prior", "mixer"}
    assert all(0 <= done <= total for _, done, total in seen)


def test_a_model_codes_its_kind_of_text_better(text):
    rows = b"".join(b'{"id": %d, "name": "item %d", "in stock": true}\n' % (n, n * 7) for n in range(3000))
    model = czip.Model.from_bytes(czip.train([memoryview(rows)], records="jsonl", epochs=0))
    row = b'{"id": 4711, "name": "item 32977", "in stock": true}\n'
    file = czip.compress(row, model=model)
    assert czip.decompress(file, models=[model]) == row
    assert len(file) < len(czip.compress(row))
    with pytest.raises(czip.ModelError):
        czip.decompress(file)


def test_the_progress_callback_can_end_it(text):
    def stop(stage, done, total):
        raise RuntimeError("enough of " + stage)

    with pytest.raises(RuntimeError, match="enough of "):
        czip.train([text], vocabulary=300, epochs=0, progress=stop)


def test_refusals(text):
    with pytest.raises(ValueError, match="records must be"):
        czip.train([text], records="words")
    with pytest.raises(ValueError, match="vocabulary"):
        czip.train([text], vocabulary=9000)
    with pytest.raises(ValueError):
        czip.train([])
    with pytest.raises(ValueError):
        czip.train([b""])
    with pytest.raises(TypeError):
        czip.train(["not bytes"])
    with pytest.raises(TypeError):
        czip.train(text)  # bytes, whose items are numbers
