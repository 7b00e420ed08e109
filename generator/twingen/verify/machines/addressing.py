"""Where a request about chosen records goes, and which record stands for one that was not chosen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from twingen.twin.model import Find, Operation
from twingen.verify.machines.known import Chosen, Known, same
from twingen.verify.outcome import Unreached
from twingen.verify.requests import value_of

if TYPE_CHECKING:
    from twingen.verify.machines.play import Play

_PLACE = re.compile(r"path\[(\d+)\]")
_ARGUMENT = re.compile(r"\b(args|query|body)\.(\w+)")
_PARAMETER = re.compile(r"\{[^}]*\}")


class Address(NamedTuple):
    """Where a request goes: path values, and identifiers among its query and body."""

    values: tuple[str, ...]
    query: dict[str, Any]
    body: dict[str, Any]


def address_of(play: Play, operation: Operation, chosen: Chosen, depth: int = 0, fresh: int = 0) -> Address:
    """Return where a request about the chosen records goes; what `chosen` lacks is added to it."""
    plan = play.plan
    documented = plan.documented(operation)
    values: dict[int, str] = {}
    query: dict[str, Any] = {}
    body: dict[str, Any] = {}
    queried = {p.name for p in documented.parameters if p.location == "query"}
    for find in operation.find:
        places = [int(found) for found in _PLACE.findall(find.by)]
        above, place = places[:-1], places[-1] if places else None
        arguments = _ARGUMENT.findall(find.by)
        known = plan.resources.get(find.resource)
        if place is None and len(arguments) != 1 and not (known is not None and known.edge):
            if arguments and not find.optional:
                raise Unreached(f"its {find.name} is found in a way of its own")
            continue
        if find.optional and find is operation.find[-1] and fresh and operation.effect == "upsert":
            value = f"law{fresh}"
        elif find.optional and find.resource == operation.resource and fresh:
            continue
        else:
            found = _stand_in(play, find, chosen, depth)
            value = found.name
            chosen.setdefault(find.name, found)
        if place is not None:
            values[place] = value
            for number, parent in zip(above, plan.refs(find.resource), strict=False):
                if number not in values and parent in chosen:
                    values[number] = chosen[parent].name
        elif arguments:
            source, name = arguments[0]
            (query if name in queried and source != "body" else body)[name] = value
    names = [name.strip("{}+*") for name in _PARAMETER.findall(documented.path.partition("#")[0])]
    return Address(
        tuple(
            values[place] if place in values else str(value_of(name, documented, plan.schemas))
            for place, name in enumerate(names)
        ),
        query,
        body,
    )

def _stand_in(play: Play, find: Find, chosen: Chosen, depth: int) -> Known:
    known = chosen.get(find.name) or chosen.get(find.resource)
    if known is not None:
        return known
    there = play.of(find.resource, under=chosen)
    if there:
        made = there[-1]
        for name, one in play.around(made).items():
            chosen.setdefault(name, one)
        return made
    try:
        made = play.make(find.resource, chosen, depth + 1)
    except Unreached as why:
        try:
            made = found_there(play, find.resource, chosen)
        except Unreached:
            raise Unreached(f"no {find.resource} to try it on: {why}") from None
    chosen[find.resource] = made
    for name, one in play.around(made).items():
        chosen.setdefault(name, one)
    return made


def found_there(play: Play, resource: str, chosen: Chosen) -> Known:
    """Return a record that was there from the start, seen in a list of its resource."""
    for one in play.known:
        if one.resource == resource and one.alive and not one.mine:
            if all(same(one.under.get(n), p) for n, p in chosen.items()):
                return one
    lister = play.plan.lister(resource)
    if lister is None:
        raise Unreached(f"no {resource} to try it on")
    within = dict(chosen)
    for member in play.members(play.call(lister, within), resource):
        name = play.name_of(member, resource)
        if name:
            under = {n: within[play.plan.end(resource, n)] for n in play.plan.refs(resource)
                     if play.plan.end(resource, n) in within}  # fmt: skip
            found = Known(resource, name, under, mine=False)
            play.known.append(found)
            return found
    raise Unreached(f"no {resource} to try it on")
