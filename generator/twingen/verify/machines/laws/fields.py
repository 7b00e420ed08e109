"""What clients cannot write is not taken from them, and what they cannot read is never shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.contract.schemas import properties, resolve
from twingen.runtime import paths
from twingen.twin.model import Operation
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law
from twingen.verify.machines.plan import Path, Plan
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached

_WRITES = frozenset({"create", "update", "replace"})
_FORGED = "2001-01-01T00:00:00.000Z"
_DEPTH = 3


def writes(plan: Plan, operation: Operation) -> bool:
    return operation.effect in _WRITES and operation.target in {"collection", "item"} and not operation.many


def body_schema(plan: Plan, operation: Operation) -> Any:
    body = plan.documented(operation).body
    return next((one.schema for one in body.content if "json" in one.type), None) if body is not None else None


def _marked(plan: Plan, schema: Any, mark: str, path: Path = ()) -> list[Path]:
    """Return the fields of a schema that carry a mark such as readOnly."""
    found: list[Path] = []
    if schema and len(path) < _DEPTH:
        for name, inner in properties(schema, plan.schemas.schemas).items():
            plain = resolve(inner, plan.schemas.schemas)
            if isinstance(plain, Mapping) and plain.get(mark):
                found.append((*path, name))
            elif isinstance(plain, Mapping):
                found += _marked(plan, inner, mark, (*path, name))
    return found


def forgeable(plan: Plan, operation: Operation) -> list[Path]:
    """Return the fields that the documents or the twin keep from clients."""
    known = plan.resources[operation.resource]
    found = set(_marked(plan, body_schema(plan, operation), "readOnly"))
    found |= {paths.split(name) for name in known.read_only}
    found |= {paths.split(name) for name in known.server_set if name not in operation.set}
    if known.identity.field and known.identity.take is None:
        found.add(paths.split(known.identity.field))
    # What the twin takes from a request by name is there to be written, whatever the schema says.
    taken = str(operation.input)
    return sorted(path for path in found if f"body.{'.'.join(path)}" not in taken)


def read_only_applies(plan: Plan, operation: Operation) -> bool:
    return writes(plan, operation) and operation.handler is None and bool(forgeable(plan, operation))


def read_only(play: Play, operation: Operation, draw: Draw) -> None:
    path = draw.one(forgeable(play.plan, operation))
    known: Known | None = None

    def change(value: Any) -> Any:
        return paths.put(value, path, _FORGED) if isinstance(value, dict) else value

    resource = operation.resource
    if operation.effect == "create":
        known = play.make_by(operation, {}, change=change)
    else:
        known = play.some(resource, draw)
        _, reply = play.attempt(operation, play.around(known), play.next_number(), change)
        if not reply.ok:
            raise Unreached("it is refused")
        play.remember(known, {}, play.look(known))
    shown = play.look(known)
    if shown is None:
        raise Broken(f"the {resource} to be shown", "nothing is")
    if paths.get(shown, path) == _FORGED:
        raise Broken(f"{'.'.join(path)} to be the service's own", f"it is as forged: {_FORGED}")


def secrets(plan: Plan, operation: Operation) -> list[Path]:
    """Return the fields that the documents or the twin never show."""
    known = plan.resources[operation.resource]
    found = set(_marked(plan, body_schema(plan, operation), "writeOnly"))
    body = set(properties(body_schema(plan, operation) or {}, plan.schemas.schemas))
    found |= {paths.split(name) for name in known.write_only if not body or name.partition(".")[0] in body}
    return sorted(found)


def write_only_applies(plan: Plan, operation: Operation) -> bool:
    return writes(plan, operation) and bool(secrets(plan, operation))


def write_only(play: Play, operation: Operation, draw: Draw) -> None:
    path = draw.one(secrets(play.plan, operation))
    play.count += 1
    secret = f"Hidden{play.count}Secret"

    def change(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        there = paths.get(value, path)
        text = next((name for name, one in there.items() if isinstance(one, str)), None) if isinstance(there, dict) else None
        return paths.put(value, (*path, text) if text else path, secret)

    if operation.effect == "create":
        known = play.make_by(operation, {}, change=change)
    else:
        known = play.some(operation.resource, draw)
        _, reply = play.attempt(operation, play.around(known), play.next_number(), change)
        if not reply.ok:
            raise Unreached(f"it is refused: {reply}")
    shown = play.look(known)
    if operation.effect != "create":
        play.remember(known, {}, shown)
    listed = play.listed(known) if play.plan.lister(operation.resource) is not None else None
    if _holds(shown, secret) or _holds(listed, secret) or _answered(play, secret):
        raise Broken(f"{'.'.join(path)} never to be shown", f"it is shown: {secret}")


def _answered(play: Play, secret: str) -> bool:
    return any(secret.encode() in step.response.body for step in play.session.steps[-3:])


def _holds(value: Any, text: str) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(member, text) for member in value.values())
    if isinstance(value, list):
        return any(_holds(member, text) for member in value)
    return bool(value == text)


READ_ONLY = Law(name="read-only-is-not-written", applies=read_only_applies, step=read_only)
WRITE_ONLY = Law(name="write-only-is-not-shown", applies=write_only_applies, step=write_only)
