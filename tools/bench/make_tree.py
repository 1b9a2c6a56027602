#!/usr/bin/env python3
"""Makes a tree of files with odd names out of texts, the same each time, or changes it.

Usage: make_tree.py new TREE FILES TEXT...   pieces of the texts; TREE must not exist
       make_tree.py change TREE SEED         changes one file in 50, and adds and removes some
"""
import os
import random
import sys

LONG = 250
KINDS = [
    b'plain-%d.txt', b'with space %d', b'new\nline-%d', b'-option-%d', b'quote\'"`$(x)-%d', b'back\\slash-%d',
    b'latin-\xe9\xff-%d', b'\xc3\xbcnicode-\xe6\xbc\xa2-%d.md', b'tab\t-%d', b'*glob[%d]?', b'.hidden-%d', b'trailing-dot-%d.',
]


def name_of(number):
    if number % 40 == 7:
        return (b'%d-' % number).ljust(LONG, b'n')
    return KINDS[number % len(KINDS)] % number


def new(tree, count, texts):
    chance = random.Random(1)
    source = b''.join(open(text, 'rb').read() for text in texts)
    place = 0
    made = []
    for number in range(count):
        folder = os.path.join(tree, b'folder %d' % (number % 23), *[b'deeper'] * (number % 4))
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name_of(number))
        kind = number % 50
        if kind == 11 and made:
            os.symlink(os.path.relpath(made[-1], folder), path)
            continue
        if kind == 12 and made:
            os.link(made[-1], path)
            continue
        if kind == 13:
            content = b''
        elif kind == 14 and made:
            content = open(chance.choice(made), 'rb').read()
        else:
            size = int(50 * 400 ** chance.random())
            if place + size > len(source):
                place = 0
            content = source[place:place + size]
            place += size
        with open(path, 'wb') as file:
            file.write(content)
        when = {15: -315619200, 16: 2272147200}.get(kind, 1700000000 + number)  # 1960, 2042
        os.utime(path, (when, when))
        made.append(path)


def change(tree, seed):
    chance = random.Random(seed)
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(tree) for name in names)
    files = [file for file in files if not os.path.islink(file)]
    for number, file in enumerate(chance.sample(files, len(files) // 50)):
        if number % 5 == 0:
            os.remove(file)
        elif number % 5 == 1:
            with open(file + b'.new', 'wb') as added:
                added.write(open(chance.choice(files[:5]), 'rb').read()[::-1])
        else:
            with open(file, 'ab') as changed:
                changed.write(b'A line of version %d.\n' % seed)


if sys.argv[1:2] == ['new']:
    new(os.fsencode(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
elif sys.argv[1:2] == ['change']:
    change(os.fsencode(sys.argv[2]), int(sys.argv[3]))
else:
    sys.exit(__doc__)
