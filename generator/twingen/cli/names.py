"""What a NAME or a PATH on the command line means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from twingen.errors import UsageError

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*(?:@[A-Za-z0-9][A-Za-z0-9._-]*)?")
_RULE = "a name is lower-case letters, digits and dashes, with @VERSION if need be: okta, okta@2026-09"
_SETTINGS = "twin.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The folder that a NAME or PATH means, and why that one."""

    name: str
    path: Path
    source: Literal["path", "here", "shipped"]

    def __str__(self) -> str:
        match self.source:
            case "path":
                return str(self.path)
            case "here":
                return f"{self.name} is {self.path}"
            case "shipped":
                return f"{self.name} is the twin shipped with twingen ({self.path})"


def checked_name(text: str) -> str:
    """Return `text` if it is a NAME; raises UsageError that says what it is instead."""
    if _NAME.fullmatch(text):
        return text
    if _is_path(text):
        raise UsageError(
            f"{text!r} is a path, and a name is wanted here",
            remedy=f"{_RULE}; --out DIR says where the twin goes",
        )
    raise UsageError(f"{text!r} is no name for a twin", remedy=_RULE)


def base_name(name: str) -> str:
    """Return a NAME without its @VERSION."""
    return name.partition("@")[0]


def default_folder(name: str) -> Path:
    return Path("generated") / name


def find(text: str) -> Found:
    """Return the twin that a NAME or PATH means; raises UsageError when there is none."""
    if not _NAME.fullmatch(text):
        if not _is_path(text):
            raise UsageError(
                f"{text!r} is neither a name nor a path",
                remedy=f"{_RULE}; a path contains / or .",
            )
        path = Path(text)
        if not path.exists():
            raise UsageError("there is no such folder", where=text, remedy=_known())
        return Found(name=path.resolve().name, path=path, source="path")
    found = find_name(text)
    if found is None:
        raise UsageError(
            f"there is no twin {text!r}, neither in ./generated nor shipped with twingen",
            remedy=_known(),
        )
    return found


def find_name(name: str) -> Found | None:
    """Return the twin that a NAME means: ./generated/NAME, else the shipped one, else None."""
    here = default_folder(name)
    if (here / _SETTINGS).exists():
        return Found(name=name, path=here, source="here")
    shipped = shipped_folder() / name
    if (shipped / _SETTINGS).exists():
        return Found(name=name, path=shipped, source="shipped")
    return None


def find_for_adoption(name: str) -> Found | None:
    """Return what a build of NAME adopts from by default: NAME, else NAME without its @VERSION."""
    return find_name(name) or (find_name(base_name(name)) if "@" in name else None)


def every() -> Iterator[Found]:
    """Yield every twin that has a name here, in order of name."""
    names = {
        settings.parent.name
        for folder in (Path("generated"), shipped_folder())
        for settings in folder.glob(f"*/{_SETTINGS}")
    }
    for name in sorted(names):
        found = find_name(name)
        if found is not None and _NAME.fullmatch(name):
            yield found


def shipped_folder() -> Path:
    """Return the folder of the twins shipped with the package, or the checkout's `generated/`."""
    package = Path(str(files("twingen")))
    shipped = package / "generated"
    return shipped if shipped.is_dir() else package.parent.parent / "generated"


def _is_path(text: str) -> bool:
    return "/" in text or "." in text or "\\" in text


def _known() -> str:
    names = [found.name for found in every()]
    if not names:
        return "build one: twingen build NAME --docs DIR"
    return f"twins here: {', '.join(names)}; a path to a twin's folder works as well"
