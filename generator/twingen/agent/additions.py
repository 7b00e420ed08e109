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
from typing import Any
from urllib.parse import urlsplit

import orjson

from twingen.agent.client import Client, Model
from twingen.agent.crew import Crew, Role, UnitResult
from twingen.agent.desk import Desk
from twingen.agent.events import Event
from twingen.agent.improving import ledger_path
from twingen.agent.ledger import Ledger
from twingen.agent.memory import Memory, Remembered
from twingen.agent.prompts import Block, reader_head
from twingen.agent.scene import NoWorkbench, Scene, Settings, Work
from twingen.agent.tool import fenced
from twingen.agent.tools import ADDITIONS
from twingen.agent.tools.add_operation import FOLDER
from twingen.agent.units import Unit
from twingen.agent.usage import Purse, Usage, price_of
from twingen.agent.workbench import Standing
from twingen.contract.keys import operation_key
from twingen.contract.model import Contract
from twingen.contract.pages import Page
from twingen.twin.model import Service, Twin

_METHODS = "GET|POST|PUT|PATCH|DELETE"
_ROUTE = re.compile(rf"\b({_METHODS})\**`?\s+`?(https?://[^\s/`'\")>]+)?(/[^\s`'\"),;|\\]*)")
_URL = re.compile(rf"(?:\b({_METHODS})\b\s+)?`?(https?://[^\s`'\")<>|]+)")
_PARAMETER = re.compile(r"\{[^{}/]*\}|\*?\$\w+\*?|<[^<>/]*>|\$\{[^{}/]*\}|(?<=/):[A-Za-z_]\w*")
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
    """What prose added: `document` is OpenAPI 3.1 as JSON (None: nothing), to be compiled beside the rest."""

    document: bytes | None
    keys: tuple[str, ...]
    results: tuple[UnitResult, ...] = ()
    memory: Memory = field(default_factory=Memory)
    usage: Usage = field(default_factory=Usage)
    cost: float | None = 0.0


def mentioned(contract: Contract, pages: Sequence[Page]) -> list[Mentioned]:
    """Return the operations that pages name with method and path, and the contract lacks, once each.

    Whole addresses count only on the service's hosts: the contract's, or without one the host that
    the pages name most.
    """
    known = {(operation.method, _fixed(operation.path)) for operation in contract.operations}
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
                if {(method, _fixed(path)), (method, _fixed(whole))} & known or path == "/":
                    continue
                key = operation_key(method, whole)
                found.setdefault(
                    (method, _fixed(whole)),
                    Mentioned(key=key, method=method, path=whole, page=page.path, line=number),
                )
    return sorted(found.values(), key=lambda one: (one.page, one.line))


def units_of_additions(contract: Contract, pages: Sequence[Page]) -> list[tuple[Unit, list[Mentioned]]]:
    """Return the units in which prose is read, with what each is about."""
    missing = mentioned(contract, pages)
    units = []
    for number, start in enumerate(range(0, len(missing), _TOGETHER), 1):
        batch = missing[start : start + _TOGETHER]
        name = f"additions/{number}"
        unit = Unit(
            name=name, kind="additions", title=f"{len(batch)} operations of prose", files=(), lane=name,
            keys=tuple(one.key for one in batch), why="no contract documents them",
        )  # fmt: skip
        units.append((unit, batch))
    return units


def extend(
    name: str, contract: Contract | None, pages: Sequence[Page], settings: Settings, *, memory: Memory | None = None,
    on_event: Callable[[Event], None] = lambda event: None, model: Model | None = None,
    stop: threading.Event | None = None,
) -> Extended:  # fmt: skip
    """Let a model write down the operations that only prose documents."""
    contract = contract or Contract(title=name)
    batches = units_of_additions(contract, pages)
    if not batches:
        return Extended(document=None, keys=(), memory=memory or Memory())
    twin = Twin(name=name, contract=contract, service=Service(name=name))
    scene = Scene(Work(twin=twin, files={}, pages=pages, memory=memory or Memory()), settings)
    stop = stop or threading.Event()
    about = {unit.name: batch for unit, batch in batches}
    role = Role(
        name="additions", system=reader_head("additions", contract, scene.library), tools=ADDITIONS,
        opening=lambda desk, standing: _opening(desk, standing, about[desk.unit.name]), sees_files=False, tries=False,
    )  # fmt: skip
    ledger = Ledger(settings.ledger or ledger_path())
    crew = Crew(
        role=role, scene=scene, workbench=NoWorkbench(), ledger=ledger, model=model or Client(stop=stop),
        price=price_of(settings.model), purse=Purse(settings.budget), on_event=on_event, stop=stop,
    )  # fmt: skip
    results, interrupted = crew.run([unit for unit, _ in batches])
    if not interrupted:
        ledger.close()
    entries = [
        orjson.loads(raw) for result in results if result.end == "submitted" for raw in result.files.values()
    ]
    usage = Usage()
    for result in results:
        usage += result.usage
    costs = [result.cost for result in results if result.usage.calls]
    done = {
        result.unit.name: Remembered(evidence=result.evidence, claims=result.claims)
        for result in results if result.end == "submitted"
    }  # fmt: skip
    return Extended(
        document=_document(name, contract, entries) if entries else None,
        keys=tuple(name.removeprefix(FOLDER) for result in results for name in result.files),
        results=tuple(results), memory=Memory(units={**(memory or Memory()).units, **done}), usage=usage,
        cost=None if None in costs else sum(cost for cost in costs if cost is not None),
    )  # fmt: skip


def _opening(desk: Desk, standing: Mapping[str, Standing], batch: Sequence[Mentioned]) -> list[Block]:
    parts = ["# Your unit: operations that no contract documents", "Where pages name them:"]
    parts.append("\n".join(f"- {one.key}  ({one.page}:{one.line})" for one in batch))
    for page in dict.fromkeys(one.page for one in batch):
        parts.append(fenced("outline", page, desk.library.outline(page)))
    return [{"type": "text", "text": "\n\n".join(parts)}]


def _document(name: str, contract: Contract, entries: Sequence[Mapping[str, Any]]) -> bytes:
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for one in entries:
        paths.setdefault(one["path"], {})[one["method"]] = one["operation"]
        for schema, value in one["schemas"].items():
            schemas.setdefault(schema, value)
    document = {
        "openapi": "3.1.0",
        "info": {"title": f"{contract.title or name}: what prose documents", "version": contract.version or "0"},
        "servers": [{"url": _origin(server.url)} for server in contract.servers[:1]],
        "paths": paths,
        "components": {"schemas": {**_used(contract, entries), **schemas}},
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def _used(contract: Contract, entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the contract's schemas that additions refer to, so that the document stands alone."""
    wave = set(re.findall(r'"#/components/schemas/([^"]+)"', orjson.dumps(list(entries)).decode()))
    found: dict[str, Any] = {}
    while wave:
        name = wave.pop()
        if name in contract.schemas and name not in found:
            found[name] = contract.schemas[name]
            raw = orjson.dumps(found[name], option=orjson.OPT_NON_STR_KEYS).decode()
            wave |= set(re.findall(r'"#/components/schemas/([^"]+)"', raw))
    return found


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else url


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


def _fixed(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path)
