#!/usr/bin/env python3
"""tools/bench/bench.py: its reports can be read, and its baseline fails when it must.

CTest sets CZIP, the binary. The other programs are gzip, which Debian always has, and made-up ones.
"""
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BENCH = os.path.join(ROOT, 'tools/bench/bench.py')
CZIP = os.path.abspath(os.environ['CZIP'])
sys.path.insert(0, os.path.dirname(BENCH))

import labels  # noqa: E402
import report  # noqa: E402

TEXT = ''.join(f'It was the best of times, it was the worst of times, line {i}.\n' for i in range(200))


class BenchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = folder.name
        self.write('fiction__times.txt', TEXT)
        self.write('fiction__more.txt', TEXT.upper())
        self.write('facts__empty.txt', '')
        self.texts = ['fiction__times.txt', 'fiction__more.txt', 'facts__empty.txt']

    def path(self, name):
        return os.path.join(self.work, name)

    def write(self, name, content):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(content)

    def read(self, name):
        with open(self.path(name), encoding='utf-8') as file:
            return file.read()

    def bench(self, *arguments, status=0, programs='gzip', texts=None, path=None):
        command = [sys.executable, BENCH, '--czip', CZIP, '--levels', '1', '--runs', '2', '--programs', programs]
        done = subprocess.run([*command, *arguments, *(self.texts if texts is None else texts)], cwd=self.work,
                              env={**os.environ, 'PATH': path or os.environ['PATH']}, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def only(self, *programs, **scripts):
        """A PATH of only these programs and scripts, and of what bench.py itself runs."""
        folder = self.path('bin')
        os.mkdir(folder)
        for program in ('true', *programs):
            os.symlink(shutil.which(program), os.path.join(folder, program))
        for name, script in scripts.items():
            self.write(f'bin/{name}', f'#!/bin/sh\n{script}\n')
            os.chmod(os.path.join(folder, name), 0o755)
        return folder

    def test_markdown(self):
        table = self.bench().stdout.splitlines()
        self.assertEqual([cell.strip() for cell in table[0].split('|')[1:5]],
                         ['program', 'fiction__times', 'fiction__more', 'facts__empty'])
        self.assertEqual([line.split('|')[1].strip() for line in table[2:4]], ['czip -1', 'gzip -9'])
        self.assertEqual(table[2].split('|')[4].strip(), '-', 'an empty text has no ratio')
        self.assertEqual(len({line.count('|') for line in table[:4]}), 1)
        self.assertIn('--no-verify', self.bench('--markdown', 'table.md').stdout + self.read('table.md'))

    def test_groups(self):
        printed = self.bench('--by-group').stdout
        self.assertEqual([cell.strip() for cell in printed.split('\n')[0].split('|')[2:4]], ['fiction', 'facts'])
        self.assertIn(f'{2 * len(TEXT):,}', printed)

    def test_json_csv_and_chart(self):
        self.bench('--json', 'run.json', '--csv', 'run.csv', '--svg', 'run.svg')
        run = json.loads(self.read('run.json'))
        self.assertEqual([text['bytes'] for text in run['texts']], [len(TEXT), len(TEXT), 0])
        self.assertEqual(len(run['results']), 6)
        for result in run['results']:
            self.assertEqual([len(result[f'{what}_seconds']) for what in ('compress', 'decompress')], [2, 2])
            self.assertGreater(result['compress_memory_bytes'], 0)
        lines = list(csv.DictReader(io.StringIO(self.read('run.csv'))))
        self.assertEqual([line['bytes'] for line in lines], [str(result['bytes']) for result in run['results']])
        self.assertAlmostEqual(float(lines[0]['bits_per_byte']), 8 * run['results'][0]['bytes'] / len(TEXT), 3)
        shown = xml.fromstring(self.read('run.svg'))
        names = {element.text for element in shown.iter() if 'label' in element.get('class', '').split()}
        self.assertEqual(names, {'czip -1', 'gzip -9'})
        self.assertFalse([element for element in shown.iter() if element.tag.endswith(('script', 'image'))])

    def test_baseline(self):
        self.bench('--json', 'run.json')
        printed = self.bench('--baseline', 'run.json').stdout
        self.assertIn('0 grew', printed)
        self.assertIn('times as fast as gzip -9', printed)

        run = json.loads(self.read('run.json'))
        czip = [result for result in run['results'] if result['program'] == 'czip -1']
        czip[0]['bytes'] -= 1  # so that this run's is larger, by more than 0.1 % of a short text
        self.write('smaller.json', json.dumps(run))
        self.assertIn('czip -1, fiction__times.txt:', self.bench('--baseline', 'smaller.json', status=1).stderr)
        self.bench('--baseline', 'smaller.json', '--tolerance', '50')
        czip[0]['bytes'] += 2  # to be smaller is no regression
        self.write('larger.json', json.dumps(run))
        self.bench('--baseline', 'larger.json')

    def test_baselines_of_nothing(self):
        self.bench('--json', 'run.json')
        self.write('other.txt', TEXT + 'more')
        self.assertIn('in common', self.bench('--baseline', 'run.json', texts=['other.txt'], status=2).stderr)
        self.bench('--baseline', 'run.json', '--levels', '2', status=2)
        for content in ('{}', '[]', 'no JSON'):
            self.write('bad.json', content)
            self.bench('--baseline', 'bad.json', status=2)

    def test_programs_that_are_not_installed(self):
        done = self.bench(programs='gzip,bzip3', path=self.only('gzip'))
        self.assertIn('bzip3 is left out', done.stderr)
        self.assertIn('Left out, not installed: bzip3', done.stdout)
        self.bench(programs='gzip,nonsense', status=2)

    def test_programs_that_do_not_restore(self):
        self.assertIn('gzip -9 did not restore', self.bench(path=self.only(gzip='echo wrong'), status=2).stderr)

    def test_programs_that_fail(self):
        self.assertIn('no memory', self.bench(path=self.only(gzip='echo no memory >&2; exit 3'), status=2).stderr)

    def test_published_figures_belong_to_the_very_text(self):
        text = {'name': 'alice29.txt', 'bytes': 152089,
                'sha256': '7467306ee0feed4971260f3c87421154a05be571d944e9cb021a5713700c38f0'}
        self.assertIn('published, not measured here', report.published_table({'texts': [text]}))
        self.assertEqual(report.published_table({'texts': [{**text, 'sha256': 'other'}]}), '')
        self.assertEqual(report.published_table({'texts': [{**text, 'name': 'other.txt'}]}), '')
        book = {'name': 'book1', 'bytes': 768771, 'sha256': ''}
        figures = {program: found['book1'] for program, _, found in report.published_figures({'texts': [book]})}
        self.assertAlmostEqual(figures['paq8px'], 8 / 4.192)

    def test_labels_keep_apart(self):
        points = [(f'program {i}', 200 + 9 * i, 200) for i in range(5)]
        placed = labels.place_labels(points, [], (0, 0, 800, 500), 13)
        boxes = [(label.x, label.y - 11, label.x + 0.6 * 13 * len(label.text), label.y + 3) for label in placed]
        covered = [labels.overlap(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1:]]
        self.assertEqual(max(covered), 0)


if __name__ == '__main__':
    unittest.main()
