"""What a reader of one contract format is, and what readers share while they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from twingen.contract.diagnostics import Diagnostics, Level
from twingen.contract.model import Contract, Repair
from twingen.ingest.pointers import MISSING, json_path, lookup, of_fragment
from twingen.ingest.source import Source


class Reader(Protocol):
    """One contract format. A document is recognised by its content, never by its name."""

    @property
    def name(self) -> str: ...

    def recognises(self, document: Mapping[str, Any]) -> bool: ...

    def read(self, source: Source, context: Context) -> Contract: ...


@dataclass(slots=True, kw_only=True)
class Context:
    """`open` parses another file of the folder by its path, None if it cannot be had.

    A reader leaves here what a Contract does not hold: the hosts of the document's own servers,
    and the files whose path items it pulled in.
    """

    diagnostics: Diagnostics
    open: Callable[[str], Source | None]
    hosts: list[str] = field(default_factory=list)
    path_items: set[str] = field(default_factory=set)


class Place:
    """A value in a document and its place in contract.json, told apart only when asked."""

    __slots__ = ("parent", "pointer_token", "target_token")

    def __init__(
        self, parent: Place | None, pointer: str, target: str | int | tuple[str | int, ...]
    ) -> None:
        self.parent = parent
        self.pointer_token = pointer
        self.target_token = target

    def __truediv__(self, token: str | int) -> Place:
        return Place(self, str(token), token)

    @property
    def pointer(self) -> str:
        tokens: list[str] = []
        place: Place = self
        while place.parent is not None:
            tokens.append(place.pointer_token.replace("~", "~0").replace("/", "~1"))
            place = place.parent
        return "/".join((place.pointer_token, *reversed(tokens)))

    @property
    def target(self) -> str:
        tokens: list[str | int] = []
        place: Place | None = self
        while place is not None:
            token = place.target_token
            if isinstance(token, tuple):
                tokens.extend(reversed(token))
            else:
                tokens.append(token)
            place = place.parent
        return json_path(reversed(tokens))

    def moved(self, pointer: str) -> Place:
        """Return the same place in contract.json, read from another `pointer`."""
        tokens: list[str | int] = []
        place: Place | None = self
        while place is not None:
            token = place.target_token
            tokens[:0] = token if isinstance(token, tuple) else (token,)
            place = place.parent
        return Place(None, pointer, tuple(tokens))

    def at(self, pointer: str, target: str | int) -> Place:
        """Return a child that is called otherwise in contract.json than in the document."""
        return Place(self, pointer, target)


@dataclass(slots=True, kw_only=True)
class Reading:
    """One document being read: its references, its trouble, its repairs."""

    source: Source
    diagnostics: Diagnostics
    repairs: list[Repair] = field(default_factory=list)

    @property
    def document(self) -> Any:
        return self.source.data

    def say(
        self, level: Level, code: str, message: str, place: Place | str, *, left_out: str = ""
    ) -> None:
        pointer = place if isinstance(place, str) else place.pointer
        self.diagnostics.add(level, code, message, self.source.origin(pointer), left_out=left_out)

    def repair(
        self,
        kind: str,
        reason: str,
        place: Place,
        *,
        evidence: str,
        update: Any = None,
        remove: bool = False,
        level: Level = "warning",
        left_out: str = "",
    ) -> None:
        """Record a change to the contract as published, and say so."""
        origin = self.source.origin(place.pointer)
        self.repairs.append(
            Repair(
                kind=kind,
                target=place.target,
                reason=reason,
                evidence=evidence,
                origin=origin,
                update=update,
                remove=remove,
            )
        )
        self.diagnostics.add(level, kind, reason, origin, left_out=left_out)

    def follow(self, node: Any, place: Place) -> tuple[Any, Place]:
        """Return what `node` refers to (itself if it is no reference) and where that stands.

        MISSING stands for a reference that leads nowhere; it has been reported.
        """
        seen: set[str] = set()
        siblings: dict[str, Any] = {}
        start = place
        while isinstance(node, dict) and "$ref" in node:
            reference = node["$ref"]
            siblings = {**{k: v for k, v in node.items() if k != "$ref"}, **siblings}
            target = MISSING
            if isinstance(reference, str) and reference.startswith("#") and reference not in seen:
                target = lookup(self.document, of_fragment(reference))
            if target is MISSING:
                self.dangling(reference, start)
                return MISSING, start
            seen.add(reference)
            node, place = target, place.moved(of_fragment(reference))
        if siblings and isinstance(node, dict):
            node = {**node, **siblings}
        return node, place

    def dangling(self, reference: Any, place: Place, *, update: Any = None) -> None:
        shown = reference if isinstance(reference, str) else repr(reference)
        if isinstance(reference, str):
            kind, reason = "dangling-ref", f"the reference {shown} leads nowhere"
        else:
            kind, reason = "ref-not-text", f"the value of $ref is {shown}, not text"
        self.repair(
            kind,
            reason,
            place,
            evidence=f"$ref: {shown}",
            update=update,
            remove=update is None,
            left_out="what it refers to",
        )
