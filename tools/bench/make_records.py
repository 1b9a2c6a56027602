#!/usr/bin/env python3
"""Makes short texts of three kinds for records_benchmark: messages, logs and rows of JSON.

    make_records.py FOLDER TEXT...

Messages are the paragraphs and sentences of the texts that have 20 to 500 bytes. Logs and rows are
made up: their words are those of the texts, their numbers random. Of each kind, FOLDER/KIND.train
has one half and KIND.test the other, one in each line. The same texts and Python give the same.
"""
import json
import pathlib
import random
import re
import sys

COUNT = 8000
SEED = 1


def messages(text, rng):
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        paragraph = " ".join(paragraph.split())
        parts = [paragraph] if len(paragraph) <= 500 else re.split(r"(?<=[.!?]) ", paragraph)
        found += [part for part in parts if 20 <= len(part.encode()) <= 500]
    rng.shuffle(found)
    return found


def address(rng):
    return ".".join(str(rng.randrange(1, 255)) for _ in range(4))


def log_message(words, rng, program, seconds):
    word = lambda: rng.choice(words)
    port = rng.randrange(1024, 65535)
    if program == "sshd":
        return rng.choice([
            f"Failed password for invalid user {word()} from {address(rng)} port {port} ssh2",
            f"Accepted publickey for deploy from {address(rng)} port {port} ssh2",
            f"Connection closed by {address(rng)} port {port} [preauth]"])
    if program == "nginx":
        return (f'{address(rng)} - - "GET /{word()}/{word()}?id={rng.randrange(100000)} HTTP/1.1" '
                f"{rng.choice([200, 200, 200, 304, 404, 500])} {rng.randrange(200, 90000)}")
    if program == "kernel":
        return f"[{seconds // 3}.{rng.randrange(10**6):06}] {word()}: {word()} {word()} ({word()})"
    if program == "cron":
        return f"(root) CMD (/usr/local/bin/{word()} --{word()}={rng.randrange(1000)})"
    if program == "postgres":
        return (f"LOG:  duration: {rng.randrange(2000)}.{rng.randrange(1000):03} ms  statement: "
                f"SELECT {word()} FROM {word()} WHERE id = {rng.randrange(10**6)}")
    return (f'level={rng.choice(["info", "info", "warn", "error"])} msg="{word()} {word()} {word()}" '
            f"request_id={rng.getrandbits(32):08x} took={rng.randrange(3000)}ms")


def logs(words, rng):
    lines = []
    seconds = 0
    programs = ["sshd", "nginx", "kernel", "cron", "postgres", "app-server"]
    for _ in range(COUNT):
        seconds += rng.randrange(30)
        program = rng.choice(programs)
        time = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        lines.append(f"Mar {1 + seconds // 86400:2} {time} web-{rng.randrange(12):02} "
                     f"{program}[{rng.randrange(300, 32000)}]: "
                     + log_message(words, rng, program, seconds))
    return lines


def rows(words, rng):
    return [json.dumps({
        "id": 100000 + i,
        "user": rng.choice(words) + str(rng.randrange(100)),
        "time": f"2026-03-{1 + i // 400:02}T{rng.randrange(24):02}:{rng.randrange(60):02}:00Z",
        "event": rng.choice(["click", "view", "purchase", "login", "logout"]),
        "amount": rng.randrange(20000) / 100,
        "tags": [rng.choice(words), rng.choice(words)],
        "ok": rng.random() < 0.9}, separators=(",", ":")) for i in range(COUNT)]


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    rng = random.Random(SEED)
    text = "\n\n".join(pathlib.Path(name).read_bytes().replace(b"\0", b"\n\n").decode("utf-8", "ignore")
                       for name in sys.argv[2:])
    words = re.findall(r"\b[a-z]{3,10}\b", text)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for kind, lines in (("messages", messages(text, rng)), ("logs", logs(words, rng)),
                        ("rows", rows(words, rng))):
        half = len(lines) // 2
        (folder / f"{kind}.train").write_text("\n".join(lines[:half]) + "\n")
        (folder / f"{kind}.test").write_text("\n".join(lines[half:]) + "\n")


if __name__ == "__main__":
    main()
