"""Files of recorded traffic → cassettes. What a file is, is told from what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from twingen.verify.recordings import har, sessions, vcr
from twingen.verify.recordings.model import Cassette
from twingen.verify.recordings.trouble import FORMATS, RecordingError, UnknownFormatError
from twingen.verify.recordings.untrusted import load_json, load_yaml, text_of

_ENDINGS = (".har", ".json", ".jsonl", ".yml", ".yaml", ".gz")


def read_recordings(
    files: Sequence[Path], passed: list[UnknownFormatError] | None = None
) -> list[Cassette]:
    """Return the cassettes of files and of every file in folders; raises RecordingError.

    In a folder, files that hold something else are passed over, and told in `passed`.
    """
    found: list[Cassette] = []
    over: list[UnknownFormatError] = [] if passed is None else passed
    for path in files:
        if path.is_dir():
            inside = [one for one in sorted(path.rglob("*")) if one.is_file() and one.name.endswith(_ENDINGS)]
            if not inside:
                raise RecordingError(
                    "no recordings in this folder", where=str(path),
                    remedy=f"files that end in {', '.join(_ENDINGS)} are looked at",
                )  # fmt: skip
            held = len(found)
            for one in inside:
                try:
                    found += read_file(one)
                except UnknownFormatError as error:
                    over.append(error)
            if len(found) == held:
                raise over[-1]
        elif not path.exists():
            raise RecordingError("there is no such file", where=str(path))
        else:
            found += read_file(path)
    return found


def read_file(path: Path) -> list[Cassette]:
    """Return what one file holds; raises RecordingError with the line and the format tried."""
    where = str(path)
    text = text_of(path)
    if not text.strip():
        raise UnknownFormatError("not a recording: the file is empty", where=where, remedy=f"replay reads {FORMATS}")
    if text.lstrip()[0] in "{[":
        first, _, rest = text.strip().partition("\n")
        if rest.lstrip().startswith("{") and _whole(first):
            return list(_lines(text, where))
        value = load_json(text, where)
    else:
        value = load_yaml(text, where)
    return [_told(value, text, path.name, where)]


def _lines(text: str, where: str) -> Iterator[Cassette]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            value = load_json(line, where, line=number - 1)
            yield _told(value, line, f"{Path(where).name}:{number}", f"{where}:{number}", lines=True)


def _told(value: Any, text: str, name: str, where: str, *, lines: bool = False) -> Cassette:
    if isinstance(value, dict):
        if isinstance(value.get("log"), dict):
            return har.read(value, text, name, where)
        if "http_interactions" in value:
            return vcr.read_ruby(value, text, name, where)
        if isinstance(value.get("interactions"), list):
            if sessions.is_one(value):
                return sessions.read(value, name, where)
            return vcr.read_interactions(value, text, name, where)
        keys = ", ".join(list(map(str, value))[:6]) or "nothing"
        why = f"its keys are {keys}"
    else:
        kind = "a list" if isinstance(value, list) else "text" if isinstance(value, str) else "a single value"
        why = f"it holds {kind}"
    raise UnknownFormatError(
        f"not a recording: {why}", where=where if lines else f"{where}:1",
        remedy=f"it is none of these: {FORMATS}",
    )  # fmt: skip


def _whole(line: str) -> bool:
    """Return whether a line is a JSON document by itself: then the file is one of lines."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
