"""Pages of a list: which records, where the next page starts, and how that is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode

from twingen.runtime.http import Request
from twingen.runtime.refusal import Refusal
from twingen.runtime.store import Row
from twingen.twin.expression import Evaluate
from twingen.twin.model import Paging
from twingen.twin.template import compile_template

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_CHECK = 97
_FARTHEST = 2**62  # of any place in a list


class Page:
    """One page, as templates see it.

    `items` are its records, `next` the following page's cursor (None on the last), `last` whether
    it is the last, `limit` and `offset` the request's, `total` how many there are in all (counted
    only when asked for), `next_url` and `self_url` absolute.
    """

    __slots__ = (
        "_total", "_urls", "first_url", "items", "limit", "next", "number", "offset", "pager",
    )  # fmt: skip

    def __init__(
        self, items: list[Any], limit: int, *, pager: Pager, next: str | None, offset: int = 0,
        total: Callable[[], int], urls: Callable[[str | None], str], number: int = 1,
    ):  # fmt: skip
        self.items = items
        self.pager = pager
        self.limit = limit
        self.next = next
        self.offset = offset
        self.number = number
        self._total = total
        self._urls = urls

    def member(self, name: str) -> Any:
        match name:
            case "items":
                return self.items
            case "next":
                return self.next
            case "limit":
                return self.limit
            case "offset":
                return self.offset
            case "number":
                return self.number
            case "last":
                return self.next is None
            case "count":
                return len(self.items)
            case "total":
                return self._total()
            case "pages":
                return -(-self._total() // self.limit) if self.limit else 0
            case "self_url":
                return self._urls(None)
            case "next_url":
                return None if self.next is None else self._urls(self.next)
        return None


def encode_cursor(kind: str, number: int) -> str:
    """Return an opaque cursor; a check digit refuses most that were made up."""
    text, value = "", number * _CHECK + (number * 7 + ord(kind)) % _CHECK
    while value:
        value, digit = divmod(value, 36)
        text = _ALPHABET[digit] + text
    return kind + (text or "0")


def decode_cursor(text: str) -> tuple[str, int] | None:
    """Return kind and number of a cursor, None for what never was one."""
    if len(text) < 2 or len(text) > 24 or text[0] not in "ao":
        return None
    try:
        value = int(text[1:], 36)
    except ValueError:
        return None
    number, check = divmod(value, _CHECK)
    if number > _FARTHEST:
        return None
    return (text[0], number) if check == (number * 7 + ord(text[0])) % _CHECK else None


class Pager:
    """A paging style ready to run."""

    def __init__(self, style: Paging):
        self.style = style
        self.body: Evaluate | None = None if style.body is None else compile_template(style.body)

    def limit(self, arguments: dict[str, Any]) -> int:
        style = self.style
        if style.limit is None:
            return style.default_limit
        asked = arguments.get(style.limit)
        if asked is None or asked == "":
            return style.default_limit
        try:
            limit = int(asked)
        except (TypeError, ValueError):
            raise Refusal(style.bad_limit, field=style.limit, value=asked) from None
        if limit < style.min_limit and style.under == "default":
            return style.default_limit
        if limit < style.min_limit or limit > style.max_limit:
            if style.over == "error" or limit < style.min_limit:
                raise Refusal(style.bad_limit, field=style.limit, value=asked)
            limit = style.max_limit
        return limit

    def page(
        self,
        scope: Any,
        arguments: dict[str, Any],
        start: Callable[[int], Iterator[Any]],
        age: Callable[[Any], int] | None,
    ) -> Page:
        """Cut a page out of a list.

        `start(after)` yields the members that come after a place: an age where `age` tells the age
        of a member, else a count of members. Raises Refusal for a cursor that is none.
        """
        style = self.style
        limit = self.limit(arguments)
        place, offset, number = -1, 0, 1
        if style.offset is not None:
            offset = _count(arguments.get(style.offset), 0, style.offset, style)
        elif style.number is not None:
            number = _count(arguments.get(style.number), 1, style.number, style)
            offset = min((max(number, 1) - 1) * limit, _FARTHEST)
        elif style.cursor is not None:
            cursor = arguments.get(style.cursor)
            if cursor is not None and cursor != "":
                decoded = decode_cursor(str(cursor))
                if decoded is None or (decoded[0] == "a") is (age is None):
                    raise Refusal(style.bad_cursor, field=style.cursor, value=cursor)
                place = decoded[1]
                offset = 0 if age is not None else place
        if age is None:
            members = islice(start(-1), offset, offset + limit + 1)
        else:
            members = islice(start(place), offset, offset + limit + 1)
        items = list(members)
        following = None
        if len(items) > limit:
            items = items[:limit]
            if style.number is not None:
                following = str(max(number, 1) + 1)
            elif style.offset is not None:
                following = str(offset + limit)
            elif items:
                following = (
                    encode_cursor("o", offset + limit) if age is None else encode_cursor("a", age(items[-1]))
                )
            else:
                following = encode_cursor("o", 0) if age is None else None
        return Page(
            items,
            limit,
            pager=self,
            next=following,
            offset=offset,
            number=number,
            total=lambda: sum(1 for _ in start(-1)),
            urls=_Addresses(self.style, scope.request, limit).url,
        )

    def headers(self, page: Page) -> list[tuple[str, str]]:
        style = self.style
        if not style.link_header:
            return []
        links = []
        if style.self_link:
            links.append(("link", f'<{page.member("self_url")}>; rel="self"'))
        if page.next is not None:
            links.append(("link", f'<{page.member("next_url")}>; rel="next"'))
        return links


class _Addresses:
    """The absolute addresses of a list's pages, as the request asked for it."""

    __slots__ = ("_limit", "_pairs", "_request", "_style")

    def __init__(self, style: Paging, request: Request, limit: int):
        self._style = style
        self._request = request
        self._limit = limit
        self._pairs: list[tuple[str, str]] | None = None

    def url(self, cursor: str | None) -> str:
        """Return the address of the page at `cursor` (None: this one)."""
        style, request = self._style, self._request
        place = style.cursor or style.offset or style.number
        if self._pairs is None:
            self._pairs = [pair for pair in _parsed(request.query) if pair[0] != style.limit]
        pairs = [pair for pair in self._pairs if cursor is None or pair[0] != place]
        if style.limit is not None:
            pairs.insert(0, (style.limit, str(self._limit)))
        if cursor is not None and place is not None:
            pairs.insert(0, (place, cursor))
        query = _encoded(tuple(pairs))
        return f"{request.base}{request.path}{'?' + query if query else ''}"


@lru_cache(128)
def _parsed(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


@lru_cache(128)
def _encoded(pairs: tuple[tuple[str, str], ...]) -> str:
    return urlencode(pairs)


def _count(value: Any, default: int, name: str, style: Paging) -> int:
    if value is None or value == "":
        return default
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise Refusal(style.bad_limit, field=name, value=value) from None
    if number < 0:
        raise Refusal(style.bad_limit, field=name, value=value)
    return min(number, _FARTHEST)


def row_age(row: Row) -> int:
    return row.seq
