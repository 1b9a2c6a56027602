"""Compares a run with an earlier one: sizes, which must not grow, and speeds beside a peer's, which are only told."""
from measure import BenchError, megabytes_per_second, of_texts


def by_content(run):
    """Packed bytes by czip's level and the text's hash: names of texts may have changed."""
    hashes = {text['name']: text['sha256'] for text in run['texts']}
    return {(result['program'], hashes[result['text']]): result['bytes']
            for result in run['results'] if result['program'].startswith('czip')}


def regressions(run, baseline, tolerance):
    """How many sizes were compared, and a line for each that is larger by more than the tolerance, in percent."""
    names = {text['sha256']: text['name'] for text in run['texts']}
    now, before = by_content(run), by_content(baseline)
    common = [key for key in now if key in before]
    if not common:
        # A comparison of nothing would pass whatever czip does.
        raise BenchError('the baseline has no text at a level of czip in common with this run')
    lines = []
    for program, digest in common:
        size, old = now[program, digest], before[program, digest]
        if size > old * (1 + tolerance / 100):
            change = f'{100 * (size / old - 1):.2f} % more' if old else 'more'
            lines.append(f'{program}, {names[digest]}: {size} bytes instead of {old}, {change}')
    return len(common), lines


def speeds(run, baseline):
    """czip's speed divided by a peer's of the same run, in both runs: only so can different hours be compared."""
    common = {text['sha256'] for a_run in (run, baseline) for text in a_run['texts'] if text['bytes']}
    common &= {text['sha256'] for text in run['texts']} & {text['sha256'] for text in baseline['texts']}
    # The peers whose speeds are the nearest to czip's, and then any.
    names = [program['name'] for program in baseline['programs']]
    peers = [name for name in ('zpaq -m5', 'xz -9e', *names) if name in names and not name.startswith('czip')]
    peers = [peer for peer in peers if peer in {program['name'] for program in run['programs']}]
    if not peers or not common:
        return ['no speeds are compared: no other program is in both runs']
    lines = []
    for level in [name for name in names if name.startswith('czip')]:
        if level not in {program['name'] for program in run['programs']}:
            continue
        for what in ('compress', 'decompress'):
            now, before = (
                megabytes_per_second(of_texts(a_run, level, texts), what) /
                megabytes_per_second(of_texts(a_run, peers[0], texts), what)
                for a_run in (run, baseline)
                for texts in [{text['name'] for text in a_run['texts'] if text['sha256'] in common}])
            lines.append(f'{level}, {what}: {now:.3g} times as fast as {peers[0]}; {before:.3g} in the baseline')
    return lines
