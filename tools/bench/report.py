"""A run as Markdown and as CSV."""
import csv
import json
import os
import statistics

from measure import bits_per_byte, megabytes_per_second, of_texts

MIB = 1 << 20
PUBLISHED = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'published.json')


def columns(run, by_group):
    """Heading and texts of each column: a text, or a group of them."""
    if not by_group:
        return [(text['name'].removesuffix('.txt'), [text['name']]) for text in run['texts']]
    groups = {}
    for text in run['texts']:
        groups.setdefault(text['group'], []).append(text['name'])
    return list(groups.items())


def table(rows, words=(0,)):
    """Rows of cells, the first of them the header, as an aligned Markdown table. Columns but `words` are numbers."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]

    def line(row):
        return '| ' + ' | '.join(cell.ljust(width) if i in words else cell.rjust(width)
                                 for i, (cell, width) in enumerate(zip(row, widths))) + ' |'
    rule = '|' + '|'.join('-' * (width + 2) if i in words else '-' * (width + 1) + ':'
                          for i, width in enumerate(widths)) + '|'
    return '\n'.join([line(rows[0]), rule, *map(line, rows[1:])])


def speed(value):
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f'{value:,.{digits}f}'


def memory(value, floor):
    return f'{value / MIB:,.0f}' if value > floor else f'< {floor / MIB:,.0f}'


def ratio_table(run, by_group):
    shown = columns(run, by_group)
    names = {text['name'] for text in run['texts']}
    floor = run['settings']['memory_floor_bytes']
    rows = [['program', *(heading for heading, _ in shown), 'bytes', 'compress, MB/s', 'decompress, MB/s',
             'compress, MiB', 'decompress, MiB']]
    ratios = {program['name']: [bits_per_byte(of_texts(run, program['name'], texts)) for _, texts in shown]
              for program in run['programs']}
    best = [min((row[i] for row in ratios.values() if row[i] is not None), default=None) for i in range(len(shown))]
    for program in run['programs']:
        name = program['name']
        total = of_texts(run, name, names)
        cells = ['-' if value is None else f'**{value:.3f}**' if value == least else f'{value:.3f}'
                 for value, least in zip(ratios[name], best)]
        rows.append([name, *cells, f"{total['bytes']:,}",
                     speed(megabytes_per_second(total, 'compress')), speed(megabytes_per_second(total, 'decompress')),
                     memory(total['compress_memory'], floor), memory(total['decompress_memory'], floor)])
    rows += [[name, *['left out'] * len(shown), '-', '-', '-', '-', '-'] for name in run['left_out']]
    return table(rows)


def group_table(run):
    """Bytes of each group, before and after."""
    shown = columns(run, True)
    sizes = {text['name']: text['bytes'] for text in run['texts']}
    rows = [['bytes', *(heading for heading, _ in shown)],
            ['(texts)', *(f'{sum(sizes[name] for name in texts):,}' for _, texts in shown)]]
    for program in run['programs']:
        rows.append([program['name'], *(f"{of_texts(run, program['name'], texts)['bytes']:,}" for _, texts in shown)])
    return table(rows)


def published_figures(run):
    """Bits per byte that others published of just these texts, told by size and, where it is known, hash."""
    with open(PUBLISHED, encoding='utf-8') as file:
        published = json.load(file)
    for figure in published['figures']:
        values = figure.get('bits_per_byte') or {name: 8 / ratio for name, ratio in figure['ratio'].items()}
        found = {}
        for text in run['texts']:
            name = os.path.basename(text['name']).removesuffix('.txt')
            known = published['texts'].get(name)
            if name in values and known and all(text[key] == value for key, value in known.items()):
                found[text['name']] = values[name]
        if found:
            yield figure['program'], figure['source'], found


def published_table(run):
    figures = list(published_figures(run))
    texts = [text['name'] for text in run['texts'] if any(text['name'] in found for _, _, found in figures)]
    if not texts:
        return ''
    rows = [['published, not measured here', *(name.removesuffix('.txt') for name in texts), 'source']]
    rows += [[program, *(f'{found[name]:.3f}' if name in found else '-' for name in texts), source]
             for program, source, found in figures]
    return table(rows, (0, len(rows[0]) - 1))


def describe(run):
    """Where and how it was measured."""
    settings, cpu, size = run['settings'], run['machine'], sum(text['bytes'] for text in run['texts'])
    runs = f"the median of {settings['runs']} runs" if settings['runs'] > 1 else 'of one run'
    versions = {}
    for program in run['programs']:
        versions.setdefault(program['name'].split()[0], program['version'])
    listed = ', '.join(f'{name} {version}' for name, version in versions.items())
    text = (f"Bits per byte (less is better) of {len(run['texts'])} texts, "
            f"{size:,} bytes. Speed is text per second of processor time (user and "
            f'system) of the whole command on one thread, {runs}; memory the peak, where it is high enough to be seen. '
            'czip ran with `--no-verify`: decoding each block again, the default, doubles the time of compressing. '
            f"Every text was restored and compared. {cpu['cores']} cores of {cpu['cpu']} ({cpu['architecture']}), "
            f"Linux {cpu['kernel']}, {run['date'][:10]}. Versions: {listed}.")
    if run['left_out']:
        text += f" Left out, not installed: {', '.join(run['left_out'])}."
    return text


def markdown(run, by_group):
    parts = [ratio_table(run, by_group), describe(run)]
    parts.append(group_table(run) if by_group else published_table(run))
    return '\n\n'.join(part for part in parts if part) + '\n'


def write_csv(run, file):
    """A line for each program and text."""
    texts = {text['name']: text for text in run['texts']}
    versions = {program['name']: program['version'] for program in run['programs']}
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(['program', 'version', 'text', 'group', 'text_bytes', 'text_sha256', 'bytes', 'bits_per_byte',
                     'compress_seconds', 'decompress_seconds', 'compress_memory_bytes', 'decompress_memory_bytes'])
    for result in run['results']:
        text = texts[result['text']]
        ratio = 8 * result['bytes'] / text['bytes'] if text['bytes'] else None
        writer.writerow([result['program'], versions[result['program']], text['name'], text['group'], text['bytes'],
                         text['sha256'], result['bytes'], '' if ratio is None else f'{ratio:.4f}',
                         statistics.median(result['compress_seconds']), statistics.median(result['decompress_seconds']),
                         result['compress_memory_bytes'], result['decompress_memory_bytes']])
