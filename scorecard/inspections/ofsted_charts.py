"""Charts of the Ofsted dashboard: judgements as stacked bars, districts in order, and how judgements moved."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import matplotlib as mpl

from scorecard import periods
from scorecard.checking.sums import listed
from scorecard.drawing.evidence import Chart, say, source_of_rows
from scorecard.drawing.sheet import Sheet, spread
from scorecard.drawing.style import COLOURS, GAP, HOUSE, LINE, SIZE, SMALL, WIDTH, clean, extent, wrap
from scorecard.inspections.ofsted import Dashboard, Judgement, Move, Phase, Profile, Share
from scorecard.phrases import load_phrases


class Fill(NamedTuple):
    """How a judgement is drawn: colour, hatch, and the colour of a number on it, which stands on white if hatched."""

    colour: str
    hatch: str
    ink: str


FILLS = (
    Fill(COLOURS[0], "", "white"),
    Fill(COLOURS[1], "", "black"),
    Fill(COLOURS[3], "////", "black"),
    Fill(COLOURS[2], "xxxx", "black"),
)
"""Best judgement first."""
BAR, TEXT, STEP = 16, SIZE * LINE, 7
"""Heights of a bar, of a line of text, and between two bars, in points."""


class Bar(NamedTuple):
    """A stacked bar: what it is called, its profile, and the percentage at its end."""

    name: str
    profile: Profile
    share: Share
    bold: bool = False


# --- stacked bars ---------------------------------------------------------------------------------


@mpl.rc_context(HOUSE)
def profile(dashboard: Dashboard, scope: str, year: str = "") -> Chart:
    """How the schools of each phase were judged; `year` names the year if the table is of one year."""
    told = [profile for profile in dashboard.profiles(scope) if profile.inspected]
    total = next(profile for profile in told if profile.phase.part == "total")
    when = load_phrases().say("dashboard", "year", year=year) if year else ""
    finding = _say(dashboard, "profile", total, year=when)
    which = f"Judgements of {year} so far" if year else "Most recent judgements"
    subtitle = f"{which} by type of school, {_month(dashboard)}, numbers and per cent {dashboard.good}"
    bars = [_bar(dashboard, profile, profile.phase.name, profile is total) for profile in told]
    return _stacked(dashboard, f"profile-{scope}", (finding, subtitle), bars)


def rankings(dashboard: Dashboard) -> list[Chart]:
    """The districts ranked on all schools, and on settings that are not schools."""
    there = {profile.phase for profile in dashboard.profiles("districts")}
    return [ranking(dashboard, phase) for phase in dashboard.phases if phase in there and phase.part != "school"]


@mpl.rc_context(HOUSE)
def ranking(dashboard: Dashboard, phase: Phase) -> Chart:
    """The districts by their percentage Good or Outstanding, best at the top, with Kent's bar in its place."""
    told = [p for p in dashboard.profiles("districts") if p.phase == phase and p.inspected]
    bars = [_bar(dashboard, p, p.area, p.area == dashboard.areas.kent.name) for p in told]
    bars = sorted(bars, key=lambda bar: -bar.share.value)
    ranks = {bar.share.value: rank for rank, bar in reversed([*enumerate((b for b in bars if not b.bold), 1)])}
    last = [bar for bar in bars if not bar.bold and bar.share.value == min(ranks)]
    finding = _say(dashboard, "ranked", last[0].profile, area=listed(bar.name for bar in last))
    subtitle = f"{phase.name}, {_month(dashboard)}, numbers and per cent {dashboard.good}, best at the top"
    named = [bar if bar.bold else bar._replace(name=f"{ranks[bar.share.value]}. {bar.name}") for bar in bars]
    return _stacked(dashboard, f"ranked-{phase.name}", (finding, subtitle), named)


