"""Call the twin as it is now in a scratch world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, taking
from twingen.agent.workbench import TrialError

_SHOWN = 4000


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    problems = desk.load()
    if problems:
        raise ToolError("the twin does not load:\n" + "\n".join(problems[:8]))
    try:
        answers = desk.trial().call(given["requests"], fresh=not given.get("go_on", False))
    except TrialError as error:
        desk.incidents.append(f"a trial call was stopped: {error}")
        raise ToolError(str(error)) from None
    parts = []
    for request, answer in zip(given["requests"], answers, strict=True):
        headers = "".join(
            f"\n  {name}: {value}" for name, value in answer.headers.items()
            if name.lower() not in {"content-length", "date", "content-type"}
        )  # fmt: skip
        tier = f"  [{answer.tier}]" if answer.tier else ""
        text = answer.text if len(answer.text) <= _SHOWN else f"{answer.text[:_SHOWN]} … ({len(answer.text)} characters)"
        parts.append(
            f"{request['method']} {request['path']} → {answer.status}{tier}  {answer.operation}{headers}\n{text}"
        )
    return "\n\n".join(parts)


CALL_TWIN = Tool(
    name="call_twin",
    description=(
        "Send requests to the twin as your files have it now, one after another, in a scratch world that "
        "starts as the default world (`go_on` keeps the one of your last call). The credential is put in "
        "unless you send an authorization header yourself. To use an id from an answer in a later request "
        "of the same call write {1.id} (member of the first answer's body; {2.items[0].id} works too)."
    ),
    input=taking(
        ("requests",),
        requests={
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "items": taking(
                ("method", "path"),
                method={"type": "string", "pattern": "^[A-Z]{3,7}$"},
                path={"type": "string", "description": "with its query string"},
                headers={"type": "object", "additionalProperties": {"type": "string"}},
                json={"description": "the body, sent as JSON"},
                form={"type": "object", "description": "the body, sent as a form"},
            ),
        },
        go_on={"type": "boolean"},
    ),
    run=run,
    about=lambda given: ", ".join(
        f"{one.get('method')} {one.get('path')}" for one in given.get("requests", ())[:3] if isinstance(one, Mapping)
    ),
)
