"""A step and what it knows → the request that its operation takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import orjson

from twingen.contract.model import Operation, Parameter as Documented
from twingen.runtime.http import Request
from twingen.verify.scenarios.binding import Call
from twingen.verify.scenarios.exchange import Exchange
from twingen.verify.scenarios.expression import Scope, Unresolved, rendered, written
from twingen.verify.scenarios.model import Body, Step
from twingen.verify.scenarios.reading import split_pointer
from twingen.verify.target import Target

_PARAMETER = re.compile(r"\{\+?([^}]*)\}")
_FORM = "application/x-www-form-urlencoded"
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}


def exchange_of(step: Step, call: Call, scope: Scope, target: Target) -> Exchange:
    """Return the request of a step, not sent yet; raises Unresolved where a value is missing."""
    operation = call.operation
    given: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    for parameter in step.parameters:
        given[parameter.location][parameter.name] = rendered(parameter.value, scope)
    documented = {(one.name, one.location): one for one in operation.parameters}
    template, _, fragment = operation.path.partition("#")
    path = _PARAMETER.sub(lambda found: _in_path(given["path"], found.group(1)), template)
    pairs = parse_qsl(fragment, keep_blank_values=True)
    for name, value in given["query"].items():
        pairs += _in_query(documented[name, "query"], value)
    headers = {"host": _host(target.address)}
    if target.credential:
        headers["authorization"] = target.credential
    headers |= {name.lower(): _text(value) for name, value in given["header"].items()}
    if given["cookie"]:
        headers["cookie"] = "; ".join(f"{name}={_text(value)}" for name, value in given["cookie"].items())
    payload, raw = None, b""
    if step.body is not None:
        payload = _laid(step.body, scope)
        media = step.body.content_type or _media(operation)
        raw = encoded(payload, media)
        headers["content-type"] = media
    request = Request(operation.method, path, urlencode(pairs), headers, raw)
    return Exchange(
        step=step.id, source=call.source, operation=operation.key, request=request, address=target.address,
        path=given["path"], query=given["query"], payload=payload,
    )  # fmt: skip


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0]


def _in_path(given: Mapping[str, Any], name: str) -> str:
    value = "" if given[name] is None else _text(given[name])
    if not value:
        raise Unresolved(f"the path parameter {name!r} is empty")
    return quote(value, safe="")


def _in_query(parameter: Documented, value: Any) -> Iterator[tuple[str, str]]:
    """Yield name and value as the parameter's style has them."""
    name = parameter.name
    if value is None:
        return
    if parameter.media_type is not None:
        yield name, orjson.dumps(value).decode()
    elif isinstance(value, list):
        if parameter.explode and parameter.style == "form":
            yield from ((name, _text(one)) for one in value)
        else:
            yield name, _SEPARATORS.get(parameter.style, ",").join(_text(one) for one in value)
    elif isinstance(value, dict):
        if parameter.style == "deepObject":
            yield from ((f"{name}[{key}]", _text(one)) for key, one in value.items())
        elif parameter.explode:
            yield from ((key, _text(one)) for key, one in value.items())
        else:
            yield name, ",".join(_text(one) for pair in value.items() for one in pair)
    else:
        yield name, _text(value)


def _laid(body: Body, scope: Scope) -> Any:
    payload = rendered(body.payload, scope)
    for pointer, value in body.replacements:
        payload = _replaced(payload, split_pointer(pointer), rendered(value, scope), pointer)
    return payload


def _replaced(payload: Any, steps: tuple[str, ...], value: Any, pointer: str) -> Any:
    """Return a payload with `value` at a place; its last step may be new in an object."""
    if not steps:
        return value
    head, rest = steps[0], steps[1:]
    if isinstance(payload, dict) and (head in payload or not rest):
        return {**payload, head: _replaced(payload.get(head), rest, value, pointer)}
    if isinstance(payload, list) and head.isdigit() and int(head) < len(payload):
        place = int(head)
        return [*payload[:place], _replaced(payload[place], rest, value, pointer), *payload[place + 1 :]]
    raise Unresolved(f"the payload has nothing at {pointer}")


def _media(operation: Operation) -> str:
    types = [media.type for media in (operation.body.content if operation.body else ())]
    plain = [one for one in types if "*" not in one]
    return next((one for one in plain if "json" in one), plain[0] if plain else "application/json")


def encoded(payload: Any, media: str) -> bytes:
    """Return a payload as its media type has it; a text goes out as it is."""
    if payload is None:
        return b""
    if isinstance(payload, str):
        return payload.encode()
    if media.startswith(_FORM) and isinstance(payload, dict):
        pairs = [(name, one) for name, value in payload.items() for one in _fields(value)]
        return urlencode(pairs).encode()
    return orjson.dumps(payload)


def _fields(value: Any) -> list[str]:
    """Return a form field's texts: one for each scalar of a list, JSON for what is nested."""
    if isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value):
        return [_text(one) for one in value]
    return [] if value is None else [_text(value)]


def _text(value: Any) -> str:
    return written(value)
