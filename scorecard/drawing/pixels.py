"""A drawing and its words as PNG, in the colours of the house and their shades: a third of the size of full colour.

Matplotlib draws the lines. The words are put on them pixel by pixel; laid out and drawn by matplotlib, they would take
most of the time of a chart.
"""

import io
import math
import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from isal import isal_zlib
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.ft2font import LoadFlags
from PIL import Image
from PIL.PngImagePlugin import putchunk

from scorecard.drawing.style import COLOURS, DPI, HOUSE, INK, MARKS, Word, extent, font_of

INKS = (*COLOURS[:5], *(mark[2] for mark in MARKS.values()), HOUSE["axes.edgecolor"], HOUSE["grid.color"], INK, "black")
SHADES = 20
"""So many steps from an ink to white, and from nothing of a word to all of it."""
WHITE = 0xFFFFFFFF


def png(
    draw: Callable[[RendererAgg, float], None],
    size: tuple[float, float],
    plot: tuple[float, float],
    words: Sequence[Word],
) -> bytes:
    """What `draw` draws, with its words on top, at the resolution of the house.

    In points: `size` is width and height of it all, `plot` between which heights anything but words is drawn.
    """
    width, height = (int(points / 72 * DPI) for points in size)
    canvas = _canvas(width, 2048 * math.ceil(height / 2048))
    low, high = max(int(plot[0] / 72 * DPI), 0), min(math.ceil(plot[1] / 72 * DPI), height)
    drawn = np.asarray(canvas.buffer_rgba())[canvas.height - high : canvas.height - low].view(np.uint32).reshape(-1)
    drawn[:] = WHITE
    draw(canvas, DPI / 72)
    inked = np.flatnonzero(drawn != WHITE)
    lines = np.full((height, width + 1), _blank(), np.uint8)
    lines[:, 0] = 0
    lines[height - high :].reshape(-1)[inked + inked // width + 1] = _nearest(drawn[inked])
    for word in words:
        _put(word, lines[:, 1:])
    return _encoded(lines)


def _encoded(lines: np.ndarray) -> bytes:
    """Places in the palette as PNG, each line after the number of its filter, which is 0: none.

    ISA-L packs them five times as fast as Pillow does. Every x86 processor with SSE4.2 gives the same bytes; others may
    give others for the same picture.
    """
    file, (height, width) = io.BytesIO(b"\x89PNG\r\n\x1a\n"), lines.shape
    file.seek(0, io.SEEK_END)
    putchunk(file, b"IHDR", struct.pack(">IIBBBBB", width - 1, height, 8, 3, 0, 0, 0))
    putchunk(file, b"PLTE", bytes(_palette().getpalette()))
    putchunk(file, b"pHYs", struct.pack(">IIB", *[round(DPI / 0.0254)] * 2, 1))
    putchunk(file, b"IDAT", isal_zlib.compress(lines, 1))
    putchunk(file, b"IEND", b"")
    return file.getvalue()


@lru_cache(maxsize=1)
def _canvas(width: int, height: int) -> RendererAgg:
    """A canvas in pixels for the next charts too if they fit: fresh memory costs time, several canvases memory."""
    return RendererAgg(width, height, DPI)


# --- colours as places in a palette ----------------------------------------------------------------


@lru_cache
def _palette() -> Image.Image:
    """Every ink in shades down to white."""
    colours = [1 + (np.array(to_rgb(ink)) - 1) * (1 - step / SHADES) for ink in INKS for step in range(SHADES)]
    kept = [np.rint(colour * 255).astype(np.uint8) for colour in colours if colour.min() < 0.95]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.array([*kept, [255] * 3], np.uint8).tobytes())
    return palette


def _nearest(rgba: np.ndarray) -> np.ndarray:
    """The nearest colours of the palette to these, four bytes each."""
    row = Image.frombytes("RGB", (len(rgba), 1), rgba.tobytes(), "raw", "RGBX")
    return np.asarray(row.quantize(palette=_palette(), dither=Image.Dither.NONE))[0]


@lru_cache
def _blank() -> int:
    """The place of white."""
    return int(_nearest(np.array([WHITE], np.uint32))[0])


@lru_cache
def _mixed(colour: str) -> np.ndarray:
    """What each colour of the palette becomes if a word covers so many of `SHADES` of it, from none on."""
    ink, known = np.array(to_rgb(colour)) * 255, np.reshape(_palette().getpalette(), (-1, 3))
    mixed = [known + (ink - known) * step / SHADES for step in range(SHADES + 1)]
    colours = np.full((SHADES + 1, 256, 4), 255, np.uint8)
    colours[:, : len(known), :3] = np.rint(mixed)
    mixture = _nearest(colours.reshape(-1, 4).view(np.uint32).reshape(-1)).copy()
    mixture[:256] = range(256)
    return mixture


# --- words -----------------------------------------------------------------------------------------


class _Ink(NamedTuple):
    """256 times how many of `SHADES` of each pixel a text covers, top first.

    Then where it begins, how wide it is with its white at the sides, and how many rows lie above its line, all in
    pixels from where the text is placed.
    """

    pixels: np.ndarray
    begin: int
    width: float
    above: int


@lru_cache(maxsize=8192)
def _ink(word: str, size: float, bold: bool) -> _Ink:
    font = font_of(bold)
    font.set_size(size, DPI)
    known = "".join(letter if font.get_char_index(ord(letter)) else "\ufffd" for letter in word)
    font.set_text(known, 0, flags=LoadFlags.NO_HINTING)
    font.draw_glyphs_to_bitmap(antialiased=True)
    (width, height), begin = font.get_width_height(), font.get_bitmap_offset()[0] // 64
    covered = (np.asarray(font.get_image(), np.uint16) * SHADES + 127) // 255
    return _Ink(covered * np.uint16(256), begin, width / 64, (height - font.get_descent()) // 64 + 1)


@lru_cache(maxsize=256)
def _text(text: str, size: float, bold: bool) -> _Ink:
    """A text put together from its words, most of which stand in other texts and packs too."""
    words = [_ink(word, size, bold) for word in text.split(" ") if word]
    if len(words) == 1:
        return words[0]
    space, pen, placed = extent(" ", size, bold) * DPI / 72, 0.0, []
    for ink in words:
        placed.append((round(pen) + ink.begin, ink))
        pen += ink.width + space
    left, top = min(x for x, _ in placed), max(ink.above for ink in words)
    right = max(x + ink.pixels.shape[1] for x, ink in placed)
    under = max(ink.pixels.shape[0] - ink.above for ink in words)
    cover = np.zeros((top + under, right - left), np.uint16)
    for x, ink in placed:
        tall, wide = ink.pixels.shape
        part = cover[top - ink.above :, x - left :][:tall, :wide]
        np.maximum(part, ink.pixels, out=part)
    return _Ink(cover, left, pen - space, top)


def _put(word: Word, pixels: np.ndarray) -> None:
    """Put the word on pixels; what would stand outside is cut off."""
    cover, begin, width, above = _text(word.text, word.size, word.bold)
    share = {"left": 0, "center": 0.5, "right": 1}[word.anchor]
    x = round(word.x * DPI / 72 - share * width) + begin
    y = pixels.shape[0] - round(word.y * DPI / 72) - above
    under = pixels[max(y, 0) : max(y + cover.shape[0], 0), max(x, 0) : max(x + cover.shape[1], 0)]
    if under.shape != cover.shape:
        cover = cover[max(-y, 0) :, max(-x, 0) :][: under.shape[0], : under.shape[1]]
    under[...] = _mixed(word.colour).take(cover + under)
