"""Rooms made of shapes: walls, lamps, windows, furniture, people, paper, food, in lamplight and daylight.

They show what the photographs do not: lamps and windows far brighter than the rest, faces, a daylit patch in
a lamplit room. Windows and pictures on the wall are photographs of the same half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from benchmarks.quality.photographs import decoded, read
from benchmarks.quality.scenes import Scene, disk, falloff, lamp_in_view, points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.quality.photographs import Photograph

    Floats = NDArray[np.float64]

HEIGHT, WIDTH = 192, 256

WALLS = ("f2efe6", "ece0c8", "e8e4dc", "d9c9a8", "cfd8d3", "c3d0dd", "e6cfc3", "b9b39c", "8c6f56", "7d8f77")
WOODS = ("8a5a33", "a9743f", "5d3a22", "c49a6c", "6f4a30")
CLOTHS = ("b03a2e", "1f4e79", "2e6b3e", "d9b13b", "6b3f7f", "e9e6df", "2b2b2e", "8e8c88", "c96f2d", "8fb4c9")
SKINS = ("f1c9b1", "e3ac8c", "c68863", "9c6344", "6b4027", "f5d6c4")
HAIRS = ("1c1512", "3b2618", "6d4a2a", "b08d57", "8a8680")
FOODS = ("d2691e", "8b3a1a", "e3b04b", "7a9a3a", "c0392b", "f0e3c0", "6b4423")
"""Colors as stored in daylight, RRGGBB."""

PAPER = 0.86
"""Reflectance of paper and plates."""


@dataclass
class Canvas:
    """A room in the making.

    Attributes:
        rng: draws all that is drawn.
        reflectance: shape [H, W, 3].
        lamp: illuminance and emission of lamplight, shape [2, H, W].
        day: the same of daylight.
    """

    rng: np.random.Generator
    reflectance: Floats
    lamp: Floats
    day: Floats

    def fill(self, mask: Floats, color: str | Floats) -> None:
        """Cover with a color, RRGGBB or linear reflectance, where a mask is 1; lights behind it vanish."""
        paint = linear(color) if isinstance(color, str) else color
        self.reflectance += mask[..., None] * (paint - self.reflectance)
        self.lamp[1] *= 1 - mask
        self.day[1] *= 1 - mask

    def between(self, low: float, high: float) -> float:
        """Draw a number."""
        return float(self.rng.uniform(low, high))

    def one_of(self, colors: Sequence[str]) -> str:
        """Draw a color."""
        return str(self.rng.choice(colors))


def linear(color: str) -> Floats:
    """Return the linear sRGB of RRGGBB."""
    return decoded(np.array([int(color[i : i + 2], 16) for i in (0, 2, 4)]) / 255)


def room(rng: np.random.Generator, lamp: str, day: str, pictures: Sequence[Photograph]) -> Scene:
    """Return a room.

    Args:
        rng: draws it.
        lamp: a light's name.
        day: the daylight's name.
        pictures: for windows and walls.
    """
    dark = np.zeros((2, HEIGHT, WIDTH))
    canvas = Canvas(rng, np.zeros((HEIGHT, WIDTH, 3)), dark.copy(), dark)
    kind = str(rng.choice(["room", "room", "room", "portrait", "table", "cloth"]))
    _wall_and_floor(canvas, kind)
    if kind in {"room", "portrait"} and rng.random() < 0.6:
        _window(canvas, pictures)
    if kind in {"room", "portrait"}:
        _picture(canvas, pictures)
        _furniture(canvas)
    _lamps(canvas, kind)
    if kind == "table":
        _table(canvas)
    people = {"room": int(rng.integers(0, 4)), "portrait": 1, "table": int(rng.integers(0, 2)), "cloth": 0}
    for _ in range(people[kind]):
        _person(canvas, close=kind == "portrait")
    _texture(canvas)
    return Scene(
        canvas.reflectance, {lamp: (canvas.lamp[0], canvas.lamp[1]), day: (canvas.day[0], canvas.day[1])}
    )


def _wall_and_floor(canvas: Canvas, kind: str) -> None:
    everywhere = np.ones((HEIGHT, WIDTH))
    if kind == "cloth":
        canvas.fill(everywhere, canvas.one_of(CLOTHS))
        for _ in range(int(canvas.rng.integers(0, 4))):
            canvas.fill(_box(canvas, (0.2, 0.6), (0.1, 0.5)), canvas.one_of((*CLOTHS, *SKINS)))
        return
    canvas.fill(everywhere, canvas.one_of(WALLS))
    _, down = points(HEIGHT, WIDTH)
    floor = (down > canvas.between(0.62, 0.85)).astype(float)
    canvas.fill(floor, canvas.one_of((*WOODS, *CLOTHS[:3])))


def _window(canvas: Canvas, pictures: Sequence[Photograph]) -> None:
    """A window with a view, and its light on the room: a wide glow, and a patch of sun in one of three."""
    x, y = canvas.between(0.1, 1.2), canvas.between(0.15, 0.45)
    width, height = canvas.between(0.12, 0.3), canvas.between(0.12, 0.25)
    across, down = points(HEIGHT, WIDTH)
    pane = ((abs(across - x) < width) & (abs(down - y) < height)).astype(float)
    bars = (abs(across - x) < 0.01) | (abs(down - y) < 0.01)
    canvas.fill(pane, linear("efeeea"))
    power = canvas.between(2, 20)
    view = _fitted(pictures, canvas.rng)
    pane *= 1 - bars
    canvas.reflectance = np.where(pane[..., None] > 0, view, canvas.reflectance)
    canvas.day[0] += np.where(pane > 0, power, canvas.between(0.05, 0.5) * falloff(HEIGHT, WIDTH, x, y, 0.5))
    if canvas.rng.random() < 1 / 3:
        slope = across + 0.4 * down
        start = canvas.between(0.2, 1.2)
        patch = (slope > start) & (slope < start + 0.25) & (down > 0.6)
        canvas.day[0] += canvas.between(1, 4) * patch


def _fitted(pictures: Sequence[Photograph], rng: np.random.Generator) -> Floats:
    """Return a photograph's light, stretched over the whole frame."""
    photograph = pictures[int(rng.integers(len(pictures)))]
    stored = np.rint(255 * read(photograph.path)).astype(np.uint8)
    image = Image.fromarray(stored).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    return decoded(np.asarray(image) / 255)


