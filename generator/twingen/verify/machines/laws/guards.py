"""Guards refuse what they say, in the words of their error case.

A guard is evaluated over the request and over what is shown of the record, so only those are tried
that ask for nothing else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from twingen.contract.schemas import properties
from twingen.errors import ExpressionError
from twingen.runtime import paths
from twingen.runtime.violation import fits
from twingen.twin.expression import compiled
from twingen.twin.functions import FUNCTIONS
from twingen.twin.model import Guard, Operation
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law, refused
from twingen.verify.machines.laws.fields import body_schema
from twingen.verify.machines.plan import Plan, leaves
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Unreached

_ASKED = frozenset({"body", "query", "args"})
_WORDS = ("owner", "true", "x" * 300, "UPPER CASE", "2")


def _readable(plan: Plan, operation: Operation, guard: Guard) -> bool:
    """Return whether what a guard asks for is seen from outside."""
    names = _ASKED | {"record", operation.resource.replace("-", "_")}
    names |= {find.name for find in operation.find if find.resource == operation.resource}
    try:
        found = compiled(guard.when if guard.when is not None else guard.unless or "true")
    except ExpressionError:
        return False
    return found.names <= names and found.calls <= set(FUNCTIONS)


def applies(plan: Plan, operation: Operation) -> bool:
    return any(_readable(plan, operation, guard) for guard in operation.guards)


def step(play: Play, operation: Operation, draw: Draw) -> None:
    plan = play.plan
    readable = [place for place, one in enumerate(operation.guards) if _readable(plan, operation, one)]
    place = draw.one(readable)
    guard = operation.guards[place]
    chosen: dict[str, Known] = {}
    known: Known | None = None
    if any(find.resource == operation.resource and not find.optional for find in operation.find):
        known = play.some(operation.resource, draw)
        play.wander(known, draw)
        chosen = play.around(known)
    sent = play.body_for(operation, play.next_number())
    shown = play.look(known) if known is not None else None
    address = play.address(operation, chosen, fresh=3)
    for body, query in _requests(plan, operation, sent.value):
        whole = {**body, **address.body} if isinstance(body, dict) else body
        scope = _scope(operation, whole, {**address.query, **query}, shown)
        if not _fires(guard, scope) or not _seen(guard, shown, known is not None):
            continue
        if any(not _readable(plan, operation, one) or _fires(one, scope) for one in operation.guards[:place]):
            continue
        reply = play.ask(operation, address, body=body, query=query, media=sent.media)
        switches = query and plan.twin.service.validation.parameters != "off"
        valid = not switches and _valid(plan, operation, whole)
        refused(reply, f"what the guard {guard.error} is about", plan.case(guard.error) if valid else None)
        if known is not None and known.mine:
            play.stays(known)
        return
    raise Unreached(f"no request is known that the guard {guard.error} refuses")


def _valid(plan: Plan, operation: Operation, body: Any) -> bool:
    """Return whether the contract has nothing against a body, so that the guard decides."""
    schema = body_schema(plan, operation)
    if plan.twin.service.validation.bodies not in {"strict", "lenient"} or schema is None:
        return True
    return fits(plan.schemas.request_validator(schema, lenient=True, nulls=True), body)


def _scope(operation: Operation, body: Any, query: dict[str, Any], shown: Any) -> Any:
    args = {**query, **body} if isinstance(body, dict) else query
    names = {find.name: shown for find in operation.find if find.resource == operation.resource}
    names[operation.resource.replace("-", "_")] = shown
    return SimpleNamespace(**{**names, "body": body, "query": query, "args": args, "record": shown})


def _fires(guard: Guard, scope: Any) -> bool:
    test = compiled(guard.when if guard.when is not None else guard.unless or "true").evaluate
    try:
        return bool(test(scope)) is not (guard.when is None)
    except Exception:
        return False  # what it computes on is not what a client sees


def _seen(guard: Guard, shown: Any, about: bool) -> bool:
    """Return whether every field of the record that a guard asks for is shown."""
    text = guard.when if guard.when is not None else guard.unless or "true"
    for node in ast.walk(compiled(text).tree):
        # record.a is rewritten to _get(_s.record, 'a')
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_get":
            value, name = node.args
            if isinstance(value, ast.Attribute) and value.attr not in _ASKED and isinstance(name, ast.Constant):
                if not paths.has(shown, (str(name.value),)):
                    return False
    return True


def _requests(plan: Plan, operation: Operation, body: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield requests near a valid one: as it is, with a query, with a member gone, empty or another."""
    yield body, {}
    documented = plan.documented(operation)
    for parameter in documented.parameters:
        if parameter.location == "query":
            schema = plan.schemas.resolve(parameter.schema)
            for value in (*(schema.get("enum") or ()), True, False, *_WORDS[:2]):
                yield body, {parameter.name: value}
    if isinstance(body, dict):
        for path, value in list(leaves(body))[:30]:
            yield paths.without(body, path), {}
            if isinstance(value, str):
                yield paths.put(body, path, ""), {}
                for word in _WORDS:
                    yield paths.put(body, path, word), {}
            if isinstance(value, (int, float)):
                for number in (10**6, 0, -1, not value):
                    yield paths.put(body, path, number), {}
            if isinstance(value, list):
                yield paths.put(body, path, [str(number) for number in range(30)]), {}
        for name in body:
            yield {other: value for other, value in body.items() if other != name}, {}
        schema = body_schema(plan, operation)
        for name in properties(schema, plan.schemas.schemas) if schema else ():
            if name not in body:
                for value in ("x", {"id": "x"}):
                    yield {**body, name: value}, {}


LAW = Law(name="guards", applies=applies, step=step)