@mpl.rc_context(HOUSE)
def by_status(dashboard: Dashboard) -> Chart:
    """Kent's maintained schools beside its academies, by phase."""
    kent = dashboard.areas.kent.name
    told = [p for status in dashboard.statuses for p in dashboard.by_status(status) if p.area == kent and p.inspected]
    order = [phase.name for phase in dashboard.phases]
    told = sorted(told, key=lambda profile: order.index(profile.phase.name))
    total = [profile for profile in told if profile.phase.part == "total"]
    words, parts = load_phrases(), [{"share": say(_good(dashboard, p).value), "status": p.scope} for p in total]
    parts = listed(words.say("dashboard", "part", **part) for part in parts)
    finding = _say(dashboard, "status", total[0], parts=parts)
    subtitle = f"Most recent judgements in {kent}, {_month(dashboard)}, numbers and per cent {dashboard.good}"
    bars = [_bar(dashboard, p, f"{p.phase.name}, {p.scope}", p in total) for p in told]
    return _stacked(dashboard, "profile-status", (finding, subtitle), bars)


def _bar(dashboard: Dashboard, profile: Profile, name: str, bold: bool) -> Bar:
    return Bar(name, profile, _good(dashboard, profile), bold)


def _good(dashboard: Dashboard, profile: Profile) -> Share:
    return profile.achieved(dashboard.achieving)


def _month(dashboard: Dashboard) -> str:
    return periods.name(dashboard.as_at)


def _say(dashboard: Dashboard, phrase: str, profile: Profile, **fields: str) -> str:
    """A headline about a profile, in the words of `params/phrases.yml`."""
    name = profile.phase.name
    facts = {
        "share": say(_good(dashboard, profile).value), "phase": name[:1].lower() + name[1:], "area": profile.area,
        "inspected": say(profile.inspected), "good": dashboard.good, "number": say(profile.numbers[-1]),
        "worst": dashboard.judgements[-1].name,
    }  # fmt: skip
    return clean(load_phrases().say("dashboard", phrase, **{**facts, **fields}))


def _stacked(dashboard: Dashboard, name: str, words: tuple[str, str], bars: Sequence[Bar]) -> Chart:
    file = bars[0].profile.file
    source = source_of_rows({file: {bar.profile.row for bar in bars}})
    keys, step = _keys(dashboard.judgements), TEXT + BAR + STEP
    sheet = Sheet(len(bars) * step + (len(keys) + 0.5) * TEXT, *words, source)
    top = sheet.height - _draw_keys(sheet, keys)
    for place, bar in enumerate(bars):
        _draw_bar(sheet, dashboard.judgements, bar, top - place * step)
    return Chart(
        _slug(name), *words, _bars_alt(dashboard, words[1], bars), source, sheet.svg(), sheet.png(),
        *_bars_table(dashboard, bars), sheet.box,
    )  # fmt: skip


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _keys(judgements: Iterable[Judgement]) -> list[list[tuple[float, Fill, str]]]:
    """The key in lines: where each judgement stands, how it looks and what it is called, in the order of the bars."""
    lines, at = [[]], 0.0
    for judgement, fill in zip(judgements, FILLS, strict=True):
        text = f"{judgement.name} ({judgement.letter})"
        width = 24 + extent(text) + 10
        if lines[-1] and at + width > WIDTH:
            lines, at = [*lines, []], 0.0
        lines[-1].append((at, fill, text))
        at += width
    return lines


def _draw_keys(sheet: Sheet, lines: list) -> float:
    for i, line in enumerate(lines):
        low = sheet.height - (i + 1) * TEXT
        for at, fill, text in line:
            sheet.bar(at + 2, low + 1, at + 20, low + 11, fill.colour, fill.hatch)
            sheet.word(at + 24, low + 2.5, text)
    return (len(lines) + 0.5) * TEXT


class Label(NamedTuple):
    """A number beside a segment: the segment's position, the text and the middle of the segment in points."""

    position: int
    text: str
    middle: float


def _edges(profile: Profile) -> list[float]:
    """Where each segment begins and the last one ends, in points."""
    edges = [2.0]
    for count in profile.numbers:
        edges.append(edges[-1] + float(count / profile.inspected) * (WIDTH - 4))
    return edges


