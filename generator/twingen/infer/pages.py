"""How lists are paged: styles recognised by the parameters that an operation documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.contract.model import Contract, Operation, Schema
from twingen.contract.schemas import properties, resolve
from twingen.twin.model import Paging

_LIMIT = (
    "limit", "maxResults", "max_results", "pageSize", "page_size", "per_page", "perPage", "size",
    "count", "first", "$top",
)  # fmt: skip
_CURSOR = (
    "after", "cursor", "pageToken", "page_token", "nextPageToken", "next_token", "starting_after",
    "startingAfter", "after_id", "afterId", "last_id",
    "start_cursor", "continuationToken", "marker", "continue",
)  # fmt: skip
_BY_ID = frozenset({"starting_after", "after_id", "startingAfter", "afterId", "last_id"})
_OFFSET = ("startAt", "offset", "skip", "start", "$skip")
_NUMBER = ("page", "page_number", "pageNumber")
_LINKS = frozenset({"_links", "links", "paging"})
_TOTAL = {"total", "totalCount", "total_count", "totalResults"}
_NEXT = {"next", "nextPageToken", "next_cursor", "nextCursor", "next_page_token", "cursor"}


# What an envelope says of records that are all there are, by the name of its member.
WHOLE: dict[str, Any] = {
    **dict.fromkeys(_TOTAL, "{len(records)}"), **dict.fromkeys(_LIMIT, "{len(records)}"),
    **dict.fromkeys(_OFFSET, 0), "isLast": True, "is_last": True,
    "has_more": False, "hasMore": False, "more": False,
}  # fmt: skip


def paging(operation: Operation, enveloped: bool, contract: Contract) -> Paging | None:
    """Return the paging style of a list, None where it documents none."""
    queries = {
        p.name: p for p in operation.parameters
        if p.location == "query" and not properties(p.schema, contract.schemas)
    }  # fmt: skip
    alike = {_bare(name): name for name in queries}

    def first(names: tuple[str, ...]) -> str | None:
        exact = next((name for name in names if name in queries), None)
        return exact or next((alike[_bare(name)] for name in names if _bare(name) in alike), None)

    limit, cursor, offset, number = first(_LIMIT), first(_CURSOR), first(_OFFSET), first(_NUMBER)
    if not (cursor or offset or number or limit):
        return None
    schema: Any = resolve(queries[limit].schema, contract.schemas) if limit else {}
    largest = schema.get("maximum")
    largest = int(largest) if isinstance(largest, (int, float)) and largest < 1e6 else 1000
    default = schema.get("default")
    if not isinstance(default, int) or isinstance(default, bool) or default < 1:
        default = min(largest, 100)
    name = "cursor" if cursor else "offset" if offset else "page" if number else "limit"
    return Paging(
        name=name,
        limit=limit,
        cursor=cursor,
        offset=None if cursor else offset,
        number=None if cursor or offset else number,
        default_limit=max(default, 1),
        max_limit=max(largest, default, 1),
        link_header=bool(cursor) and not enveloped,
        by_id=cursor in _BY_ID,
    )


def _bare(name: str) -> str:
    """Return a name as others may write it: `PageSize`, `page_size` and `pageSize` are one."""
    return name.replace("_", "").lower()


def envelope(
    member: str, fields: Mapping[str, Schema], style: Paging | None, contract: Contract
) -> dict[str, Any]:
    """Return the body around a page: what is told by its constants and the well-known names."""
    body: dict[str, Any] = {}
    for name, schema in fields.items():
        fixed = constant(schema, contract)
        if name == member:
            body[name] = "{page.items}"
        elif name in _TOTAL:
            body[name] = "{page.total}"
        elif name in _NEXT and style is not None and style.cursor:
            body[name] = "{either(page.next, nothing)}"
        elif name == "metadata" and style is not None and style.cursor in _members(schema, contract):
            body[name] = {style.cursor: "{either(page.next, '')}"}
        elif name in _LINKS and style is not None and "next" in _members(schema, contract):
            body[name] = {"next": _next_link(schema, contract)}
        elif name in {"isLast", "is_last"}:
            body[name] = "{page.last}"
        elif name in {"has_more", "hasMore", "more"}:
            body[name] = "{not page.last}"
        elif name in _OFFSET:
            body[name] = "{page.offset}"
        elif name in _LIMIT:
            body[name] = "{page.limit}"
        elif fixed is not None:
            body[name] = fixed
    return body


def _members(schema: Schema, contract: Contract) -> dict[str, Schema]:
    return properties(resolve(schema, contract.schemas), contract.schemas)


def _next_link(schema: Schema, contract: Contract) -> str:
    """Return the template of the link to the next page: an address, or an object that holds it."""
    following = resolve(_members(schema, contract)["next"], contract.schemas)
    if "href" in properties(following, contract.schemas):
        return "{ {'href': page.next_url} if page.next else nothing}"
    return "{page.next_url if page.next else nothing}"


def constant(schema: Schema, contract: Contract) -> Any:
    """Return the only value that a schema admits, None when there is not exactly one."""
    plain = resolve(schema, contract.schemas)
    if "const" in plain:
        return plain["const"]
    values = plain.get("enum")
    return values[0] if isinstance(values, list) and len(values) == 1 else None


def page_parameters(style: Paging | None) -> set[str]:
    if style is None:
        return set()
    return {name for name in (style.limit, style.cursor, style.offset, style.number) if name}
