"""A file that an agent hands in again although a hand has edited it since: the edit stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from twingen.render.merging import merge


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """The files to be put in; `merged` and `conflicts` are lines on those that a hand had edited."""

    files: Mapping[str, bytes]
    merged: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def rewrite(
    new: Mapping[str, bytes], mine: Mapping[str, bytes], wrote: Mapping[str, bytes],
    trouble: Callable[[Mapping[str, bytes]], str],
) -> Rewritten:  # fmt: skip
    """Lay what an agent hands in over the twin's files `mine`; `wrote` is what it had handed in before.

    Blocks that a hand changed stay as the hand has them. `trouble` says why files are no twin: then
    nothing of what was handed in is taken over.
    """
    edited = [file for file in new if file in wrote and mine.get(file) not in (None, wrote[file], new[file])]
    if not edited:
        return Rewritten(files=new)
    files = dict(new)
    merged: list[str] = []
    conflicts: list[str] = []
    for file in edited:
        laid = None
        if file.endswith(".yaml"):
            laid = merge(wrote[file].decode(), mine[file].decode("utf-8", "replace"), new[file].decode())
        if laid is None:
            files[file] = mine[file]
            conflicts.append(f"{file}: rewritten by an agent: kept as the hand has it, since it cannot be merged")
            continue
        files[file] = laid.text.encode()
        merged += [f"{file}: {what}" for what in laid.taken]
        conflicts += [f"{file}: {what}: kept as the hand has it" for what in laid.conflicts]
    why = trouble({**mine, **files})
    if why:
        return Rewritten(
            files={}, conflicts=(f"{', '.join(edited)}: what an agent handed in is left out: merged with the hand's it does not load: {why}",)
        )  # fmt: skip
    return Rewritten(files=files, merged=tuple(merged), conflicts=tuple(conflicts))