def _labels(judgements: Sequence[Judgement], profile: Profile) -> tuple[list[Label], list[Label]]:
    """The labels that fit on their segment, and those that stand above it."""
    inside, above, edges = [], [], _edges(profile)
    for i, (judgement, count) in enumerate(zip(judgements, profile.numbers, strict=True)):
        if count:
            label = Label(i, f"{judgement.letter} {say(count)}", (edges[i] + edges[i + 1]) / 2)
            (inside if extent(label.text) + 8 < edges[i + 1] - edges[i] else above).append(label)
    return inside, above


def _draw_bar(sheet: Sheet, judgements: Sequence[Judgement], bar: Bar, top: float):
    """Name and percentage, above the bar's end the labels that do not fit on it, and the bar."""
    inside, above = _labels(judgements, bar.profile)
    line, high, edges = top - TEXT + 3, top - TEXT, _edges(bar.profile)
    share, begin = f"{say(bar.share.value)}% of {say(bar.profile.inspected)}", extent(bar.name, SIZE, bar.bold) + 8
    sheet.word(2, line, bar.name, bold=bar.bold)
    sheet.word(begin, line, share, bold=True)
    for i, (left, right) in enumerate(pairwise(edges)):
        if right > left:
            sheet.bar(left, high - BAR, right - 0.8, high, FILLS[i].colour, FILLS[i].hatch)
    for label in inside:
        half, fill = extent(label.text) / 2 + 2, FILLS[label.position]
        if fill.hatch:
            sheet.bar(label.middle - half, high - BAR + 1.5, label.middle + half, high - 1.5, "white")
        sheet.word(label.middle, high - BAR + 4.5, label.text, "center", colour=fill.ink)
    widths, free = [extent(label.text) + GAP for label in above], begin + extent(share, SIZE, True) + GAP
    for label, at in zip(above, spread([a.middle for a in above], widths, free, WIDTH - 2 + GAP / 2), strict=True):
        sheet.word(at, line, label.text, "center")


def _bars_alt(dashboard: Dashboard, subtitle: str, bars: Sequence[Bar]) -> str:
    told = [f"{bar.name} {say(bar.share.value)}% of {say(bar.profile.inspected)}" for bar in bars]
    parts = [f"{bar.name}: {_judged(dashboard, bar.profile)}." for bar in bars if bar.bold]
    return clean(" ".join([f"Stacked bars. {subtitle}. {'; '.join(told)}.", *parts]))


def _judged(dashboard: Dashboard, profile: Profile) -> str:
    parts = zip(profile.numbers, dashboard.judgements, strict=True)
    return listed(f"{say(count)} {judgement.name}" for count, judgement in parts)


def _bars_table(dashboard: Dashboard, bars: Sequence[Bar]) -> tuple[tuple, tuple]:
    names = [judgement.name for judgement in dashboard.judgements]
    columns = ("Name", "Inspected", *names, *(f"% {name}" for name in names), f"% {dashboard.good}")
    return columns, tuple(
        (bar.name, say(bar.profile.inspected), *map(say, bar.profile.numbers),
         *(say(bar.profile.share(i + 1, i).value) for i in range(len(names))), say(bar.share.value))
        for bar in bars
    )  # fmt: skip


# --- the matrix -----------------------------------------------------------------------------------

SIDE, CELL = 92, 44
"""Width of the names at the side and height of a cell, in points."""
DARK = 0.69
"""From this depth of colour on white text has more contrast than black."""
WAYS = {1: ("↑", "better"), 0: ("=", "the same"), -1: ("↓", "worse")}


def matrices(dashboard: Dashboard) -> list[Chart]:
    """The matrix of every printed table of moves."""
    return [matrix(dashboard, travel) for travel in dashboard.travels]


