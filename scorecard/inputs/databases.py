"""What a database answers to one question, read only and without a password in any word about it."""

import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from scorecard.faults import Fault, InputError, nearest

MISSING = 'Install what it needs: pip install "scorecard[database]".'
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""The driver that an address without one means; SQLAlchemy's own choice changes with its version."""
SECONDS = 10
"""How long a database may take to answer the call."""
LARGEST_ANSWER = 200_000
"""So many rows are taken at most; an edition has some thousand."""
SECRET = re.compile("pass|pwd|secret|token|key", re.IGNORECASE)
READS = re.compile(r"\s*(select|with|values|table)\b", re.IGNORECASE)
ONE_SELECT = "Give one SELECT."


def is_address(source: str) -> bool:
    """Whether a source is the address of a database: postgresql://..., sqlite:///..."""
    return re.match(r"[A-Za-z][\w+.-]*://", source) is not None


def query_database(address: str, table: str | None, query: str | None, columns: list[str]) -> tuple[str, list, list]:
    """The name, the columns and the rows of a table or view (its `columns`, in their order) or of a query.

    Nothing is changed: one SELECT in a transaction that is never committed, and that PostgreSQL and SQLite hold to
    reading. `InputError` if the database cannot be reached or does not have it; the address in it hides the password.
    """
    url = _url(address)
    name = f"table {table}" if table else "the query"
    if query is not None and (";" in query.strip().rstrip(";") or not READS.match(query)):
        raise InputError([Fault("error", "EXT007", name, "is more or other than one SELECT.", ONE_SELECT)])
    return _asked(url, name, lambda connection: _answer(connection, name, table, query, columns))


def _url(address: str):
    """The address as SQLAlchemy reads it; a file of SQLite is opened only for reading and never made."""
    try:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError
    except ImportError:
        raise InputError([Fault("error", "EXT006", "--source", "is a database.", MISSING)]) from None
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # its text may hold the password
        said, remedy = "is not the address of a database.", "Write it like postgresql://USER@HOST:5432/DATABASE."
        raise InputError([Fault("error", "EXT006", "--source", said, remedy)]) from None
    if url.get_backend_name() == "sqlite" and url.database:
        return url.set(database=f"file:{quote(url.database)}", query={"mode": "ro", "uri": "true"})
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def _asked(url, name: str, ask: Callable) -> tuple[str, list, list]:
    """What `ask` is answered in a connection that is closed without a change."""
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import SQLAlchemyError

    server = url.get_backend_name() == "postgresql"
    shown = url.render_as_string(hide_password=True)
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": SECONDS} if server else {})
        with engine.connect() as connection:
            reading = connection.execution_options(postgresql_readonly=True) if server else connection
            try:
                return (name, *ask(reading))
            finally:
                reading.rollback()
    except ImportError as error:
        said = f"needs a driver that is not installed ({error.name})."
        raise InputError([Fault("error", "EXT006", _masked(shown, url), said, MISSING)]) from None
    except SQLAlchemyError as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        raise InputError([_refused(_masked(shown, url), _masked(said, url))]) from None


def _refused(place: str, said: str) -> Fault:
    remedy = "Check address, user, table and query. A password may stand in ~/.pgpass instead of the address."
    return Fault("error", "EXT006", place, f"{said.rstrip('.')}.", remedy)


def _masked(text: str, url) -> str:
    """`text` without the password and whatever else in the address is a secret."""
    secrets = [url.password, *(value for key, value in url.query.items() if SECRET.search(key))]
    flat = [str(one) for secret in secrets if secret for one in (secret if isinstance(secret, tuple) else (secret,))]
    for secret in sorted({way(one) for one in flat for way in (str, quote, quote_plus)}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _answer(connection, name: str, table: str | None, query: str | None, columns: list[str]) -> tuple[list, list]:
    if query is not None:
        told = connection.execution_options(no_parameters=True).exec_driver_sql(query.strip().rstrip(";"))
    else:
        told = connection.execute(_select(connection, table, columns))
    rows = [tuple(row) for row in told.fetchmany(LARGEST_ANSWER + 1)]
    if len(rows) > LARGEST_ANSWER:
        said = f"answers with more than {LARGEST_ANSWER:,} rows."
        raise InputError([Fault("error", "EXT009", name, said, "Ask for the figures of one scorecard only.")])
    return list(told.keys()), rows


def _select(connection, table: str, wanted: list[str]):
    """The wanted columns of a table or view, in an order that does not depend on how the rows lie."""
    import sqlalchemy

    inspector = sqlalchemy.inspect(connection)
    schema, _, name = table.rpartition(".")
    if not inspector.has_table(name, schema or None):
        known = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
        raise InputError([Fault("error", "EXT008", "the database", f'has no table "{table}".', nearest(name, known))])
    held = [told["name"] for told in inspector.get_columns(name, schema or None)]
    columns = [sqlalchemy.column(column) for column in wanted if column in held]
    if len(columns) < len(wanted):
        said = f"has no column {', '.join(column for column in wanted if column not in held)}."
        remedy = f"It must have {', '.join(wanted)}; a view can name them so."
        raise InputError([Fault("error", "EXT008", f"table {table}", said, remedy)])
    return sqlalchemy.select(*columns).select_from(sqlalchemy.table(name, schema=schema or None)).order_by(*columns[:3])
