"""Places labels beside the points of a chart, where they cover points, lines and each other the least."""
import math
from dataclasses import dataclass

POINT = 8  # half the side of the square that a point keeps free


@dataclass
class Label:
    text: str
    x: float  # where its base line begins
    y: float
    leader: tuple  # a line from the point, if the label is far from it, or None


def candidates(x, y, width, height):
    """Boxes (left, top, right, bottom) around a point, the nearest and usual ones first, with their distances."""
    for distance in (11, 20, 32, 46):
        for dx, dy in ((1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.7), (0.8, 0.7), (-0.8, -0.7), (-0.8, 0.7)):
            middle_x = x + dx * distance + (0 if dx == 0 else math.copysign(width / 2, dx))
            middle_y = y + dy * (distance + height / 2 - 3)
            yield distance, (middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2)


def overlap(a, b):
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))


def crossing(box, line):
    """How many of the spots along a line of points lie in the box."""
    count = 0
    for (x0, y0), (x1, y1) in zip(line, line[1:]):
        steps = max(1, int(math.hypot(x1 - x0, y1 - y0) / 3))
        for i in range(steps + 1):
            x, y = x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps
            count += box[0] - 2 <= x <= box[2] + 2 and box[1] <= y <= box[3]
    return count


def place_labels(points, lines, bounds, size):
    """A label for each (name, x, y), one after the other; `lines` are lists of places, `bounds` what to stay within."""
    squares = [(x - POINT, y - POINT, x + POINT, y + POINT) for _, x, y in points]
    boxes, labels = [], []
    for name, x, y in points:
        width, height = 0.6 * size * len(name), 1.15 * size

        def cost(candidate):
            distance, box = candidate
            inside = (max(box[0], bounds[0]), max(box[1], bounds[1]), min(box[2], bounds[2]), min(box[3], bounds[3]))
            outside = width * height - overlap(box, inside)
            covered = sum(overlap(box, other) for other in boxes + squares)
            return distance + 4 * covered + 20 * outside + 12 * sum(crossing(box, line) for line in lines)

        distance, box = min(candidates(x, y, width, height), key=cost)
        boxes.append(box)
        nearest = (min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3]))
        labels.append(Label(name, box[0], box[3] - 0.28 * size, (x, y, *nearest) if distance > 20 else None))
    return labels
