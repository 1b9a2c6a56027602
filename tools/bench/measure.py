"""Runs programs on texts and takes their processor time, memory and sizes."""
import filecmp
import hashlib
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import programs as known

KIB = 1024  # the unit of ru_maxrss on Linux


class BenchError(Exception):
    """What makes a run worthless, such as a program that does not restore a text."""


def environment():
    """Without the variables by which a user gives options to these programs."""
    steering = ('CZIP_', 'GZIP', 'XZ_', 'ZSTD_', 'BROTLI_', 'BZIP')
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return {**kept, 'LC_ALL': 'C'}


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        while part := file.read(1 << 16):
            digest.update(part)
    return digest.hexdigest()


def run(command, folder, source=os.devnull, target=os.devnull):
    """Seconds of processor time, user and system, and bytes of memory at the peak."""
    with open(os.path.join(folder, source), 'rb') as stdin, open(os.path.join(folder, target), 'wb') as stdout, \
            open(os.path.join(folder, 'errors'), 'w+b') as stderr:
        process = subprocess.Popen(command, cwd=folder, stdin=stdin, stdout=stdout, stderr=stderr, env=environment())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            stderr.seek(0)
            said = stderr.read().decode(errors='replace').strip()
            raise BenchError(f"'{' '.join(command)}' failed with status {process.returncode}: {said}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * KIB


def memory_floor(folder):
    """A new process begins as a copy of this one, and its peak counts from then on: less than this is not seen."""
    return run(['true'], folder)[1]


def round_trip(program, folder, text):
    """One run of packing and one of restoring `in`, a copy of the text, and the file that was made."""
    packed = os.path.join(folder, program.makes or 'packed')
    if os.path.exists(packed):
        os.remove(packed)  # archivers would add to it
    pack, unpack = [program.command, *program.pack], [program.command, *program.unpack]
    if program.makes:
        pack_run = run(pack, folder)
        unpack_run = run(unpack, folder, target=os.devnull if program.restores else 'out')
    else:
        pack_run = run(pack, folder, 'in', 'packed')
        unpack_run = run(unpack, folder, 'packed', 'out')
    out = os.path.join(folder, 'out')
    if not os.path.exists(out) or not filecmp.cmp(os.path.join(folder, 'in'), out, shallow=False):
        raise BenchError(f"{program.name} did not restore {text['name']}")
    os.remove(out)
    return pack_run, unpack_run, os.path.getsize(packed), sha256_of(packed)


def described(paths):
    """The texts: names, which are made unique by their folders, groups, sizes and hashes."""
    names = [os.path.basename(path) for path in paths]
    texts = []
    for path, name in zip(paths, names):
        folder = os.path.basename(os.path.dirname(os.path.abspath(path)))
        group = name.split('__')[0] if '__' in name else folder
        unique = name if names.count(name) == 1 else f'{folder}/{name}'
        texts.append({'name': unique, 'group': group, 'bytes': os.path.getsize(path), 'sha256': sha256_of(path)})
    if len({text['name'] for text in texts}) < len(texts):
        raise BenchError('two texts have the same name and folder')
    return texts


def machine():
    cpu = platform.processor() or platform.machine()
    try:
        with open('/proc/cpuinfo', encoding='utf-8', errors='replace') as file:
            cpu = next(line.split(':', 1)[1].strip() for line in file if line.startswith(('model name', 'Hardware')))
    except (OSError, StopIteration):
        pass  # other machines than x86 and ARM say no name there
    return {'cpu': cpu, 'architecture': platform.machine(), 'cores': os.cpu_count(), 'kernel': platform.release(),
            'memory_bytes': os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')}


def measure(programs, left_out, paths, runs):
    """Everything, as it is kept in JSON. Rounds go over all programs, so that a slow hour hits all alike."""
    texts = described(paths)
    results = {(program.name, text['name']): {
        'program': program.name, 'text': text['name'], 'bytes': 0, 'sha256': '',
        'compress_seconds': [], 'decompress_seconds': [], 'compress_memory_bytes': 0, 'decompress_memory_bytes': 0,
    } for program in programs for text in texts}
    with tempfile.TemporaryDirectory(prefix='czip-bench-') as folder:
        for number in range(runs):
            for path, text in zip(paths, texts):
                shutil.copyfile(path, os.path.join(folder, 'in'))
                for program in programs:
                    if sys.stderr.isatty():
                        print(f"\r\033[Kround {number + 1} of {runs}: {text['name']}, {program.name}", end='',
                              file=sys.stderr, flush=True)
                    result = results[program.name, text['name']]
                    pack_run, unpack_run, size, digest = round_trip(program, folder, text)
                    # czip promises the same file each time; archivers store a date, which may cost a byte.
                    if program.name.startswith('czip') and result['sha256'] not in ('', digest):
                        raise BenchError(f"{program.name} made two different files of {text['name']}")
                    result['bytes'], result['sha256'] = max((result['bytes'], result['sha256']), (size, digest))
                    for what, (seconds, memory) in (('compress', pack_run), ('decompress', unpack_run)):
                        result[f'{what}_seconds'].append(round(seconds, 6))
                        key = f'{what}_memory_bytes'
                        result[key] = max(result[key], memory)
        if sys.stderr.isatty():
            print('\r\033[K', end='', file=sys.stderr)
        floor = memory_floor(folder)  # at the end, when it is the highest
    return {
        'format': 1,
        'date': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
        'machine': machine(),
        'settings': {'runs': runs, 'threads': 1, 'czip_verifies': False, 'memory_floor_bytes': floor},
        'texts': texts,
        'programs': [{'name': program.name, 'version': known.version_of(program, environment()),
                      'pack': program.pack, 'unpack': program.unpack} for program in programs],
        'left_out': left_out,
        'results': list(results.values()),
    }


def of_texts(run_, program, names):
    """Over these texts: sums of text bytes, packed bytes and median seconds, and the highest peaks of memory."""
    sizes = {text['name']: text['bytes'] for text in run_['texts']}
    total = {'text_bytes': 0, 'bytes': 0, 'compress': 0.0, 'decompress': 0.0,
             'compress_memory': 0, 'decompress_memory': 0}
    for result in run_['results']:
        if result['program'] == program and result['text'] in names:
            total['text_bytes'] += sizes[result['text']]
            total['bytes'] += result['bytes']
            for what in ('compress', 'decompress'):
                total[what] += statistics.median(result[f'{what}_seconds'])
                total[f'{what}_memory'] = max(total[f'{what}_memory'], result[f'{what}_memory_bytes'])
    return total


def bits_per_byte(total):
    return 8 * total['bytes'] / total['text_bytes'] if total['text_bytes'] else None


def megabytes_per_second(total, what):
    return total['text_bytes'] / 1e6 / max(total[what], 1e-6)
