"""Operations that only prose documents: found by rules, written down by a model, each with citations.

The result is an OpenAPI document that is compiled beside the vendor's own, so that a folder of prose
alone compiles too.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

import orjson

from twingen.agent.client import Client, Model
from twingen.agent.crew import Crew, Role, UnitResult
from twingen.agent.desk import Claim, Desk
from twingen.agent.events import Event
from twingen.agent.evidence import Library, Quote, plain
from twingen.agent.improving import known_price, ledger_path
from twingen.agent.ledger import Ledger
from twingen.agent.memory import Memory, Remembered
from twingen.agent.prompts import Block, reader_head
from twingen.agent.prose_document import Entry, dump_additions, parse_additions, sift
from twingen.agent.scene import NoWorkbench, Scene, Settings, Work
from twingen.agent.tool import fenced
from twingen.agent.tools import ADDITIONS
from twingen.agent.units import Unit
from twingen.agent.usage import Purse, Usage
from twingen.agent.workbench import Standing
from twingen.contract.keys import operation_key
from twingen.contract.model import Contract
from twingen.contract.pages import Page
from twingen.twin.model import Service, Twin

_METHODS = "GET|POST|PUT|PATCH|DELETE"
_ROUTE = re.compile(rf"\b({_METHODS})\**`?\s+`?(https?://[^\s/`'\")>]+)?(/[^\s`'\"),;|\\]*)")
_URL = re.compile(rf"(?:\b({_METHODS})\b\s+)?`?(https?://[^\s`'\")<>|]+)")
_PARAMETER = re.compile(r"\{[^{}/]*\}|\*?\$\w+\*?|<[^<>/]*>|\$\{[^{}/]*\}|(?<=/):[A-Za-z_]\w*")
_VALUE = re.compile(r"[0-9A-Z]")  # in a segment that is no word of a path
_TOGETHER = 12  # operations of a unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """An operation that a page names and no contract documents."""

    key: str
    method: str
    path: str
    page: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """What prose adds: `document` is OpenAPI 3.1 (None: nothing), to be compiled beside the rest.

    `keys` are the operations that were written now; `left_out` says which of earlier ones no longer
    hold and why; `unread` are operations that pages name and nobody has written down.
    """

    document: bytes | None
    keys: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    unread: tuple[Mentioned, ...] = ()
    results: tuple[UnitResult, ...] = ()
    memory: Memory = field(default_factory=Memory)
    usage: Usage = field(default_factory=Usage)
    cost: float | None = 0.0


def mentioned(contract: Contract, pages: Sequence[Page]) -> list[Mentioned]:
    """Return the operations that pages name with method and path, and the contract lacks, once each.

    Whole addresses count only on the service's hosts: the contract's, or without one the host that
    the pages name most.
    """
    known: dict[str, list[list[str]]] = {}
    for operation in contract.operations:
        for path in (operation.path, *operation.aliases):
            known.setdefault(operation.method, []).append(_fixed(path).split("/")[1:])
    hosts = {urlsplit(server.url).netloc for server in contract.servers} or _usual(pages)
    base = max((operation.base_path for operation in contract.operations), key=len, default="")
    found: dict[tuple[str, str], Mentioned] = {}
    for page in pages:
        for number, line in enumerate(page.text.splitlines(), 1):
            for match in _ROUTE.finditer(line):
                method, host, path = match.groups()
                if host and urlsplit(host).netloc not in hosts:
                    continue
                path = _template(path)
                whole = path if host or not base or path.startswith(base) else base + path
                parts = _fixed(path).split("/")[1:]
                if path == "/" or any(_same(parts, other) for other in known.get(method, ())):
                    continue
                key = operation_key(method, whole)
                found.setdefault(
                    (method, _fixed(whole)),
                    Mentioned(key=key, method=method, path=whole, page=page.path, line=number),
                )
    return sorted(found.values(), key=lambda one: (one.page, one.line))


def units_of_additions(missing: Sequence[Mentioned]) -> list[tuple[Unit, list[Mentioned]]]:
    """Return the units in which prose is read, with what each is about."""
    units = []
    for number, start in enumerate(range(0, len(missing), _TOGETHER), 1):
        batch = list(missing[start : start + _TOGETHER])
        name = f"additions/{number}"
        unit = Unit(
            name=name, kind="additions", title=f"{len(batch)} operations of prose", files=(), lane=name,
            keys=tuple(one.key for one in batch), why="no contract documents them",
        )  # fmt: skip
        units.append((unit, batch))
    return units


def extend(
    name: str, contract: Contract | None, pages: Sequence[Page], settings: Settings, *, asks: bool = True,
    known: bytes | None = None, memory: Memory | None = None, on_event: Callable[[Event], None] = lambda event: None,
    model: Model | None = None, stop: threading.Event | None = None,
) -> Extended:  # fmt: skip
    """Let a model write down the operations that only prose documents; `known` is what it wrote before.

    What was written or declined before is asked again only when the words that it rests on changed.
    Without `asks` nothing is asked: what was known and still holds is returned.
    """
    whole = contract or Contract(title=name)
    library = Library(pages)
    kept, left_out = sift(parse_additions(known) if known else (), whole, library)
    memory = memory or Memory()
    host = "" if whole.servers else next(iter(_usual(pages)), "")
    missing = _unread(mentioned(whole, pages), kept, memory, library)
    if settings.only and not any(one.startswith("additions") for one in settings.only):
        missing = []
    if not asks or not missing:
        return Extended(
            document=dump_additions(name, contract, host, kept) if kept else None, left_out=tuple(left_out),
            unread=tuple(missing), memory=memory,
        )  # fmt: skip
    batches = units_of_additions(missing)
    results, interrupted = _asked(name, whole, pages, settings, memory, batches, on_event, model, stop)
    done = [result for result in results if result.end == "submitted"]
    if interrupted:
        raise KeyboardInterrupt
    written = {entry.key: entry for result in done for entry in map(_entry, result.files.values())}
    entries = [*(one for one in kept if one.key not in written), *written.values()]
    usage = Usage()
    for result in results:
        usage += result.usage
    costs = [result.cost for result in results if result.usage.calls]
    read = {one.key for unit, batch in batches for one in batch if unit.name in {r.unit.name for r in done}}
    units = dict(memory.units)
    for one in missing:
        if one.key in read:
            units[_remembered(one.key)] = Remembered(evidence=_line(one, library))
    for entry in written.values():
        claim = Claim(text=f"There is an operation {entry.key}.", quotes=entry.quotes, operations=(entry.key,))
        units[_remembered(entry.key)] = Remembered(evidence=_said(entry.quotes, library), claims=(claim,))
    return Extended(
        document=dump_additions(name, contract, host, entries) if entries else None,
        keys=tuple(sorted(written)), left_out=tuple(left_out), results=tuple(results),
        unread=tuple(one for one in missing if one.key not in read), memory=Memory(units=units), usage=usage,
        cost=None if None in costs else sum(cost for cost in costs if cost is not None),
    )  # fmt: skip


def _asked(
    name: str, contract: Contract, pages: Sequence[Page], settings: Settings, memory: Memory,
    batches: Sequence[tuple[Unit, Sequence[Mentioned]]], on_event: Callable[[Event], None], model: Model | None,
    stop: threading.Event | None,
) -> tuple[list[UnitResult], bool]:  # fmt: skip
    """Hold the conversations; returns what came of them, and whether they were interrupted."""
    twin = Twin(name=name, contract=contract, service=Service(name=name))
    scene = Scene(Work(twin=twin, files={}, pages=pages, memory=memory), settings)
    stop = stop or threading.Event()
    about = {unit.name: batch for unit, batch in batches}
    role = Role(
        name="additions", system=reader_head("additions", contract, scene.library), tools=ADDITIONS,
        opening=lambda desk, standing: _opening(desk, standing, about[desk.unit.name]), sees_files=False, tries=False,
    )  # fmt: skip
    ledger = Ledger(settings.ledger or ledger_path())
    crew = Crew(
        role=role, scene=scene, workbench=NoWorkbench(), ledger=ledger, model=model or Client(stop=stop),
        price=known_price(settings), purse=Purse(settings.budget), on_event=on_event, stop=stop,
    )  # fmt: skip
    results, interrupted = crew.run([unit for unit, _ in batches])
    if not interrupted:
        ledger.close()
    return results, interrupted


def _unread(
    found: Sequence[Mentioned], kept: Sequence[Entry], memory: Memory, library: Library
) -> list[Mentioned]:
    """Return what nobody has read yet, or what pages say of it now is not what was read."""
    known = {entry.key: entry for entry in kept}
    unread = []
    for one in found:
        before = memory.units.get(_remembered(one.key))
        if one.key in known:
            changed = before is not None and before.evidence != _said(known[one.key].quotes, library)
        else:
            changed = before is None or before.evidence != _line(one, library)
        if changed:
            unread.append(one)
    return unread


def _remembered(key: str) -> str:
    return f"additions {key}"


def _line(one: Mentioned, library: Library) -> str:
    """Return the digest of the line that names an operation."""
    return sha256(plain(library.pages[one.page].line(one.line)).encode()).hexdigest()[:32]


def _said(quotes: Sequence[Quote], library: Library) -> str:
    """Return the digest of the paragraphs that quotes stand in."""
    return sha256("\n".join(sorted(library.digest_of(quote) for quote in quotes)).encode()).hexdigest()[:32]


def _entry(raw: bytes) -> Entry:
    return Entry(**orjson.loads(raw))


def _opening(desk: Desk, standing: Mapping[str, Standing], batch: Sequence[Mentioned]) -> list[Block]:
    parts = ["# Your unit: operations that no contract documents", "Where pages name them:"]
    parts.append("\n".join(f"- {one.key}  ({one.page}:{one.line})" for one in batch))
    for page in dict.fromkeys(one.page for one in batch):
        parts.append(fenced("outline", page, desk.library.outline(page)))
    return [{"type": "text", "text": "\n\n".join(parts)}]


def _usual(pages: Sequence[Page]) -> set[str]:
    """Return the host that pages call most, with a method before its address."""
    counts = Counter(
        urlsplit(match.group(2)).netloc
        for page in pages for match in _URL.finditer(page.text) if match.group(1)
    )  # fmt: skip
    return {host for host, _ in counts.most_common(1)}


def _template(path: str) -> str:
    """Return a path as a template: what stands for a value in braces, no query, no sign at its end."""
    path = path.partition("?")[0].partition("#")[0].rstrip(".,:*_")
    path = _PARAMETER.sub(lambda found: "{" + re.sub(r"\W", "", found.group()) + "}", path)
    return path.rstrip("/") or "/"


def _same(named: Sequence[str], documented: Sequence[str]) -> bool:
    """Return whether a page names a documented route: without its base path, or with values for parameters."""
    rest = len(documented) - len(named)
    if rest < 0 or "{}" in documented[:rest]:
        return False
    return all(
        one == other or (other == "{}" and _VALUE.search(one) is not None)
        for one, other in zip(named, documented[rest:], strict=True)
    )


def _fixed(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path)
