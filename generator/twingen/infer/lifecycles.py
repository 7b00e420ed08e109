"""Lifecycles: verbs behind an item (`/lifecycle/suspend`, `/archive`) that move it to a state."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

from twingen.contract.model import Operation as Documented
from twingen.infer.draft import Draft
from twingen.infer.evidence import facts, record_properties, segments, success_schema
from twingen.twin.model import FirstStep, Lifecycle, Move, Operation, Resource, Treatment

_STATES = ("status", "state", "lifecycleState", "lifecycle_state")
_GROUPS = frozenset({"lifecycle", "actions", "action", "state", "status"})
_FIRST = re.compile(
    r"(deactivat|disabl|archiv|suspend)\w*\b[^.]{0,80}\b(first|before|prior|second)\b"
    r"|\b(first|before|prior|second)\b[^.]{0,80}\b(deactivat|disabl|archiv|suspend)"
    r"|(not|n't)\b[^.]{0,40}(deactivat|disabl|deprovision)\w*[^.]{0,80}\bdeactivat",
    re.I,
)
# Verbs whose state is not the verb's own participle.
_ENDS = {
    "activate": ("ACTIVE", "ACTIVATED", "ENABLED"),
    "reactivate": ("ACTIVE", "PROVISIONED"),
    "deactivate": ("INACTIVE", "DEACTIVATED", "DEPROVISIONED", "DISABLED"),
    "unsuspend": ("ACTIVE",),
    "unlock": ("ACTIVE",),
    "enable": ("ENABLED", "ACTIVE"),
    "disable": ("DISABLED", "INACTIVE"),
    "unarchive": ("ACTIVE",),
    "restore": ("ACTIVE",),
    "close": ("CLOSED",),
    "reopen": ("OPEN", "REOPENED", "OPENED"),
    "open": ("OPEN",),
    "cancel": ("CANCELLED", "CANCELED"),
    "stop": ("STOPPED",),
    "submit": ("SUBMITTED",),
}


def lifecycles(draft: Draft) -> Draft:
    """Give a resource the moves that verbs behind its items name, where its states have a match.

    The states are the enum of the record's status field; from where a move is legal is not in a
    schema, so every state is a source until something says otherwise. A delete whose description
    speaks of deactivating first only deactivates a record that is not yet in that state.
    """
    items = _items(draft)
    moves: dict[str, dict[str, Move]] = defaultdict(dict)
    for operation in draft.contract.operations:
        if operation.key in draft.operations or operation.method not in {"POST", "PUT"}:
            continue
        found = _target(operation, items)
        if found is None:
            continue
        read, verb = found
        resource = draft.resources[read.resource]
        field, states = _states(resource, draft)
        state = _state(verb, states)
        if field is None or state is None:
            continue
        moves[resource.name][verb] = Move(name=verb, to=state)
        draft = draft.behaving(
            Operation(
                key=operation.key, does="transition", effect="transition", target="item",
                resource=resource.name, move=verb, find=read.find,
                inferred=(f"lifecycles: {verb!r} leads to {state!r} of {field!r}",),
            )
        )  # fmt: skip
    resources = dict(draft.resources)
    for name, found_moves in moves.items():
        field, states = _states(resources[name], draft)
        assert field is not None
        resources[name] = replace(
            resources[name],
            lifecycle=Lifecycle(field=field, states=tuple(states), moves=found_moves),
        )
    return _born_active(_two_steps(replace(draft, resources=resources), moves))


def _born_active(draft: Draft) -> Draft:
    """Let a create's `activate` flag choose the state that a record is born in."""
    documented = {operation.key: operation for operation in draft.contract.operations}
    for operation in list(draft.operations.values()):
        lifecycle = draft.resources[operation.resource].lifecycle if operation.resource in draft.resources else None
        flag = next((p for p in documented[operation.key].parameters if p.name == "activate"), None)
        if operation.does != "create" or lifecycle is None or flag is None:
            continue
        active = next((s for s in lifecycle.states if s.upper() in _ENDS["activate"]), None)
        asleep = next((s for s in lifecycle.states if s.upper() in _ENDS["deactivate"]), None)
        default = flag.schema.get("default", True)
        if active is None or asleep is None or not isinstance(default, bool):
            continue
        asked = "query.activate == false" if default else "query.activate != true"
        draft = draft.behaving(
            replace(
                operation,
                set={**operation.set, lifecycle.field: f"{{{asleep!r} if {asked} else {active!r}}}"},
                parameters={**operation.parameters, "activate": Treatment(use="flag")},
                inferred=(*operation.inferred, "lifecycles: `activate` chooses the first state"),
            )
        )
    return draft


def _items(draft: Draft) -> dict[tuple[str, ...], Operation]:
    """Return the operation that reads (or else writes) an item, by its path."""
    found: dict[tuple[str, ...], Operation] = {}
    for documented in draft.contract.operations:
        operation = draft.operations.get(documented.key)
        if operation is not None and operation.target == "item":
            path = segments(documented.path)
            if path not in found or operation.does == "read":
                found[path] = operation
    return found


def _target(
    operation: Documented, items: dict[tuple[str, ...], Operation]
) -> tuple[Operation, str] | None:
    path = segments(operation.path)
    verb = path[-1]
    if "{" in verb:
        return None
    for above in (path[:-1], path[:-2] if len(path) > 2 and path[-2].lower() in _GROUPS else ()):
        if above in items:
            return items[above], verb.lower()
    return None


def _states(resource: Resource, draft: Draft) -> tuple[str | None, list[str]]:
    """Return the field of the state and its values, from the schema of what a read answers."""
    reads = {
        op.key for op in draft.operations.values() if op.resource == resource.name and op.does == "read"
    }
    schemas = [draft.contract.schemas.get(resource.schema or "")]
    schemas += [success_schema(op) for op in draft.contract.operations if op.key in reads]
    for schema in schemas:
        fields = record_properties(schema, draft.contract)
        for name in _STATES:
            if name in fields:
                values = facts(fields[name], draft.contract).get("enum")
                if isinstance(values, list):
                    return name, [value for value in values if isinstance(value, str)]
    return None, []


def _state(verb: str, states: list[str]) -> str | None:
    by_name = {state.upper().replace("-", "_"): state for state in states}
    head = verb.upper().replace("-", "_")
    stem = head.removesuffix("E")
    wanted = (*_ENDS.get(verb, ()), f"{stem}ED", f"{head}ED", f"{head}D", f"{head}{head[-1:]}ED")
    return next((by_name[name] for name in wanted if name in by_name), None)


def _two_steps(draft: Draft, moves: dict[str, dict[str, Move]]) -> Draft:
    documented = {operation.key: operation for operation in draft.contract.operations}
    for operation in list(draft.operations.values()):
        move = moves.get(operation.resource, {}).get("deactivate") or moves.get(operation.resource, {}).get("disable")
        if operation.does != "delete" or move is None:
            continue
        text = documented[operation.key].description
        if not _FIRST.search(text):
            continue
        lifecycle = draft.resources[operation.resource].lifecycle
        assert lifecycle is not None
        name = operation.find[-1].name
        step = FirstStep(when=f"record.{lifecycle.field} != {move.to!r}", move=move.name)
        draft = draft.behaving(
            replace(
                operation,
                first=(step,),
                inferred=(*operation.inferred, f"lifecycles: {name} is deactivated first, as described"),
            )
        )
    return draft
