"""What openapi-spec-validator says about a document: advice, never a gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.contract.diagnostics import Diagnostic
from twingen.contract.model import Origin
from twingen.ingest.pointers import join
from twingen.ingest.source import Source


def advise(document: Mapping[str, Any], *, source: Source | None = None) -> list[Diagnostic]:
    """Return the validator's errors as notes; where it crashes itself, one note says so.

    Takes 1.5 to 3 s for 3.5 MB. `source` gives the notes their file and lines.
    """
    import openapi_spec_validator as validators

    version = str(document.get("swagger") or document.get("openapi") or "")
    for start, found in (
        ("2", validators.OpenAPIV2SpecValidator),
        ("3.0", validators.OpenAPIV30SpecValidator),
        ("3.1", validators.OpenAPIV31SpecValidator),
    ):
        if version.startswith(start):
            validator: Any = found
            break
    else:
        return []
    places = _places(document)
    advice: list[Diagnostic] = []
    try:
        for error in validator(document).iter_errors():
            path = list(getattr(error, "path", ()) or ())
            pointer = join("", *path) if path else places.get(id(error.schema), "")
            advice.append(_note(f"openapi-spec-validator: {error.message[:300]}", pointer, source))
    except (Exception, RecursionError) as error:  # the validator trips over many real documents
        said = f"{type(error).__name__}: {error}"[:200]
        advice.append(_note(f"openapi-spec-validator gave up: {said}", "", source))
    return advice


def _places(document: Mapping[str, Any]) -> dict[int, str]:
    """Map the objects of a document to their pointers: some errors carry only the object."""
    found: dict[int, str] = {}
    stack: list[tuple[Any, str]] = [(document, "")]
    while stack:
        node, pointer = stack.pop()
        if isinstance(node, dict):
            found.setdefault(id(node), pointer)
            stack.extend((value, join(pointer, key)) for key, value in node.items())
        elif isinstance(node, list):
            stack.extend((value, join(pointer, index)) for index, value in enumerate(node))
    return found


def _note(message: str, pointer: str, source: Source | None) -> Diagnostic:
    origin = source.origin(pointer) if source else Origin(document="", pointer=pointer)
    return Diagnostic(level="note", code="advice", message=message, origin=origin)
