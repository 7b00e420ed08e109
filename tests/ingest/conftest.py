"""Folders of documentation written inline, and the vendors' own where they are at hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from twingen.contract.diagnostics import Diagnostic, Diagnostics
from twingen.contract.document import dump, load
from twingen.contract.model import Contract, Operation
from twingen.ingest import read_folder


@dataclass(frozen=True)
class Ingested:
    """What was read from a folder."""

    contract: Contract
    diagnostics: tuple[Diagnostic, ...]

    def operation(self, key: str) -> Operation:
        return next(o for o in self.contract.operations if o.key == key)

    def said(self, code: str) -> list[str]:
        return [str(d) for d in self.diagnostics if d.code == code]

    def repairs(self, kind: str) -> list[str]:
        return [r.target for r in self.contract.repairs if r.kind == kind]

    @property
    def keys(self) -> list[str]:
        return [o.key for o in self.contract.operations]


Ingest = Callable[..., Ingested]


def written(folder: Path, files: Mapping[str, Any]) -> Path:
    """Write text, bytes or (as YAML) data under the given paths."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            place.write_bytes(content)
        elif isinstance(content, str):
            place.write_text(content)
        else:
            place.write_text(yaml.safe_dump(content, sort_keys=False))
    return folder


def read(folder: Path, **options: Any) -> Ingested:
    diagnostics = Diagnostics()
    contract = read_folder(folder, diagnostics=diagnostics, **options)
    assert load(dump(contract)) == contract
    return Ingested(contract, tuple(diagnostics))


@pytest.fixture
def ingest(tmp_path: Path) -> Ingest:
    """Write files into a folder and read it."""

    def run(files: Mapping[str, Any], **options: Any) -> Ingested:
        return read(written(tmp_path / "docs", files), **options)

    return run


def openapi(
    paths: Mapping[str, Any], schemas: Mapping[str, Any] | None = None, **rest: Any
) -> dict[str, Any]:
    """Return an OpenAPI 3.0 document; other members replace or join the usual ones."""
    components = {"schemas": dict(schemas or {}), **rest.pop("components", {})}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Pets", "version": "1"},
        "paths": dict(paths),
        "components": components,
        **rest,
    }


def answering(schema: Any, **media: Any) -> dict[str, Any]:
    """Return an operation whose 200 has a JSON body of `schema`."""
    content = {"application/json": {"schema": schema, **media}}
    return {"responses": {"200": {"description": "ok", "content": content}}}


@pytest.fixture
def reference() -> Path:
    """The folder of reference data; skips where there is none."""
    place = os.environ.get("TWINGEN_REFERENCE")
    root = Path(__file__).resolve().parents[2]
    folder = Path(place) if place else root.parent / "shared"
    if not (folder / "docs").is_dir():
        pytest.skip(f"no reference data at {folder}")
    return folder
