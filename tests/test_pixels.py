"""Words on the pixels of a chart: where they stand, in which ink, and what becomes of those that stand outside."""

import io

import numpy as np
import pytest
from PIL import Image

from scorecard import charts
from scorecard.build import build_rows, build_scorecard
from scorecard.drawing import pixels
from scorecard.drawing.sheet import Sheet
from scorecard.drawing.style import DPI, INK, MARKS, SIZE, WIDTH, Word, extent, house
from scorecard.ratings import Rag

PER_POINT = DPI / 72


def drawn(*words, height=40):
    """The colours of a sheet without lines that holds these words, and how high it is in points."""
    with house():
        sheet = Sheet(height, "", "", "")
        picture = Image.open(
            io.BytesIO(pixels.png(sheet.draw, (WIDTH, sheet.full_height), (0, sheet.full_height), words))
        ).convert("RGB")
    return np.asarray(picture), sheet.full_height


def test_a_sheet_without_lines_and_words_is_white():
    assert (drawn()[0] == 255).all()


def test_a_picture_is_sound_and_says_its_resolution():
    with house():
        drawn_ = Sheet(40, "Thanet", "", "").png()
    Image.open(io.BytesIO(drawn_)).verify()
    picture = Image.open(io.BytesIO(drawn_))
    assert (picture.format, picture.mode, picture.size[0]) == ("PNG", "P", round(WIDTH * PER_POINT))
    assert picture.info["dpi"] == pytest.approx((DPI, DPI), abs=0.02)


def test_a_word_stands_where_it_is_put_and_no_wider_than_it_is_measured():
    for anchor, start in (("left", 0), ("center", 0.5), ("right", 1)):
        seen, _ = drawn(Word(100, 20, "Thanet", anchor, SIZE, False, INK))
        columns = np.flatnonzero((seen < 255).any(axis=(0, 2))) / PER_POINT
        rows = (seen.shape[0] - np.flatnonzero((seen < 255).any(axis=(1, 2)))) / PER_POINT
        left = 100 - start * extent("Thanet", SIZE)
        assert left - 1 <= columns.min() < columns.max() <= left + extent("Thanet", SIZE) + 1
        assert 19 <= rows.min() < rows.max() <= 20 + SIZE


def test_the_ink_of_a_word_is_that_which_was_asked_for():
    bar = "\N{FULL BLOCK}"
    seen, _ = drawn(Word(100, 10, bar, "left", 30, False, INK), height=60)
    assert abs(seen.reshape(-1, 3).min(axis=0).astype(int) - 0x1A).max() <= 1


def test_a_letter_on_a_mark_is_white_on_its_colour():
    with house():
        sheet = Sheet(40, "", "", "")
        _, size, face, ink, _ = MARKS[Rag.RED]
        sheet.marks([])
        sheet.bar(100, 10, 100 + size, 10 + size, face)
        sheet.word(100 + size / 2, 13, "R", "center", 9, True, ink)
        seen = np.asarray(Image.open(io.BytesIO(sheet.png())).convert("RGB"))
    inside = seen[:, round(101 * PER_POINT) : round((99 + size) * PER_POINT)].reshape(-1, 3)
    colours = {tuple(colour) for colour in inside}
    assert {(0x8A, 0x10, 0x10), (255, 255, 255)} <= colours
    assert all(red >= 0x8A for red, _, _ in colours)


def test_what_stands_outside_is_cut_off():
    whole, height = drawn(Word(100, 20, "Thanet", "left", SIZE, False, INK))
    for x, y in ((-5, 20), (WIDTH - 5, 20), (100, -3), (100, height - 3)):
        cut, _ = drawn(Word(x, y, "Thanet", "left", SIZE, False, INK))
        assert cut.shape == whole.shape
        assert 0 < (cut < 255).sum() < (whole < 255).sum()
    for x, y in ((-500, 20), (500, 20), (100, -50), (100, height + 50)):
        assert (drawn(Word(x, y, "Thanet", "left", SIZE, False, INK))[0] == 255).all()


def test_a_letter_without_a_glyph_is_drawn_as_one_that_is_missing():
    seen, _ = drawn(Word(100, 20, "\N{HANGUL SYLLABLE GA}", "left", SIZE, False, INK))
    known, _ = drawn(Word(100, 20, "\N{REPLACEMENT CHARACTER}", "left", SIZE, False, INK))
    assert (seen < 255).any()
    assert (seen == known).all()


@pytest.mark.parametrize("name", ["Kent", "Thanet"])
def test_nothing_but_words_is_drawn_outside_of_the_plot(edition, monkeypatch, name):
    """Only the plot is looked through for what is drawn: what stood outside would be missing from the PNG alone."""
    png, seen = pixels.png, []

    def both(draw, size, plot, words):
        seen.append((png(draw, size, plot, words), png(draw, size, (0, size[1]), words)))
        return seen[-1][0]

    monkeypatch.setattr(pixels, "png", both)
    rows, everything = build_scorecard(edition, edition.area(name)), list(build_rows(edition))
    charts.trends(rows, everything)
    charts.funnels(rows, everything)
    charts.rankings(rows, everything)
    assert len(seen) > 50
    assert all(part == whole for part, whole in seen)
