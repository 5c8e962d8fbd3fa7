"""The two layouts in which the Department for Education publishes figures, and what makes a row of them wrong.

LAIT is the back data of the Local Authority Interactive Tool: one figure a row. EES is a file of Explore Education
Statistics: one row an area and year, one column a figure. Both become the table `long`, one figure a row, with the
number of the row in the file. What cannot be stored must be listed by a rule; nothing else may be left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?"
SYMBOLS = ("-", "c", "..", ":", "x", "z", "k", "low", "u", "~")
"""What stands for a missing figure: not available, confidential, not applicable, rounds to zero, unreliable."""
BLANK = "blank"
"""The symbol of a cell with nothing in it."""
MARKS = {"prov": "provisional", "provisional": "provisional", "rev": "revised", "revised": "revised",
         "final": "final", "ot": "outturn"}  # fmt: skip
GEOGRAPHY = {"National": "country", "Regional": "region", "Local authority": "la"}
PLACES = ("country_code", "country_name", "region_code", "region_name", "old_la_code", "new_la_code", "la_name")


@dataclass(frozen=True)
class Rule:
    """What is wrong with a row: a condition over `long`, the text at fault and what to say about it."""

    code: str
    grade: str
    wrong: str
    column: str
    value: str
    said: str
    remedy: str


@dataclass(frozen=True)
class Layout:
    """A published layout: how it is recognised, how it becomes the table `long`, and its rules."""

    source: str
    title: str
    columns: tuple[str, ...]
    needs: frozenset[str]
    lengthen: Callable[[duckdb.DuckDBPyConnection], None]
    rules: tuple[Rule, ...]


def quoted(name: str) -> str:
    """The name of a column within a query."""
    return '"' + name.replace('"', '""') + '"'


def _listed(texts) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def _figures(text: str) -> str:
    """`value` and `symbol` of a cell of text."""
    return f"""
        case when regexp_full_match({text}, '{NUMBER}') then cast(printf('%.10g', cast({text} as double)) as double) end
            as value,
        case when {text} is null or {text} = '' then '{BLANK}'
             when {text} in ({_listed(SYMBOLS)}) then {text} end as symbol"""


# --- LAIT -------------------------------------------------------------------------------------------

YEAR = r"(19|20)\d\d"
SINGLE, SPLIT, SPAN = YEAR, rf"{YEAR}[/-]\d\d", rf"{YEAR}/\d\d-\d\d/\d\d"
ENGLAND, REGIONS = "970", "between 980 and 990"
"""Numbers that the tool gives to England and to the regions; all others are local authorities."""
LAIT_COLUMNS = ("Short Desc", "Data item", "Years", "LA and Regions", "Values", "LA Number", "Region")


def _lengthen_lait(connection: duckdb.DuckDBPyConnection) -> None:
    """Each label of a year is read once, not once a row."""
    marks = " ".join(f"when '{mark}' then '{word}'" for mark, word in MARKS.items())
    connection.execute(f"""
        create table years as with labels as (
            select distinct "Years" as written, trim("Years") as label,
                   trim(regexp_replace(trim("Years"), '\\(.*\\)$', '')) as year_label,
                   lower(trim(regexp_extract("Years", '\\(([^)]*)\\)', 1))) as mark
            from raw)
        select written, label, year_label,
               case when regexp_full_match(year_label, '{SINGLE}|{SPLIT}|{SPAN}')
                    then cast(left(year_label, 4) as integer) end as start,
               case when regexp_full_match(year_label, '{SINGLE}') then 'one year'
                    when regexp_full_match(year_label, '{SPLIT}')
                         and (cast(left(year_label, 4) as integer) + 1) % 100 = cast(right(year_label, 2) as integer)
                    then 'two years' else 'several years' end as kind,
               case mark {marks} when '' then null else mark end as status
        from labels""").fetchall()
    connection.execute(f"""
        create table long as with cells as (
            select row_ as row, trim("Short Desc") as measure, "Years" as written, trim("LA and Regions") as area,
                   trim("LA Number") as number, trim("Values") as text
            from raw)
        select row, measure, '' as filters, label, year_label, area, text, number, {_figures("text")}, start, kind,
               status, try_cast(try_cast(number as double) as integer) as dfe, cast(null as varchar) as ons,
               case when dfe = {ENGLAND} then 'country' when dfe {REGIONS} then 'region' else 'la' end as level
        from cells left join years using (written)""").fetchall()


NO_FIGURE = "symbol is null and value is null"
LAIT_RULES = (
    Rule("IMP010", "error", "coalesce(measure, '') = ''", "Short Desc", "null",
         "the measure has no name.", "Fill it in or download the file again."),
    Rule("IMP011", "error", "start is null and value is not null", "Years", "label",
         'the year "{value}" cannot be read and the row holds a figure.',
         "Write it like 2023, 2022/23, 2022-23 (OT) or 2023 (prov)."),
    Rule("IMP012", "warning", f"start is null and value is null and not ({NO_FIGURE})", "Years", "label",
         'the year "{value}" cannot be read; the rows hold no figure and are set aside.',
         "Nothing to do; the rows are counted as set aside."),
    Rule("IMP013", "error", "dfe is null or dfe <> cast(number as double) or dfe <= 0", "LA Number", "number",
         '"{value}" is not the number of an area.', "Write the number that the tool gives it, for example 886."),
    Rule("IMP014", "error", NO_FIGURE, "Values", "text",
         '"{value}" is neither a number nor a sign for a missing one.',
         f"Write digits only, without commas or %, or one of {' '.join(SYMBOLS)}."),
    Rule("IMP015", "error",
         "(measure, label, dfe) in (select (measure, label, dfe) from long group by measure, label, dfe "
         "having count(*) > 1)", "Short Desc", "measure || ', ' || coalesce(label, '') || ', ' || coalesce(area, '')",
         "stands more than once: {value}.", "Keep one row for each measure, year and area."),
)  # fmt: skip


# --- EES --------------------------------------------------------------------------------------------

EES_COLUMNS = ("time_period", "time_identifier", "geographic_level", *PLACES)
EES_NEEDS = frozenset({"time_period", "time_identifier", "geographic_level", "country_code", "country_name"})


def _lengthen_ees(connection: duckdb.DuckDBPyConnection) -> None:
    """Filters are columns of words; a column is one of figures if at least half of its cells are numbers or symbols."""
    names = [name for name, *_ in connection.sql("describe raw").fetchall() if name != "row_"]
    free = [name for name in names if name not in EES_COLUMNS]
    figures = [name for name in free if _holds_figures(connection, name)]
    filters = [name for name in free if name not in figures]
    places = ", ".join(name if name in names else f"cast(null as varchar) as {name}" for name in PLACES)
    told = " || '; ' || ".join(f"'{name.replace(chr(39), '')}: ' || coalesce({quoted(name)}, '')" for name in filters)
    each = " union all ".join(
        f"select row_, '{name.replace(chr(39), '')}' as measure, trim({quoted(name)}) as text from raw"
        for name in figures
    )
    nothing = "select 0 as row_, '' as measure, '' as text where false"
    connection.execute(f"""
        create table long as with facts as (
            select row_, trim(time_period) as time, trim(time_identifier) as identifier,
                   trim(geographic_level) as geography, {places}, {told or "''"} as filters from raw)
        select facts.row_ as row, measure, filters, time as label, geography, identifier, text, {_figures("text")},
               case when length(time) = 6 then left(time, 4) || '/' || right(time, 2) else time end as year_label,
               case when regexp_full_match(time, '{YEAR}') or (regexp_full_match(time, '{YEAR}\\d\\d') and
                         (cast(left(time, 4) as integer) + 1) % 100 = cast(right(time, 2) as integer))
                    then cast(left(time, 4) as integer) end as start,
               lower(identifier) as kind, cast(null as varchar) as status,
               case geography {" ".join(f"when '{said}' then '{level}'" for said, level in GEOGRAPHY.items())}
                    else geography end as level,
               case geography when 'National' then country_name when 'Regional' then region_name
                    else coalesce(la_name, '') end as area,
               try_cast(case geography when 'Local authority' then old_la_code end as integer) as dfe,
               case geography when 'National' then country_code when 'Regional' then region_code
                    else new_la_code end as ons
        from facts join ({each or nothing}) as figures on facts.row_ = figures.row_""").fetchall()


def _holds_figures(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    cell = f"trim({quoted(name)})"
    known = f"regexp_full_match({cell}, '{NUMBER}') or {cell} in ({_listed(SYMBOLS)})"
    [(numbers, filled)] = connection.sql(
        f"select count(*) filter ({known}), count(*) filter (coalesce({cell}, '') <> '') from raw"
    ).fetchall()
    return filled == 0 or numbers * 2 >= filled


EES_RULES = (
    Rule("IMP020", "error", "start is null", "time_period", "label",
         '"{value}" is not a period.', "Write four digits (2023) or six of consecutive years (202223)."),
    Rule("IMP021", "error", f"coalesce(geography, '') not in ({_listed(GEOGRAPHY)})", "geographic_level", "geography",
         '"{value}" is not a level that is compared.', f"Keep the rows of {', '.join(GEOGRAPHY)}."),
    Rule("IMP022", "error", "coalesce(ons, '') = ''", "new_la_code, region_code or country_code", "area",
         'the area "{value}" has no code.', "Fill in the code of its level."),
    Rule("IMP023", "error", NO_FIGURE, "(named in the message)", "measure || ' ' || text",
         '"{value}": neither a number nor a sign for a missing one.',
         f"Write digits only, without commas or %, or one of {' '.join(SYMBOLS)}."),
    Rule("IMP024", "error",
         "(measure, filters, label, kind, ons) in (select (measure, filters, label, kind, ons) from long "
         "group by measure, filters, label, kind, ons having count(*) > 1)", "time_period",
         "label || ', ' || coalesce(area, '')", "stands more than once: {value}.",
         "Keep one row for each period, area and filter."),
)  # fmt: skip

LAYOUTS = (
    Layout("LAIT", "the back data of the Local Authority Interactive Tool", LAIT_COLUMNS,
           frozenset(LAIT_COLUMNS) - {"Data item", "Region"}, _lengthen_lait, LAIT_RULES),
    Layout("EES", "a file of Explore Education Statistics", EES_COLUMNS, EES_NEEDS, _lengthen_ees, EES_RULES),
)  # fmt: skip
