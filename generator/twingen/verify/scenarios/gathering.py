"""The scenarios of twins: found in their folders or given as files and folders, read and bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from twingen.errors import TwingenError, UsageError
from twingen.twin.load import load_twin
from twingen.twin.model import Twin
from twingen.verify.scenarios.binding import Finder, Scenario, bind
from twingen.verify.scenarios.model import Document
from twingen.verify.scenarios.reading import SUFFIXES, read_scenarios

FOLDER = "scenarios"


def files_of(twin: Twin) -> list[Path]:
    """Return the scenario files in a twin's own folder."""
    return _inside(twin.path / FOLDER) if twin.path is not None else []


def files_in(places: Sequence[Path]) -> list[Path]:
    """Return the files that are given, and those in the folders; raises UsageError for none."""
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            inside = _inside(place)
            if not inside:
                raise UsageError("the folder holds no scenarios", where=str(place), remedy=f"files end in {', '.join(SUFFIXES)}")
            found += inside
        elif place.exists():
            found.append(place)
        else:
            raise UsageError("there is no such file or folder", where=str(place))
    return list(dict.fromkeys(found))


def _inside(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix in SUFFIXES)


def finder(twins: Sequence[Twin], more: Finder | None = None) -> Finder:
    """Return what finds a twin by a source's name: one of these, one beside them, or `more`.

    A twin of a version is found by its name without it as well.
    """
    loaded: dict[str, Twin | None] = {}

    def find(name: str) -> Twin | None:
        for twin in twins:
            if name in {twin.name, twin.name.partition("@")[0]}:
                return twin
        if name not in loaded:
            loaded[name] = _beside(twins, name) or (more(name) if more is not None else None)
        return loaded[name]

    return find


def _beside(twins: Sequence[Twin], name: str) -> Twin | None:
    for twin in twins:
        folder = twin.path.resolve().parent / name if twin.path is not None else None
        if folder is not None and (folder / "twin.toml").exists():
            return load_twin(folder)
    return None


def gather(twins: Sequence[Twin], files: Sequence[Path] | None, find: Finder) -> Iterator[Scenario | tuple[Path, TwingenError]]:
    """Yield every scenario, and in its place each file that cannot be read or bound, with why.

    `files` None means those in the twins' own folders.
    """
    owners = [(twin, file) for twin in twins for file in files_of(twin)] if files is None else (
        [(twins[0] if len(twins) == 1 else None, file) for file in files_in(files)]
    )  # fmt: skip
    for owner, file in owners:
        try:
            yield from bind(read_scenarios(file, shown(file)), find, owner if files is None else None)
        except TwingenError as error:
            yield file, error


def shown(file: Path) -> str:
    """Return a path as messages show it: relative to where we are, when that is shorter."""
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)


__all__ = ["Document", "files_in", "files_of", "finder", "gather", "shown"]
