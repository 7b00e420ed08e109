"""A tool that a model can call: what it takes as JSON Schema, and what it does with a desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jsonschema_rs

from twingen.agent.client import MALFORMED
from twingen.agent.desk import Desk, ToolError


@dataclass(frozen=True, kw_only=True)
class Tool:
    """`run` returns the text that the model reads; `about` says of an input what a log line needs."""

    name: str
    description: str
    input: Mapping[str, Any]
    run: Callable[[Desk, Mapping[str, Any]], str]
    about: Callable[[Mapping[str, Any]], str] = lambda given: ""

    @cached_property
    def _validator(self) -> Any:
        return jsonschema_rs.Draft202012Validator(dict(self.input))

    def definition(self) -> dict[str, Any]:
        return {"name": self.name, "description": self.description, "input_schema": dict(self.input)}

    def call(self, desk: Desk, given: Mapping[str, Any]) -> str:
        """Run the tool; raises ToolError for an input that does not fit, with every reason."""
        if MALFORMED in given:
            raise ToolError(
                f"the input is no JSON object: {str(given[MALFORMED])[:200]!r}; "
                "if it was cut off, write less at once"
            )
        errors = [
            f"{'/'.join(str(step) for step in error.instance_path) or 'the input'}: {error.message[:200]}"
            for error in self._validator.iter_errors(dict(given))
        ]
        if errors:
            raise ToolError("the input does not fit the tool's schema:\n" + "\n".join(errors[:5]))
        return self.run(desk, given)


def taking(required: tuple[str, ...] = (), **members: Any) -> dict[str, Any]:
    """Return the JSON Schema of an object with these members and no others."""
    return {
        "type": "object", "properties": members, "required": list(required), "additionalProperties": False,
    }  # fmt: skip


def fenced(kind: str, place: str, text: str) -> str:
    """Return text of the vendor's between marks that it cannot close: data, whatever it says."""
    safe = text.replace("</document", "<\\/document").replace("<document", "<\\document")
    return f'<document kind="{kind}" place="{place}">\n{safe}\n</document>'
