"""What was read before, by content: a damaged entry counts as none."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from twingen.contract.diagnostics import Diagnostic
from twingen.contract.document import dump, load
from twingen.contract.model import Contract, Origin
from twingen.ingest.parse import Parsed

# Changes whenever a reader would answer differently for the same files.
READER_VERSION = "2"


class Cache:
    """Parsed documents and finished contracts in a folder; without one nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def parsed(self, digest: str) -> Parsed | None:
        entry = self._read("parsed", digest)
        try:
            return None if entry is None else Parsed(
                entry["data"], entry["lines"], [(p, n) for p, n in entry["repeated"]]
            )  # fmt: skip
        except (KeyError, TypeError, ValueError):
            return None

    def keep_parsed(self, digest: str, parsed: Parsed) -> None:
        entry = {"data": parsed.data, "lines": parsed.lines, "repeated": parsed.repeated}
        self._write("parsed", digest, entry)

    def contract(self, digest: str) -> tuple[Contract, list[Diagnostic]] | None:
        entry = self._read("contract", digest)
        try:
            if entry is None:
                return None
            diagnostics = [
                Diagnostic(**{**raw, "origin": Origin(**raw["origin"])})
                for raw in entry["diagnostics"]
            ]
            return load(entry["contract"]), diagnostics
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def keep_contract(self, digest: str, contract: Contract, diagnostics: list[Diagnostic]) -> None:
        entry = {"contract": dump(contract), "diagnostics": [asdict(d) for d in diagnostics]}
        self._write("contract", digest, entry)

    def _path(self, kind: str, digest: str) -> Path | None:
        if self._folder is None:
            return None
        name = sha256(f"{READER_VERSION}:{digest}".encode()).hexdigest()
        return self._folder / kind / f"{name}.json"

    def _read(self, kind: str, digest: str) -> Any:
        path = self._path(kind, digest)
        if path is None:
            return None
        try:
            return orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None

    def _write(self, kind: str, digest: str, entry: Any) -> None:
        path = self._path(kind, digest)
        if path is None:
            return
        try:
            content = orjson.dumps(entry)
        except (TypeError, orjson.JSONEncodeError):
            return  # an integer beyond 64 bits: read again next time
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.replace(name, path)
        except OSError:
            return  # a cache that cannot be written is no reason to fail
