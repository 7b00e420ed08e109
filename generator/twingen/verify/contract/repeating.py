"""Requests as commands that can be repeated on a server as it was at first, whatever ids it gives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from twingen.runtime.http import Request
from twingen.verify.contract.curl import curl
from twingen.verify.trail import Place, Step, Trail

_NAME = re.compile(r"[A-Za-z_]\w*\Z")
# How to leave a word in single quotes, or one that bash reads escapes in, for a variable and come back.
_LEAVING = {"": ("", ""), "'": ("'", "'"), "$'": ("'", "$'"), '"': ("", "")}


def commands(
    requests: Sequence[Request], address: str, trail: Trail | None = None, body: bytes = b""
) -> tuple[str, ...]:
    """Return shell commands for `requests`; with a trail after those that make what they speak of.

    `body` is the answer to the last one. Ids that an earlier answer gives are taken from it with jq.
    """
    steps = _own([] if trail is None else trail.before(requests, body), requests)
    variables: dict[str, str] = {}
    lines = []
    for number, step in enumerate(steps, start=1):
        line = spliced(_curl(step.request, address), variables)
        names = {value: f"ID{len(variables) + n}" for n, value in enumerate(step.takes, start=1)}
        places = {names[value]: place for value, place in step.takes.items()}
        lines.append(_taking(line, places, number))
        variables.update(names)
    return tuple(lines)


def spliced(command: str, variables: Mapping[str, str]) -> str:
    """Return a command with shell variables in the place of values, whatever quotes these are in."""
    if not variables:
        return command
    values = "|".join(re.escape(value) for value in sorted(variables, key=len, reverse=True))
    token = re.compile(rf"(?P<value>(?<![\w%-])(?:{values})(?![\w-]))|\$'|['\"]|\\.", re.DOTALL)
    inside = ""

    def replaced(found: re.Match[str]) -> str:
        nonlocal inside
        text = found.group()
        if found.group("value"):
            leave, come_back = _LEAVING[inside]
            name = variables[text]
            return f"${{{name}}}" if inside == '"' else f'{leave}"${name}"{come_back}'
        if text in {"'", '"', "$'"}:
            if not inside:
                inside = text
            elif text[-1] == inside[-1] and text != "$'":
                inside = ""
            elif text == "$'" and inside == "'":
                inside = ""  # a dollar at the end of a word in single quotes
        elif inside == "'" and text[-1] == "'":
            inside = ""  # a backslash is itself there
        return text

    return token.sub(replaced, command)


def _own(steps: Sequence[Step], requests: Sequence[Request]) -> Sequence[Step]:
    """Return the steps and then the requests; a step that is one of these is taken in its place."""
    own: dict[int, Step] = {}
    before = []
    for step in steps:
        place = next((n for n, one in enumerate(requests) if n not in own and _same(one, step.request)), None)
        if place is None:
            before.append(step)
        else:
            own[place] = step
    last = len(requests) - 1
    return [
        *before,
        *(
            Step(request=one, takes=own[n].takes if n in own and n != last else {})
            for n, one in enumerate(requests)
        ),
    ]


def _same(one: Request, other: Request) -> bool:
    return (one.method, one.path, one.query, one.body) == (other.method, other.path, other.query, other.body)


def _curl(request: Request, address: str) -> str:
    target = request.path + (f"?{request.query}" if request.query else "")
    return curl(request.method, address, target, request.headers, request.body)


def _taking(line: str, places: Mapping[str, Place], number: int) -> str:
    if not places:
        return line
    quiet = re.sub(r"\bcurl (-g )?-i\b", r"curl \1-s", line, count=1)
    if len(places) == 1:
        ((name, place),) = places.items()
        return f"{name}=$({quiet} | jq -r {_filter(place)})"
    taken = (f"{name}=$(printf '%s' \"$ANSWER{number}\" | jq -r {_filter(place)})" for name, place in places.items())
    return "; ".join((f"ANSWER{number}=$({quiet})", *taken))


def _filter(place: Place) -> str:
    """Return a place as jq writes it, quoted for the shell."""
    text = ""
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _NAME.match(step):
            text += f".{step}"
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\u0027")
            text += f'["{escaped}"]'
    return f"'{text if text.startswith('.') else '.' + text}'"
