"""What examples and coverage said of an operation before: neither depends on the seed."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from functools import cache as once
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from twingen.contract.model import Contract, Operation
from twingen.contract.schemas import references
from twingen.report.model import Finding, Passage
from twingen.twin.model import Resource, Twin
from twingen.twin.write import resource_data, service_data
from twingen.verify.events import Event, Found, Tried

_CODE = ("contract", "twin", "runtime", "verify", "verify/contract")
_WORD = re.compile(r"[\w-]+")


class Remembered:
    """Verdicts in a folder, one file an operation's digest.

    A damaged entry counts as none; one that cannot be written is not kept.
    """

    def __init__(self, twin: Twin, folder: Path, address: str, operations: Collection[str]):
        self.folder = folder / "contract"
        digests = _Digests(twin, address)
        self._digests = {
            operation.key: digests.of(operation)
            for operation in twin.contract.operations
            if operation.key in operations
        }

    def known(self) -> dict[str, list[Event]]:
        """Return what is on record, by operation."""
        found = {}
        for key, digest in self._digests.items():
            events = self._read(digest)
            if events is not None:
                found[key] = events
        return found

    def keep(self, key: str, events: Iterable[Event]) -> None:
        """Put on record what examples and coverage said of an operation when all their cases were run."""
        raw = {
            "tried": [asdict(event) for event in events if isinstance(event, Tried)],
            "found": [asdict(event.finding) for event in events if isinstance(event, Found)],
        }
        entry = self.folder / f"{self._digests[key]}.json"
        try:
            entry.parent.mkdir(parents=True, exist_ok=True)
            temporary = entry.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_bytes(orjson.dumps(raw))
            temporary.replace(entry)
        except OSError:
            pass

    def _read(self, digest: str) -> list[Event] | None:
        try:
            raw = orjson.loads((self.folder / f"{digest}.json").read_bytes())
            return [*(Tried(**one) for one in raw["tried"]), *map(_found, raw["found"])]
        except (OSError, ValueError, TypeError, KeyError):
            return None


class _Digests:
    """Digests of what an operation's verdict depends on.

    Its contract with every schema that it reaches, its resource and those that the resource names,
    the service's conventions, the seeds, the code, and where the server is.
    """

    def __init__(self, twin: Twin, address: str):
        self.twin = twin
        self._resources = {
            operation.key: resource for resource in twin.resources for operation in resource.operations
        }
        self._written = {
            resource.name: orjson.dumps(resource_data(resource, twin.name), default=str) + _handler(twin, resource)
            for resource in twin.resources
        }
        names = set(self._written)
        self._named = {
            name: names & set(_WORD.findall(text.decode("utf-8", "replace")))
            for name, text in self._written.items()
        }
        service = orjson.dumps(service_data(twin.service), default=str)
        seeds = repr(twin.seeds).encode()
        self._common = [_code(), service, seeds, address.encode(), twin.seed.encode()]

    def of(self, operation: Operation) -> str:
        digest = sha256()
        for part in (*self._common, _contract(operation, self.twin.contract)):
            digest.update(part)
        resource = self._resources.get(operation.key)
        for name in sorted(self._named[resource.name] | {resource.name}) if resource is not None else ():
            digest.update(self._written[name])
        return digest.hexdigest()[:40]


def _handler(twin: Twin, resource: Resource) -> bytes:
    return twin.handlers.get(resource.name, "").encode()


def _contract(operation: Operation, contract: Contract) -> bytes:
    schemas: list[Any] = [p.schema for p in operation.parameters]
    contents = [r.content for r in operation.responses]
    contents += [operation.body.content] if operation.body is not None else []
    schemas += [m.schema for content in contents for m in content if m.schema is not None]
    seen: set[str] = set()
    waiting = [name for schema in schemas for name in references(schema)]
    while waiting:
        name = waiting.pop()
        if name not in seen and name in contract.schemas:
            seen.add(name)
            waiting += references(contract.schemas[name])
    reached: Mapping[str, Any] = {name: contract.schemas[name] for name in sorted(seen)}
    return repr(operation).encode() + orjson.dumps(reached, default=str)


def _found(raw: dict[str, Any]) -> Found:
    passages = tuple(Passage(**passage) for passage in raw.pop("passages"))
    for name in ("columns", "curl"):
        raw[name] = tuple(raw[name])
    return Found(finding=Finding(**raw, passages=passages))


@once
def _code() -> bytes:
    digest = sha256(version("schemathesis").encode())
    package = files("twingen")
    for folder in _CODE:
        for file in sorted(package.joinpath(folder).iterdir(), key=lambda one: one.name):
            if file.name.endswith(".py"):
                digest.update(file.name.encode() + file.read_bytes())
    return digest.digest()
