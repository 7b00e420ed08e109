"""Pages cover every record exactly once, while others come and go, and none is longer than asked."""

from __future__ import annotations

import re
from typing import Any

from twingen.twin.model import Operation, Paging
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law, refused, taken
from twingen.verify.machines.laws.lists import within
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached

_LIMIT = 2
_MOST = 60  # records to make for one page


def applies(plan: Plan, operation: Operation) -> bool:
    listed = operation.effect == "none" and operation.target == "collection" and operation.through is None
    return listed and not operation.first and plan.paging(operation) is not None and not plan.resources[operation.resource].edge


def pages(play: Play, operation: Operation, draw: Draw) -> None:
    style = play.plan.paging(operation)
    assert style is not None
    if style.limit is None or not (style.cursor or style.offset or style.number):
        raise Unreached("it has one page only")
    limit = max(style.min_limit, _LIMIT)
    if limit > _MOST // 2:
        raise Unreached(f"its pages hold at least {limit} records")
    chosen: dict[str, Known] = {}
    play.address(operation, chosen)
    _filled(play, operation, chosen, 2 * limit + 1)
    there = {one.name for one in play.of(operation.resource, under=chosen)}
    if play.plan.chooses(operation):
        there &= set(play.names(operation, chosen))
    if len(there) <= 2 * limit:
        raise Unreached("too few records can be made")
    # Where a field decides on the order, what is written may move on to another page.
    disturb = draw.flag() and operation.order is None
    seen: list[str] = []
    turns: list[int] = []
    for reply in play.pages(operation, chosen, {style.limit: limit}):
        if not reply.ok:
            raise Broken(f"page {len(turns) + 1}", str(reply)) if turns else Unreached(f"it is refused: {reply}")
        names = [play.name_of(one, operation.resource) for one in play.members(reply, operation.resource)]
        if len(names) > limit:
            raise Broken(f"at most {limit} records on a page", f"{len(names)} are listed")
        seen += [name for name in names if name is not None]
        turns.append(len(names))
        if disturb and len(turns) == 1 and style.cursor is not None and not style.by_id:
            _disturbed(play, operation, chosen, seen)
    if len(turns) < 2:
        raise Broken("a next page to be told", f"none is, after {turns[0]} of {len(there)} records")
    for name in there:
        if seen.count(name) != 1:
            raise Broken(f"{name} on one of {len(turns)} pages", f"it is on {seen.count(name)}")
    if len(set(seen)) < len(seen):
        raise Broken("every record on one page", "one is on several")
    if not play.plan.chooses(operation) and any(count < limit for count in turns[:-1]):
        raise Broken(f"pages of {limit} but for the last", f"they hold {turns}")


def _filled(play: Play, operation: Operation, chosen: dict[str, Known], count: int) -> None:
    resource = operation.resource
    for _ in range(count - len(play.of(resource, under=chosen))):
        play.make(resource, within(play, resource, chosen))


def _disturbed(play: Play, operation: Operation, chosen: dict[str, Known], seen: list[str]) -> None:
    """Make one more record and change one that was on the page: the others are paged all the same."""
    resource = operation.resource
    play.make(resource, within(play, resource, chosen))
    change = next(
        (
            one
            for one in play.plan.operations.values()
            if one.resource == resource and one.effect == "update" and one.target == "item" and not one.many
        ),
        None,
    )
    known = next((one for one in play.of(resource) if one.name in seen), None)
    if change is not None and known is not None:
        sent, reply = play.attempt(change, play.around(known), play.next_number())
        if reply.ok:
            play.remember(known, sent, play.look(known))


def limits_apply(plan: Plan, operation: Operation) -> bool:
    style = plan.paging(operation)
    return applies(plan, operation) and style is not None and style.limit is not None


def limits(play: Play, operation: Operation, draw: Draw) -> None:
    """Limits at the edges of what is allowed, and cursors that were never told."""
    style = play.plan.paging(operation)
    assert style is not None and style.limit is not None
    plan = play.plan
    chosen: dict[str, Known] = {}
    documented = next((one for one in plan.documented(operation).parameters if one.name == style.limit), None)
    if documented is None:
        raise Unreached("its limit is not documented")
    # What the contract refuses is refused in the words for that.
    bounded = {"minimum", "maximum"} & set(plan.schemas.resolve(documented.schema))
    case = None if bounded else plan.case(style.bad_limit)
    taken(play.call(operation, chosen))
    reply = play.call(operation, dict(chosen), query={style.limit: style.max_limit})
    if not reply.ok:
        raise Broken(f"{style.limit}={style.max_limit} to be taken", str(reply))
    reply = play.call(operation, dict(chosen), query={style.limit: style.max_limit + 1})
    if style.over == "error":
        refused(reply, f"{style.limit}={style.max_limit + 1}", case)
    elif not reply.ok and not bounded:
        raise Broken(f"{style.limit}={style.max_limit + 1} to be taken for the most", str(reply))
    elif reply.ok:
        for name, value in reply.response.headers:
            told = re.search(rf"[?&]{re.escape(style.limit)}=(\d+)", value) if name.lower() == "link" else None
            if told is not None and int(told.group(1)) > style.max_limit:
                raise Broken(f"{style.limit} of at most {style.max_limit} in links", f"they say {told.group(1)}")
    if style.under == "error":
        reply = play.call(operation, dict(chosen), query={style.limit: style.min_limit - 1})
        refused(reply, f"{style.limit}={style.min_limit - 1}", case)
    if style.cursor is not None:
        reply = play.call(operation, dict(chosen), query={style.cursor: "never-told"})
        refused(reply, f"{style.cursor}=never-told", plan.case(style.bad_cursor))
    _default(play, operation, style, chosen)


def _default(play: Play, operation: Operation, style: Paging, chosen: dict[str, Any]) -> None:
    if style.default_limit > _MOST // 2 or play.plan.chooses(operation):
        return
    _filled(play, operation, chosen, style.default_limit + 1)
    reply = play.call(operation, dict(chosen))
    count = len(play.members(reply, operation.resource))
    if reply.ok and count != style.default_limit:
        raise Broken(f"{style.default_limit} records by default", f"{count} are listed")


LAW = Law(name="pages-cover-all", applies=applies, step=pages)
LIMITS = Law(name="limits", applies=limits_apply, step=limits)
