"""The repairs of a contract as an OpenAPI Overlay, each with its evidence."""

from __future__ import annotations

from typing import Any

from twingen.contract.model import Contract
from twingen.twin.yaml import dump


def dump_overlay(contract: Contract) -> str:
    """Return overlay.yaml: OpenAPI Overlay 1.0 over contract.json."""
    actions: list[dict[str, Any]] = []
    for repair in contract.repairs:
        action: dict[str, Any] = {"target": repair.target, "description": repair.reason}
        if repair.remove:
            action["remove"] = True
        elif repair.update is not None:
            action["update"] = repair.update
        action["x-kind"] = repair.kind
        action["x-evidence"] = repair.evidence
        if repair.origin is not None:
            place = repair.origin.document
            if repair.origin.line:
                place += f":{repair.origin.line}"
            action["x-origin"] = f"{place} {repair.origin.pointer}".strip()
        actions.append(action)
    overlay = {
        "overlay": "1.0.0",
        "info": {"title": f"Repairs of {contract.title or 'the contract'}", "version": contract.version or "1"},
        "extends": "contract.json",
        "actions": actions,
    }
    return dump(overlay)
