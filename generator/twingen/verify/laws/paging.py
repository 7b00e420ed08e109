"""Pages: every record once, no page longer than asked, following what the answers tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from twingen.runtime import paths
from twingen.twin.model import Paging
from twingen.verify.mutants import Mutant, ignoring, off_by_one
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.populating import populate
from twingen.verify.shown import is_of, records_in
from twingen.verify.subject import Reply
from twingen.verify.trial import Law, Trial

_MOST = 250  # records to make; larger pages are not tried


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.effect == "none" and operation.target == "collection" and _style(trial) is not None:
        yield ""


def _style(trial: Trial) -> Paging | None:
    return trial.app.twin.service.paging.get(trial.operation.page or "")


def pages(trial: Trial, case: str) -> None:
    style = _style(trial)
    assert style is not None
    limit, found = _limited(trial, style)
    counts = {trial.name(found.subject, made): 0 for made in found.records}
    path = trial.kind.id_path
    turns = 0
    most = len(trial.stages.rows(found.subject, trial.resource.name)) + 10
    for reply in _follow(trial, style, limit, found, most):
        if not reply.ok and turns == 0:
            raise Unreached(f"it is refused: {reply}")
        if not reply.ok:
            raise Broken(f"page {turns + 1}", str(reply))
        records = records_in(reply.body, path)
        if len(records) > limit:
            raise Broken(f"at most {limit} records on a page", f"{len(records)} are listed")
        for name in counts:
            counts[name] += sum(is_of(one, name, path) for one in records)
            if counts[name] > 1:
                raise Broken(f"{name} on one page only", f"it is listed {counts[name]} times")
        turns += 1
    if _place(style) is None:
        return
    if turns < 2:
        raise Broken("a next page to be told", f"none is, after {limit} of {len(counts)} records")
    for name, times in counts.items():
        if times != 1:
            raise Broken(f"{name} on one of {turns} pages", "it is on none")


def _place(style: Paging) -> str | None:
    return style.cursor or style.offset or style.number


def _limited(trial: Trial, style: Paging) -> tuple[int, Any]:
    limit = max(style.min_limit, 2) if style.limit else style.default_limit
    if 2 * limit + 1 > _MOST:
        raise Unreached(f"its pages hold at least {limit} records")
    found = populate(trial, 2 * limit + 1)
    if not found.created and len(found.records) <= 2 * limit:
        if len(found.records) < 2 or not style.limit or style.min_limit > 1:
            raise Unreached(f"there are only {len(found.records)} records")
        limit = 1
    return limit, found


def _follow(trial: Trial, style: Paging, limit: int, found: Any, most: int) -> Iterator[Reply]:
    """Yield one page after another, as a client that knows nothing but the answers."""
    query: dict[str, Any] = {style.limit: limit} if style.limit else {}
    place = _place(style)
    reply = trial.call(found.subject, trial.operation, dict(found.chosen), query=query)
    path = trial.kind.id_path
    seen = 0
    for _ in range(most):
        yield reply
        records = records_in(reply.body, path) if reply.ok else []
        seen += len(records)
        told = reply.next_link or next_told(reply.body)
        if place is None or not records:
            return
        if told is not None and "://" in told:
            reply = found.subject.follow(told)
            continue
        if style.cursor is not None:
            if not told and style.by_id and not is_last(reply.body, seen):
                told = str(paths.get(records[-1], path or ("id",)))
            if not told:
                return
            query = {**query, style.cursor: told}
        elif is_last(reply.body, seen):
            return
        else:
            at = seen if style.offset is not None else int(query.get(place, 1)) + 1
            query = {**query, place: at}
        reply = trial.call(found.subject, trial.operation, dict(found.chosen), query=query)
    raise Broken("the pages to end", f"there are more than {most}")


def next_told(body: Any, depth: int = 3) -> str | None:
    """Return the cursor or address that an answer tells for its next page."""
    if not isinstance(body, dict) or not depth:
        return None
    for name, value in body.items():
        if "next" in name.lower() or name in {"cursor", "continue"}:
            if isinstance(value, str) and value:
                return value
            if isinstance(value, dict) and isinstance(value.get("href"), str):
                return str(value["href"])
    for value in body.values():
        if isinstance(value, dict) and (told := next_told(value, depth - 1)):
            return told
    return None


def is_last(body: Any, seen: int) -> bool:
    if not isinstance(body, dict):
        return False
    for name in ("isLast", "is_last", "last"):
        if name in body:
            return bool(body[name])
    for name in ("has_more", "hasMore", "more"):
        if name in body:
            return not body[name]
    total = next((body[n] for n in ("total", "totalCount", "total_count", "totalResults") if n in body), None)
    return isinstance(total, int) and seen >= total


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    style = _style(trial)
    assert style is not None
    for name in (style.limit, _place(style)):
        if name is not None:
            yield ignoring(name)
    if _place(style) is not None:
        yield off_by_one()


LAW = Law(name="paging", cases=cases, check=pages, mutants=mutants, honours=True)
