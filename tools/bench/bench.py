#!/usr/bin/env python3
"""Compares czip's levels with other compressors: bits per byte of each text, speed and memory, as Markdown, CSV, JSON
and a chart. Each program has one thread; every text is restored and compared. Run it on a machine that does nothing
else. Programs that are not installed are named and left out (tools/install_packages.sh bench installs them).

Exit status: 0, 1 if --baseline finds a size that grew, 2 if the run is worth nothing.
"""
import argparse
import json
import os
import sys

sys.dont_write_bytecode = True  # no __pycache__ in the sources

import baseline  # noqa: E402
import chart  # noqa: E402
import measure  # noqa: E402
import programs  # noqa: E402
import report  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT_CZIP = os.environ.get('CZIP', os.path.join(ROOT, 'build/release/czip'))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('texts', nargs='+', metavar='TEXT')
    parser.add_argument('--czip', default=DEFAULT_CZIP, metavar='PATH', help='$CZIP, or build/release/czip')
    parser.add_argument('--levels', default='1,3,6,7,9', help="czip's levels, %(default)s")
    parser.add_argument('--programs', default='all', help='others, by name or command: "xz,zstd -19"; all; none')
    parser.add_argument('--runs', type=int, default=3, help='of each program and text, %(default)s')
    parser.add_argument('--by-group', action='store_true',
                        help='a column for each group: the name of a text up to "__", else its folder')
    parser.add_argument('--markdown', metavar='FILE', help='else Markdown goes to standard output')
    parser.add_argument('--csv', metavar='FILE')
    parser.add_argument('--json', metavar='FILE', help='everything, and what --baseline reads')
    parser.add_argument('--svg', metavar='FILE', help='bits per byte against speed of compressing')
    parser.add_argument('--baseline', metavar='FILE', help='JSON of an earlier run: fail if a size of czip grew')
    parser.add_argument('--tolerance', type=float, default=0.1, metavar='PERCENT', help='of --baseline, %(default)s')
    options = parser.parse_args()
    if options.runs < 1 or options.tolerance < 0:
        parser.error('--runs and --tolerance must not be negative, nor --runs 0')
    options.levels = options.levels.split(',')
    if not all(level in list('123456789') for level in options.levels):
        parser.error('--levels is a list of numbers from 1 to 9')
    return options


def read_baseline(path):
    """Before anything is measured, which takes minutes."""
    with open(path, encoding='utf-8') as file:
        run = json.load(file)
    if not isinstance(run, dict) or run.get('format') != 1 or not {'texts', 'programs', 'results'} <= run.keys():
        raise measure.BenchError(f'{path} is no JSON of this program')
    return run


def chosen_programs(options):
    if not os.access(options.czip, os.X_OK):
        raise measure.BenchError(f'{options.czip} is no program; build czip, or give --czip')
    czips = [programs.czip(os.path.abspath(options.czip), level) for level in dict.fromkeys(options.levels)]
    peers = programs.chosen_peers(options.programs)
    left_out = [peer for peer in peers if not programs.installed(peer)]
    for peer in left_out:
        print(f'bench.py: {peer.name} is left out: not installed (Debian: {peer.package})', file=sys.stderr)
    return czips + [peer for peer in peers if peer not in left_out], [peer.name for peer in left_out]


def write(path, content):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(content)


def write_reports(run, options):
    markdown = report.markdown(run, options.by_group)
    if options.markdown:
        write(options.markdown, markdown)
    else:
        print(markdown, end='')
    if options.csv:
        with open(options.csv, 'w', encoding='utf-8', newline='') as file:
            report.write_csv(run, file)
    if options.json:
        write(options.json, json.dumps(run, indent=1) + '\n')
    if options.svg:
        write(options.svg, chart.svg(run))


def compare(run, earlier, options):
    """Whether no size grew."""
    count, grown = baseline.regressions(run, earlier, options.tolerance)
    for line in baseline.speeds(run, earlier):
        print(line)
    for line in grown:
        print(f'bench.py: {line}', file=sys.stderr)
    print(f'{count} sizes compared with {options.baseline}: {len(grown)} grew by more than {options.tolerance:g} %')
    return not grown


def main():
    options = arguments()
    try:
        earlier = read_baseline(options.baseline) if options.baseline else None
        chosen, left_out = chosen_programs(options)
        run = measure.measure(chosen, left_out, options.texts, options.runs)
        write_reports(run, options)
        return 0 if earlier is None or compare(run, earlier, options) else 1
    except (measure.BenchError, OSError, ValueError) as error:
        print(f'bench.py: {error}', file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(main())
