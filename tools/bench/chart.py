"""A run as an SVG: bits per byte against speed of compressing, on logarithmic axes, a point for each program."""
import math
from html import escape

from labels import place_labels
from measure import bits_per_byte, megabytes_per_second, of_texts

WIDTH, HEIGHT = 860, 540
LEFT, RIGHT, TOP, BOTTOM = 76, 28, 74, 66  # margins of the plot
LABEL_SIZE = 13

# The card has a ground of its own, so that it is legible on any page, whichever colours the viewer's browser prefers.
STYLE = """
  .card { fill: #ffffff; stroke: #d0d7de; }
  .grid { stroke: #e6e9ed; }
  .frame { stroke: #8c959f; fill: none; }
  text { fill: #24292f; font-family: system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif; }
  .title { font-size: 18px; font-weight: 600; }
  .small, .tick { font-size: 12px; fill: #57606a; }
  .axis { font-size: 13px; fill: #57606a; }
  .label { font-size: 13px; }
  .line, .leader { fill: none; stroke: #8c959f; stroke-width: 1.25; }
  .line { stroke-dasharray: 2 4; }
  .leader { stroke-width: 0.75; }
  .point { fill: #6e7781; stroke: #ffffff; stroke-width: 1.5; }
  .czip.line { stroke: #0969da; stroke-width: 2.5; stroke-dasharray: none; }
  .czip.point { fill: #0969da; }
  .czip.label { fill: #0969da; font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    .card { fill: #0d1117; stroke: #30363d; }
    .grid { stroke: #21262d; }
    .frame { stroke: #6e7681; }
    text { fill: #e6edf3; }
    .small, .tick, .axis { fill: #9da7b3; }
    .line, .leader { stroke: #6e7681; }
    .point { fill: #9da7b3; stroke: #0d1117; }
    .czip.line { stroke: #58a6ff; }
    .czip.point { fill: #58a6ff; }
    .czip.label { fill: #58a6ff; }
  }
"""


class LogAxis:
    """Maps values to positions. The first position may be the larger one, and the range is widened by a margin."""

    def __init__(self, values, first, last, margin):
        spread = max(math.log(max(values) / min(values)), math.log(1.5))
        middle = math.log(max(values) * min(values)) / 2
        self.low = middle - spread * (0.5 + margin)
        self.high = middle + spread * (0.5 + margin)
        self.first, self.last = first, last

    def __call__(self, value):
        return self.first + (math.log(value) - self.low) / (self.high - self.low) * (self.last - self.first)

    def ticks(self):
        """Round values: 1, 2 and 5 times powers of ten over a wide range, multiples of one step over a narrow one."""
        low, high = math.exp(self.low), math.exp(self.high)
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        values = [digit * 10.0 ** power for power in powers for digit in (1, 2, 5)]
        if high / low > 1e5:
            values = [10.0 ** power for power in powers]
        elif high / low < 20:
            step = next(step for power in powers for step in (10.0 ** (power - 1), 2 * 10.0 ** (power - 1),
                                                              5 * 10.0 ** (power - 1), 10.0 ** power)
                        if (high - low) / step <= 10)
            values = [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
        return [value for value in values if low <= value <= high]


def points_of(run):
    """Name, speed and bits per byte of each program, over all texts."""
    names = {text['name'] for text in run['texts']}
    points = []
    for program in run['programs']:
        total = of_texts(run, program['name'], names)
        if total['text_bytes'] and total['bytes']:
            points.append((program['name'], megabytes_per_second(total, 'compress'), bits_per_byte(total)))
    return points


def families(points):
    """The programs of several levels: the places of each one's points, by speed."""
    found = {}
    for name, x, y in points:
        found.setdefault(name.split()[0], []).append((x, y))
    return {family: sorted(places) for family, places in found.items() if len(places) > 1}


def kind(name):
    return 'czip' if name.startswith('czip') else 'other'


def axes(x_axis, y_axis):
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for value in x_axis.ticks():
        x = x_axis(value)
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{bottom + 19}" text-anchor="middle">{value:g}</text>'
    for value in y_axis.ticks():
        y = y_axis(value)
        yield f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield f'<text class="tick" x="{LEFT - 9}" y="{y + 4:.1f}" text-anchor="end">{round(value, 6):g}</text>'
    yield f'<path class="frame" d="M{LEFT} {TOP}V{bottom}H{right}"/>'
    yield (f'<text class="axis" x="{(LEFT + right) / 2}" y="{HEIGHT - 22}" text-anchor="middle">'
           'speed of compressing, MB/s of processor time, one thread (faster →)</text>')
    yield (f'<text class="axis" text-anchor="middle" transform="translate(24 {(TOP + bottom) / 2}) rotate(-90)">'
           'bits per byte (smaller files →)</text>')


def svg(run):
    points = points_of(run)
    if not points:
        raise ValueError('nothing to draw: all texts are empty')
    x_axis = LogAxis([speed for _, speed, _ in points], LEFT, WIDTH - RIGHT, 0.1)
    # Upwards is better, as to the right is.
    y_axis = LogAxis([bits for _, _, bits in points], TOP, HEIGHT - BOTTOM, 0.12)
    placed = [(name, x_axis(speed), y_axis(bits)) for name, speed, bits in points]
    lines = families(placed)

    texts = len(run['texts'])
    subtitle = (f"{texts} text{'s' if texts > 1 else ''}, {sum(text['bytes'] for text in run['texts']):,} bytes; "
                f"{run['machine']['cpu']}, {run['date'][:10]}; czip with --no-verify")
    drawn = ['<title>Ratio and speed of czip and of other compressors</title>',
             f"<desc>{escape('; '.join(f'{n}: {b:.3f} bits per byte, {s:.3g} MB/s' for n, s, b in points))}</desc>",
             f'<style>{STYLE}</style>',
             f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"/>',
             f'<text class="title" x="{LEFT}" y="34">Ratio and speed of compressing</text>',
             f'<text class="small" x="{LEFT}" y="54">{escape(subtitle)}</text>',
             *axes(x_axis, y_axis)]
    for family, places in lines.items():
        path = 'M' + 'L'.join(f'{x:.1f} {y:.1f}' for x, y in places)
        drawn.append(f'<path class="line {kind(family)}" d="{path}"/>')
    bounds = (LEFT + 4, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM - 4)
    for label in place_labels(placed, list(lines.values()), bounds, LABEL_SIZE):
        if label.leader:
            drawn.append('<path class="leader" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>'.format(*label.leader))
        drawn.append(f'<text class="label {kind(label.text)}" x="{label.x:.1f}" y="{label.y:.1f}">'
                     f'{escape(label.text)}</text>')
    for name, x, y in placed:
        drawn.append(f'<circle class="point {kind(name)}" cx="{x:.1f}" cy="{y:.1f}" '
                     f'r="{6 if kind(name) == "czip" else 5}"/>')
    body = '\n'.join(drawn)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
            f'role="img">\n{body}\n</svg>\n')
