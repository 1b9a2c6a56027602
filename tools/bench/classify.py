#!/usr/bin/env python3
"""Compares czip classify and czip compare with gzip, on chapters of the King James Bible (public domain; Debian: bible-kjv).

Each of twelve books is a class; of its first chapters, the even ones train and the odd ones are to be classified. By
gzip in two ways: the book after which a chapter adds the fewest bytes (all training chapters in a row, of which gzip sees
the last 32 KB), and the book of the nearest training chapters by normalized compression distance (k = 1 and 3), as in Jiang
et al. 2023. Prints accuracy, processor seconds, and seconds for each pair of a text and a class or another text.
Usage: [CZIP=build/release/czip] classify.py [CHAPTERS of each book, 16]
"""
import collections
import gzip
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

BOOKS = ['Ge', 'Exo', '1Sm', 'Job', 'Psa', 'Prv', 'Isa', 'Jer', 'Mat', 'Luke', 'Acts', 'Rom']
CZIP = os.path.abspath(os.environ.get('CZIP', 'build/release/czip'))


def chapters(most):
    text = subprocess.run(['bible', '-f', 'gen1:1-rev22:21'], check=True, capture_output=True, text=True).stdout
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for line in text.splitlines():
        book, chapter, verse = re.fullmatch(r'([1-3]?[A-Za-z]+)(\d+):\d+ (.*)', line).groups()
        found[book][int(chapter)].append(verse)
    missing = [book for book in BOOKS if len(found[book]) < most]
    if missing:
        sys.exit(f'no {most} chapters of {missing}; there are {sorted(found)}')
    return {book: ['\n'.join(found[book][i + 1]) + '\n' for i in range(most)] for book in BOOKS}


def size(text):
    return len(gzip.compress(text.encode(), 9))


def report(name, right, seconds, pairs):
    print(f'| {name:<32} | {right:>9} | {seconds:8.2f} | {1000 * seconds / pairs:9.2f} |')


def by_gzip(train, tests):
    begin = time.process_time()
    whole = {book: ''.join(texts) for book, texts in train.items()}
    alone = {book: size(text) for book, text in whole.items()}
    right = sum(min(BOOKS, key=lambda b: size(whole[b] + text) - alone[b]) == book for book, text in tests)
    report('gzip, by class', f'{right} of {len(tests)}', time.process_time() - begin, len(tests) * len(BOOKS))

    begin = time.process_time()
    known = [(book, text, size(text)) for book in BOOKS for text in train[book]]
    right = collections.Counter()
    for book, text in tests:
        cost = size(text)
        near = sorted(((size(text + ' ' + other) - min(cost, c)) / max(cost, c), b) for b, other, c in known)
        for k in (1, 3):
            votes = collections.Counter(b for _, b in near[:k])
            right[k] += votes.most_common(1)[0][0] == book
    seconds = time.process_time() - begin
    for k in (1, 3):
        report(f'gzip, distances, k = {k}', f'{right[k]} of {len(tests)}', seconds, len(tests) * len(known))


def timed(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return json.loads(out), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def by_czip(train, tests, folder):
    files = []
    for book in BOOKS:
        for part, texts in (('train', train[book]), ('test', [t for b, t in tests if b == book])):
            os.makedirs(f'{folder}/{part}/{book}')
            for i, text in enumerate(texts):
                with open(f'{folder}/{part}/{book}/{i}', 'w', encoding='utf-8') as file:
                    file.write(text)
                if part == 'test':
                    files.append(f'{folder}/{part}/{book}/{i}')
    result, seconds = timed([CZIP, 'classify', '--json', '-T1', '--train', f'{folder}/train', *files])
    right = sum(text['class'] == text['name'].split('/')[-2] for text in result['texts'])
    report('czip classify', f'{right} of {len(files)}', seconds, len(files) * len(BOOKS))
    some = files[::4]
    _, seconds = timed([CZIP, 'compare', '--json', '-T1', *some])
    report(f'czip compare, {len(some)} texts', '-', seconds, len(some) * (len(some) - 1) // 2)


def main():
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    texts = chapters(most)
    train = {book: texts[book][1::2] for book in BOOKS}
    tests = [(book, text) for book in BOOKS for text in texts[book][0::2]]
    print(f'{len(tests)} texts, {len(BOOKS)} classes of {len(train[BOOKS[0]])} texts, '
          f'{sum(len(t) for _, t in tests) // len(tests)} bytes in a text\n')
    print('|                                  |     right |  seconds | ms a pair |')
    print('|----------------------------------|----------:|---------:|----------:|')
    by_gzip(train, tests)
    with tempfile.TemporaryDirectory() as folder:
        by_czip(train, tests, folder)


main()
