"""What the inputs of a scenario are: their JSON Schema, and the values that it gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

_PREFIX = "#/components/inputs/"


def resolved(schema: Any, components: Mapping[str, Any], depth: int = 0) -> Any:
    """Return a schema with its references to components/inputs followed; raises ValueError."""
    if depth > 50:
        raise ValueError("the inputs refer to themselves")
    if isinstance(schema, list):
        return [resolved(one, components, depth + 1) for one in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(_PREFIX)
        if not reference.startswith(_PREFIX) or name not in components:
            known = ", ".join(f"{_PREFIX}{one}" for one in sorted(components)) or "none"
            raise ValueError(f"{reference!r} leads to no input of components (there are: {known})")
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**resolved(components[name], components, depth + 1), **rest}
    return {key: resolved(value, components, depth + 1) for key, value in schema.items()}


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise ValueError unless the schema is one."""
    try:
        jsonschema_rs.Draft202012Validator(dict(schema))
    except ValueError as error:
        raise ValueError(f"the inputs are no JSON Schema: {str(error).splitlines()[0]}") from None


def properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, Mapping) else {}


def values_of(schema: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the inputs' values (default, example, or the only choice), and which have none."""
    values: dict[str, Any] = {}
    missing: list[str] = []
    for name, one in properties(schema).items():
        if not isinstance(one, Mapping):
            one = {}
        if "default" in one:
            values[name] = one["default"]
        elif "const" in one:
            values[name] = one["const"]
        elif isinstance(one.get("examples"), list) and one["examples"]:
            values[name] = one["examples"][0]
        elif "example" in one:
            values[name] = one["example"]
        else:
            missing.append(name)
    return values, missing


def unfit(schema: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the first input that its schema does not allow, and why."""
    for name, one in properties(schema).items():
        if name in values and isinstance(one, Mapping):
            error = next(jsonschema_rs.Draft202012Validator(dict(one)).iter_errors(values[name]), None)
            if error is not None:
                return name, error.message
    return None