def _picture(canvas: Canvas, pictures: Sequence[Photograph]) -> None:
    frame = _box(canvas, (0.08, 0.2), (0.1, 0.5))
    canvas.fill(frame, canvas.one_of((*WOODS, "f4f2ec", "202020")))
    inner = np.minimum(np.roll(frame, 6, (0, 1)), np.roll(frame, -6, (0, 1)))
    canvas.fill(inner, _fitted(pictures, canvas.rng))


def _furniture(canvas: Canvas) -> None:
    for _ in range(int(canvas.rng.integers(1, 4))):
        body = _box(canvas, (0.1, 0.35), (0.65, 0.95))
        canvas.fill(body, canvas.one_of((*WOODS, *CLOTHS)))
    for _ in range(int(canvas.rng.integers(0, 4))):  # books, paper
        canvas.fill(_box(canvas, (0.02, 0.1), (0.5, 0.9)), canvas.one_of((*CLOTHS, "f5f3ee")))


def _lamps(canvas: Canvas, kind: str) -> None:
    """Lamps in view or out of it, a shade round some, and what they light."""
    canvas.lamp[0] += canvas.between(0.1, 0.4)
    for _ in range(int(canvas.rng.integers(1, 3))):
        x, y = canvas.between(0, 1.3), canvas.between(-0.1, 0.5)
        canvas.lamp[0] += falloff(HEIGHT, WIDTH, x, y, canvas.between(0.3, 0.9))
        if kind == "cloth" or canvas.rng.random() < 0.25:
            continue
        radius = canvas.between(0.02, 0.07)
        if canvas.rng.random() < 0.5:
            shade = disk(HEIGHT, WIDTH, x, y, (2.5 * radius, 2 * radius))
            canvas.fill(shade, canvas.one_of(("f3e2c0", "f6efe0", "e2b07a")))
            canvas.lamp[0] += shade * canvas.between(2, 6)
        canvas.lamp[1] += lamp_in_view(HEIGHT, WIDTH, (x, y), radius, canvas.between(5, 50))


