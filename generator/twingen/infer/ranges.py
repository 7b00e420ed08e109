"""Parameters that choose by time or size: `created[gte]`, `updatedAfter`, `since` and `until`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from twingen.contract.model import Contract, Parameter, Schema
from twingen.contract.schemas import types
from twingen.infer.born import BORN, CHANGED
from twingen.infer.evidence import facts, record_properties
from twingen.infer.words import kebab
from twingen.twin.model import Treatment

_BOUNDS = frozenset({"gt", "gte", "lt", "lte"})
_ENDS = {
    "after": "gt", "since": "gte", "from": "gte", "start": "gte", "min": "gte", "gte": "gte", "gt": "gt",
    "before": "lt", "until": "lte", "to": "lte", "end": "lte", "max": "lte", "lte": "lte", "lt": "lt",
}  # fmt: skip
_TIME = re.compile(r"\b(dates?|times?|timestamps?|epoch|ISO.?8601|RFC.?3339)\b", re.I)
_CHANGE = re.compile(r"\b(updat|modif|chang)\w+", re.I)
_BIRTH = re.compile(r"\b(creat|publish|start|added|sent|posted|occurr)\w*", re.I)


def in_range(parameter: Parameter, fields: Mapping[str, Schema], contract: Contract) -> Treatment | None:
    """Return the range that a parameter chooses by: of the field of its name, else of the field that
    its name without `After`, `_before`, `since` … means; None where no field of times or numbers fits.
    """
    schema = facts(parameter.schema, contract)
    members = set(record_properties(parameter.schema, contract))
    if members and members <= _BOUNDS:
        field = fields.get(parameter.name)
        return Treatment(use="range", fields=(parameter.name,)) if _orders(field, contract) else None
    if members or not types(schema) & {"string", "integer", "number"}:
        return None
    words = kebab(parameter.name).split("-")
    end = next((word for word in (words[-1], words[0]) if word in _ENDS), None)
    if end is None:
        return None
    rest = "-".join(word for word in words if word != end)
    if not rest and not (schema.get("format") == "date-time" or _TIME.search(parameter.description)):
        return None
    field_name = _field(rest, parameter.description, fields, contract)
    return None if field_name is None else (
        Treatment(use="range", fields=(field_name,), options={"bound": _ENDS[end]})
    )


def _orders(field: Schema | None, contract: Contract) -> bool:
    """Return whether a field holds times or numbers."""
    if field is None:
        return False
    plain = facts(field, contract)
    return bool(types(plain) & {"integer", "number"}) or plain.get("format") in {"date-time", "date"}


def _field(
    stem: str, text: str, fields: Mapping[str, Schema], contract: Contract
) -> str | None:
    """Return the field that a stem such as `updated` names, or without one what the text speaks of."""
    times = [path for path, field in fields.items() if _orders(field, contract)]
    if stem:
        same = [p for p in times if kebab(p.replace(".", "-")) in {stem, f"{stem}-at", f"{stem}-time", f"{stem}-date"}]
        return same[0] if len(same) == 1 else None
    dated = [p for p in times if facts(fields[p], contract).get("format") in {"date-time", "date"}]
    if _CHANGE.search(text):
        return next((path for path in CHANGED if path in dated), None)
    if _BIRTH.search(text):
        found = next((path for path in BORN if path in dated), None)
        if found is not None:
            return found
    return dated[0] if len(dated) == 1 else None
