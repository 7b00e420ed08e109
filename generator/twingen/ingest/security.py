"""Security schemes and requirements of OpenAPI 3."""

from __future__ import annotations

import re
from typing import Any

from twingen.contract.model import Requirement, SecurityScheme
from twingen.ingest.pointers import MISSING
from twingen.ingest.reader import Place, Reading

_KNOWN = frozenset({"type", "scheme", "in", "name", "description"})
_TYPES = frozenset({"apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"})

# `Authorization: SSWS {API Token}`, "Token <key>", 'X-Key: Bot YOUR_TOKEN'
_VALUE = r"(?:[{<\[$(][^{}<>\[\]()`\"']*[}>\])]?|YOUR[-_A-Za-z]*|[a-z_-]*(?:token|key)\b|\.{3})"
_HEADER = re.compile(r"[A-Za-z][A-Za-z-]*:\s*[`\"']?([A-Za-z][\w-]*)[ ]+" + _VALUE)
_QUOTED = re.compile(r"[`\"']([A-Z][\w-]*)[ ]+" + _VALUE + r"[^`\"']*[`\"']")


def schemes(reading: Reading, raw: Any) -> dict[str, SecurityScheme]:
    """Read `components.securitySchemes`."""
    found: dict[str, SecurityScheme] = {}
    root = Place(None, "/components/securitySchemes", ("components", "securitySchemes"))
    for name, entry in raw.items() if isinstance(raw, dict) else ():
        node, place = reading.follow(entry, root / name)
        if node is MISSING or not isinstance(node, dict):
            continue
        kind = node.get("type")
        if not isinstance(kind, str):
            reading.say("warning", "unexpected-value", "a security scheme without a type", place,
                        left_out="the scheme")  # fmt: skip
            continue
        if kind not in _TYPES:
            reading.say("note", "unknown-security", f"no known type of security: {kind}", place)
        found[name] = _scheme(name, kind, node)
    return found


def _scheme(name: str, kind: str, raw: dict[str, Any]) -> SecurityScheme:
    description = raw.get("description") if isinstance(raw.get("description"), str) else ""
    flows = raw.get("flows") if isinstance(raw.get("flows"), dict) else {}
    scopes: dict[str, None] = {}
    for flow in (flows or {}).values():
        listed = flow.get("scopes") if isinstance(flow, dict) else None
        if isinstance(listed, dict):
            scopes.update(dict.fromkeys(listed))
    scheme = raw.get("scheme")
    location = raw.get("in")
    parameter = raw.get("name")
    return SecurityScheme(
        name=name,
        type=kind,
        scheme=scheme.lower() if isinstance(scheme, str) else "",
        location=location if isinstance(location, str) else "",
        parameter=parameter if isinstance(parameter, str) else "",
        prefix=_prefix(kind, raw, description or ""),
        description=description or "",
        scopes=tuple(scopes),
        details={key: value for key, value in raw.items() if key not in _KNOWN},
    )


def _prefix(kind: str, raw: dict[str, Any], description: str) -> str:
    """Return the word that stands before the token where the document shows it."""
    if kind != "apiKey" or raw.get("in") != "header":
        return ""
    for key, value in raw.items():
        if key.startswith("x-") and "prefix" in key.lower() and isinstance(value, str):
            return value if value.endswith(" ") else value + " "
    match = _HEADER.search(description) or _QUOTED.search(description)
    return f"{match[1]} " if match else ""


def requirements(reading: Reading, raw: Any, place: Place) -> tuple[Requirement, ...] | None:
    """Read a `security` list; None where there is none."""
    if raw is None:
        return None
    found: list[Requirement] = []
    for index, entry in enumerate(raw if isinstance(raw, list) else ()):
        if not isinstance(entry, dict):
            reading.say("warning", "unexpected-value", "a security requirement is a mapping",
                        place / index, left_out="the requirement")  # fmt: skip
            continue
        found.append(
            {
                name: tuple(str(s) for s in scopes) if isinstance(scopes, list) else ()
                for name, scopes in entry.items()
            }
        )
    return tuple(found)