@mpl.rc_context(HOUSE)
def matrix(dashboard: Dashboard, travel: str) -> Chart:
    """Previous against latest judgement: a cell darker the more schools it holds, with their number and percentage."""
    moves = dashboard.moves(travel)
    total, ways = sum(move.number for move in moves), dashboard.travelled(moves)
    facts = {"inspected": say(total), "improved": say(ways["improved"]), "worsened": say(ways["worsened"])}
    finding = clean(load_phrases().say("dashboard", "travel", **facts))
    scope = dashboard.travels[travel].lower()
    subtitle = f"Previous and latest judgement, {scope}, {_month(dashboard)}, per cent of {say(total)} schools"
    source = source_of_rows({"direction_of_travel.csv": {move.row for move in moves}})
    sheet = Sheet(len(dashboard.judgements) * CELL + 5 * TEXT + GAP, finding, subtitle, source)
    _draw_matrix(sheet, dashboard, moves)
    ways = [_way(dashboard, move)[1] for move in moves]
    rows = zip(moves, ways, strict=True)
    rows = tuple((m.previous.name, m.latest.name, way, say(m.number), say(m.share.value)) for m, way in rows)
    columns = ("Previous", "Latest", "Judged", "Number", "Percentage")
    return Chart(_slug(f"travel-{travel}"), finding, subtitle, _matrix_alt(subtitle, moves), source, sheet.svg(),
                 sheet.png(), columns, rows, sheet.box)  # fmt: skip


def _way(dashboard: Dashboard, move: Move) -> tuple[str, str]:
    """Arrow and word: whether the latest judgement is better than, the same as or worse than the previous one."""
    step = dashboard.judgements.index(move.previous) - dashboard.judgements.index(move.latest)
    return WAYS[(step > 0) - (step < 0)]


def _draw_matrix(sheet: Sheet, dashboard: Dashboard, moves: Sequence[Move]):
    judgements, width = dashboard.judgements, (WIDTH - SIDE - 2) / len(dashboard.judgements)
    top, most = sheet.height - 4 * TEXT, max(move.share.value for move in moves)
    sheet.word(SIDE, sheet.height - 0.9 * TEXT, "Latest judgement", bold=True)
    sheet.word(2, top + 4, "Previous", bold=True)
    for i, judgement in enumerate(judgements):
        lines = wrap(judgement.name, width - 2, SMALL + 1)
        for k, line in enumerate(reversed(lines)):
            sheet.word(SIDE + (i + 0.5) * width, top + 4 + k * TEXT * 0.85, line, "center", SMALL + 1)
        sheet.words(2, top - (i + 0.5) * CELL, wrap(judgement.name, SIDE - 4, SMALL + 1), size=SMALL + 1)
    for move in moves:
        left = SIDE + judgements.index(move.latest) * width
        high = top - judgements.index(move.previous) * CELL
        _draw_cell(sheet, (left, high, width), move, _way(dashboard, move)[0], float(move.share.value / most))
    told = f"Than before: {', '.join(f'{arrow} {word}' for arrow, word in WAYS.values())}"
    sheet.word(WIDTH - 2, top - len(judgements) * CELL - TEXT, told, "right", SMALL + 1)


def _draw_cell(sheet: Sheet, place: tuple[float, float, float], move: Move, arrow: str, depth: float):
    """A cell of white for none to full colour for the most; its text is white where the cell is dark."""
    left, high, width = place
    ink = "white" if depth > DARK else "black"
    shade = mpl.colors.to_hex([1 + (part - 1) * (0.06 + 0.94 * depth) for part in mpl.colors.to_rgb(COLOURS[0])])
    sheet.bar(left + 1, high - CELL + 1, left + width - 1, high - 1, shade)
    sheet.word(left + width / 2, high - 0.45 * CELL, f"{arrow} {say(move.number)}", "center", SIZE + 1, True, ink)
    sheet.word(left + width / 2, high - 0.8 * CELL, f"{say(move.share.value)}%", "center", SMALL + 1, colour=ink)


def _matrix_alt(subtitle: str, moves: Sequence[Move]) -> str:
    told = (f"{m.previous.name} to {m.latest.name} {say(m.number)} ({say(m.share.value)}%)" for m in moves if m.number)
    return clean(f"Heat map. {subtitle}. {'; '.join(told)}. All other moves: none.")
