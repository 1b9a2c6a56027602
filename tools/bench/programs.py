"""The programs that bench.py compares: how each packs ./in to ./packed and restores it to ./out, on one thread."""
import re
import shutil
import subprocess
from dataclasses import dataclass


@dataclass
class Program:
    name: str
    command: str  # what must be installed
    package: str  # Debian's; empty for czip itself
    pack: list  # arguments; standard input is ./in, standard output ./packed, unless `makes` names a file
    unpack: list  # arguments; standard input is ./packed, unless `makes` names a file, and standard output ./out
    version: list = ('--version',)
    makes: str = ''  # archivers write and read a file of this name instead of ./packed
    restores: bool = False  # whether unpacking writes ./out itself, not to standard output


def czip(path, level):
    # Decoding each block again would be counted as compressing, which no other program does.
    pack = ['-c', '-q', '-T1', '--no-verify', f'-{level}']
    return Program(f'czip -{level}', path, '', pack, ['-d', '-c', '-q', '-T1'])


def streaming(name, package, pack, unpack=('-d', '-c')):
    command = name.split()[0]
    return Program(name, command, package, pack, list(unpack))


def peers():
    # 7zz is 7-Zip's own, 7z also that of the older p7zip.
    seven = shutil.which('7zz') or '7z'
    return [
        streaming('gzip -9', 'gzip', ['-9', '-n', '-c']),
        streaming('zstd -3', 'zstd', ['-q', '--single-thread', '-3', '-c'], ['-q', '-d', '-c']),
        streaming('zstd -19', 'zstd', ['-q', '--single-thread', '-19', '-c'], ['-q', '-d', '-c']),
        streaming('zstd -22', 'zstd', ['-q', '--single-thread', '--ultra', '-22', '-c'], ['-q', '-d', '-c']),
        streaming('brotli -11', 'brotli', ['-q', '11', '-w', '24', '-c']),
        streaming('xz -9e', 'xz-utils', ['-T1', '-9e', '-c'], ['-T1', '-d', '-c']),
        streaming('bzip3', 'bzip3', ['-e', '-c']),
        Program('7z PPMd', seven, '7zip', ['a', '-bd', '-mmt=1', '-m0=PPMd:o=16:mem=256m', 'packed.7z', 'in'],
                ['x', '-so', '-mmt=1', 'packed.7z'], [], makes='packed.7z'),
        Program('zpaq -m5', 'zpaq', 'zpaq', ['a', 'packed.zpaq', 'in', '-m5', '-t1'],
                ['x', 'packed.zpaq', 'in', '-to', 'out', '-t1'], [], makes='packed.zpaq', restores=True),
    ]


def chosen_peers(choice):
    """Those of a list such as "gzip,zstd -19": by name, or all of a command. "all" and "none" are what they say."""
    all_peers = peers()
    if choice in ('all', 'none'):
        return all_peers if choice == 'all' else []
    chosen = []
    for wanted in choice.split(','):
        found = [peer for peer in all_peers if wanted.strip() in (peer.name, peer.name.split()[0])]
        if not found:
            raise ValueError(f"no program '{wanted}'; there are {', '.join(peer.name for peer in all_peers)}")
        chosen += [peer for peer in found if peer not in chosen]
    return chosen


def installed(program):
    return shutil.which(program.command) is not None


def version_of(program, environment):
    """The first number with a dot in what it says of itself; zpaq says it with a status of 1."""
    said = subprocess.run([program.command, *program.version], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=environment, text=True, errors='replace', check=False).stdout
    found = re.search(r'\d+\.\d[\w.]*', said)
    return found.group() if found else 'unknown'