def _table(canvas: Canvas) -> None:
    """A table seen from above: cloth or wood, plates, food, paper."""
    _, down = points(HEIGHT, WIDTH)
    canvas.fill((down > canvas.between(0, 0.4)).astype(float), canvas.one_of((*WOODS, *CLOTHS)))
    for _ in range(int(canvas.rng.integers(1, 5))):
        x, y, size = canvas.between(0.1, 1.2), canvas.between(0.3, 0.9), canvas.between(0.08, 0.25)
        canvas.fill(disk(HEIGHT, WIDTH, x, y, (size, 0.7 * size)), np.full(3, PAPER))
        for _ in range(int(canvas.rng.integers(1, 5))):
            at = x + canvas.between(-0.5, 0.5) * size, y + canvas.between(-0.3, 0.3) * size
            canvas.fill(disk(HEIGHT, WIDTH, *at, (0.35 * size, 0.3 * size)), canvas.one_of(FOODS))
    if canvas.rng.random() < 0.5:
        canvas.fill(_box(canvas, (0.1, 0.2), (0.4, 0.9)), np.full(3, PAPER))


def _person(canvas: Canvas, *, close: bool) -> None:
    """A head with hair, on a body; skin is darker towards the side."""
    size = canvas.between(0.2, 0.33) if close else canvas.between(0.04, 0.09)
    x, y = canvas.between(0.4, 0.9), canvas.between(0.35, 0.55)
    across, _ = points(HEIGHT, WIDTH)
    body = disk(HEIGHT, WIDTH, x, y + 3 * size, (1.9 * size, 2 * size))
    canvas.fill(body, canvas.one_of(CLOTHS))
    canvas.fill(disk(HEIGHT, WIDTH, x, y - 0.25 * size, (0.85 * size, 1.05 * size)), canvas.one_of(HAIRS))
    shade = np.clip(1 - 0.35 * np.abs(across - x + 0.3 * size) / size, 0.5, 1)
    skin = linear(canvas.one_of(SKINS)) * shade[..., None]
    canvas.fill(disk(HEIGHT, WIDTH, x, y, (0.7 * size, 0.95 * size)), skin)
    canvas.fill(disk(HEIGHT, WIDTH, x, y + 1.1 * size, (0.3 * size, 0.4 * size)), 0.8 * skin)
    for side in (-0.28, 0.28):
        eye = disk(HEIGHT, WIDTH, x + side * size, y - 0.1 * size, (0.12 * size, 0.07 * size))
        canvas.fill(eye, linear("d8d4cf"))
    canvas.fill(
        disk(HEIGHT, WIDTH, x, y + 0.5 * size, (0.25 * size, 0.07 * size)), 0.6 * skin * [1.2, 0.7, 0.7]
    )


def _box(canvas: Canvas, sides: tuple[float, float], heights: tuple[float, float]) -> Floats:
    """Return an upright rectangle somewhere, 1 inside."""
    across, down = points(HEIGHT, WIDTH)
    width, height = canvas.between(*sides), canvas.between(*sides)
    x, y = canvas.between(0, WIDTH / HEIGHT), canvas.between(*heights)
    return ((abs(across - x) < width) & (abs(down - y) < height)).astype(float)


def _texture(canvas: Canvas) -> None:
    """Grain of all sizes, in brightness and a little in color, as things have it."""
    for cells in (6, 24, 96):
        noise = canvas.rng.normal(size=(cells * 3 // 4, cells, 4))
        fields = [
            np.asarray(
                Image.fromarray(noise[..., i].astype(np.float32)).resize(
                    (WIDTH, HEIGHT), Image.Resampling.BICUBIC
                )
            )
            for i in range(4)
        ]
        grain = 0.10 * fields[0][..., None] + 0.03 * np.stack(fields[1:], axis=-1)
        canvas.reflectance *= np.exp(grain)
    np.clip(canvas.reflectance, 0.01, 1.0, out=canvas.reflectance)
