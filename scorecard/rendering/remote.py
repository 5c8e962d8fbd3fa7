"""Packs whose place is not a local folder: made in a temporary one and uploaded through fsspec."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from scorecard.faults import Fault, InputError
from scorecard.packs import FAILED, NotMade
from scorecard.rendering.batch import Place

MISSING = "Install what is needed for it: pip install scorecard[cluster]."


@contextmanager
def opened(out: str) -> Iterator[tuple[Path, Place]]:
    """The local folder in which the packs for `out`, a folder or an fsspec URL, are made, and their place.

    A temporary folder is removed afterwards, but for the notebooks that failed. `InputError` if
    there is no such kind of URL.
    """
    if "://" not in out:
        yield Path(out), Place()
        return
    files, path = _files(out)
    if "file" in (files.protocol, *files.protocol):
        yield Path(path), Place()
        return
    folder = Path(tempfile.mkdtemp(prefix="scorecard-"))
    try:
        yield folder, Remote(files, path)
    finally:
        for pack in folder.glob("*/*"):
            if pack.name != FAILED:
                shutil.rmtree(pack) if pack.is_dir() else pack.unlink()
        for empty in [*folder.glob("*"), folder]:
            with suppress(OSError):
                empty.rmdir()


def _files(url: str):
    """The file system of an fsspec URL and the path in it."""
    kind = f"{url.partition('://')[0]}://"
    try:
        from fsspec.core import url_to_fs

        return url_to_fs(url)
    except ModuleNotFoundError as error:
        fault = Fault("error", "OUT002", kind, f'needs the package "{error.name}".', MISSING)
    except ImportError as error:  # fsspec's own words: which package to install for this kind
        fault = Fault("error", "OUT002", kind, f"{error}.", "")
    except ValueError as error:
        fault = Fault("error", "OUT003", kind, f"{error}.", "Write a folder or a URL such as s3://bucket/packs.")
    except Exception as error:
        fault = Fault("error", "OUT004", kind, f"cannot be used ({type(error).__name__}).", "Check the address.")
    raise InputError([fault])


class Remote(Place):
    """A folder of an fsspec file system. A pack is whole there when its manifest is there, which comes last."""

    def __init__(self, files, path: str):
        self.files, self.path, self.name = files, path.rstrip("/"), files.unstrip_protocol(path).rstrip("/")

    def fetch(self, home: Path, folders: list[str]) -> None:
        """Bring the manifests of the packs that are there into `home`."""
        self.home = f"{self.path}/{home.name}"
        with self._plainly("cannot be read"):
            told = self.files.cat([f"{self.home}/{name}/manifest.json" for name in folders], on_error="omit")
        for name in folders:
            if content := told.get(f"{self.home}/{name}/manifest.json"):
                (home / name).mkdir()
                (home / name / "manifest.json").write_bytes(content)

    def put_pack(self, pack: Path) -> None:
        """Upload a pack in the place of an earlier one, its manifest last; only the manifest is kept here."""
        there = f"{self.home}/{pack.name}"
        with self._plainly("was not uploaded"):
            if self.files.exists(f"{there}/manifest.json"):
                self.files.rm_file(f"{there}/manifest.json")
            if self.files.exists(there):
                self.files.rm(there, recursive=True)
            for path in sorted((path for path in pack.rglob("*") if path.is_file()), key=_manifest_last):
                self._put(path, f"{there}/{path.relative_to(pack).as_posix()}")
                if path.name != "manifest.json":
                    path.unlink()

    def put_edition(self, home: Path) -> None:
        """Upload the edition's index, then its manifest."""
        with self._plainly("was not uploaded"):
            for name in ("index.html", "manifest.json"):
                self._put(home / name, f"{self.home}/{name}")

    def holds(self, pack: Path, outputs: dict[str, str]) -> bool:
        """Whether the files that the manifest names are there, and no others; their content is not read again."""
        start = f"{self.home}/{pack.name}/"
        names = {path.removeprefix(start) for path in self._there if path.startswith(start)}
        return names == {*outputs, "manifest.json"}

    @cached_property
    def _there(self) -> list[str]:
        """Every file that was there when the run began."""
        with self._plainly("cannot be read"):
            return self.files.find(self.home)

    def _put(self, path: Path, there: str) -> None:
        self.files.makedirs(there.rpartition("/")[0], exist_ok=True)
        self.files.pipe_file(there, path.read_bytes())

    @contextmanager
    def _plainly(self, what: str):
        """Every service has errors of its own; the summary names their kind."""
        try:
            yield
        except Exception as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise NotMade(f"{self.home} {what} ({why})") from error


def _manifest_last(path: Path) -> tuple[bool, str]:
    return path.name == "manifest.json", path.as_posix()
