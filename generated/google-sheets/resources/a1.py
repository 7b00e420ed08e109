"""A1 notation: what a range in a path or body names, and how answers write one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_PART = r"\$?([A-Za-z]{1,3})?(?:\$?([0-9]+))?"
_AREA = re.compile(rf"{_PART}(?::{_PART})?")
_R1C1 = re.compile(r"[Rr]([0-9]+)[Cc]([0-9]+)(?::[Rr]([0-9]+)[Cc]([0-9]+))?")
_CELL_LIKE = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*")
_PLAIN_TITLE = re.compile(r"[^\W\d]\w*")
MOST_CELLS = 10_000_000

Bounds = tuple[
    int | None, int | None, int | None, int | None
]  # top, left, bottom, right; half open


class Area:
    """A rectangle of a sheet, clipped to its grid: rows top..bottom, columns left..right, half open."""

    __slots__ = ("bottom", "left", "right", "sheet", "top")

    def __init__(self, sheet: Any, top: int, left: int, bottom: int, right: int):
        self.sheet = sheet
        self.top, self.left, self.bottom, self.right = top, left, bottom, right

    @property
    def single(self) -> bool:
        return self.bottom - self.top == 1 and self.right - self.left == 1

    def __str__(self) -> str:
        title = quoted(self.sheet.data["properties"]["title"])
        first = f"{letters(self.left)}{self.top + 1}"
        return (
            f"{title}!{first}"
            if self.single
            else f"{title}!{first}:{letters(self.right - 1)}{self.bottom}"
        )


def letters(column: int) -> str:
    """Return the letters of a column counted from 0."""
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_of(text: str) -> int:
    number = 0
    for char in text.upper():
        number = number * 26 + ord(char) - 64
    return number - 1


def quoted(title: str) -> str:
    """Return a title as ranges show it: in quotes only where it could be misread."""
    if _PLAIN_TITLE.fullmatch(title) and not _CELL_LIKE.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def bounds_of(text: str) -> Bounds | None:
    """Return what the part behind the title means, None for what does not parse."""
    match = _R1C1.fullmatch(text)
    if match is not None:
        top, left, bottom, right = (
            None if part is None else int(part) - 1 for part in match.groups()
        )
        first, last = (
            (top, left),
            (top if bottom is None else bottom, left if right is None else right),
        )
    else:
        match = _AREA.fullmatch(text)
        if match is None or not text:
            return None
        corners = [
            (None if row is None else int(row) - 1, None if column is None else column_of(column))
            for column, row in (match.group(1, 2), match.group(3, 4))
        ]
        if ":" not in text:
            if None in corners[0]:
                return None
            corners[1] = corners[0]
        elif (None, None) in corners:
            return None
        first, last = corners
    if -1 in (*first, *last):
        return None
    rows = _span(first[0], last[0])
    columns = _span(first[1], last[1])
    return rows[0], columns[0], rows[1], columns[1]


def _span(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    if first is not None and last is not None:
        return min(first, last), max(first, last) + 1
    # `A5:A` and `A2:2`: one end tells where it begins, the other is open.
    begin = first if first is not None else last
    return begin, None


def split(text: str) -> tuple[str | None, str | None]:
    """Return the sheet's title (None: not said) and the area behind it (None: all of it)."""
    if text.startswith("'"):
        end = re.match(r"'((?:[^']|'')*)'(?:!(.*))?$", text, re.DOTALL)
        if end is not None:
            return end.group(1).replace("''", "'"), end.group(2)
        return None, text
    title, mark, area = text.rpartition("!")
    return (title, area) if mark else (None, text)


def resolve(scope: Any, spreadsheet: Any, text: Any) -> Area:
    """Return the area that `text` names; raises the service's refusals for what it cannot be."""
    sheets = sorted(scope.all("sheet", spreadsheet=spreadsheet.id), key=place)
    unparsed = scope.fail("bad_argument", reason=f"Unable to parse range: {text}")
    if not isinstance(text, str) or not text:
        raise unparsed
    title, area = split(text)
    if title is None and area is not None:
        bounds = bounds_of(area)
        if bounds is not None:
            visible = [sheet for sheet in sheets if not sheet.data["properties"].get("hidden")]
            return within(scope, visible[0] if visible else sheets[0], bounds)
        for named in scope.all("named-range", spreadsheet=spreadsheet.id):
            if named.data["name"].casefold() == area.casefold():
                return of_grid_range(scope, spreadsheet, named.data["range"])
        title, area = area, None
    sheet = next((s for s in sheets if _titled(s, title or "")), None)
    if sheet is None:
        raise unparsed
    bounds = (None, None, None, None) if area is None else bounds_of(area)
    if bounds is None:
        raise unparsed
    return within(scope, sheet, bounds)


def place(sheet: Any) -> tuple[float, int]:
    return sheet.data["properties"].get("index", 0), sheet.seq


def _titled(sheet: Any, title: str) -> bool:
    return bool(sheet.data["properties"]["title"].casefold() == title.casefold())


def size(sheet: Any) -> tuple[int, int]:
    """Return how many rows and columns a sheet has."""
    grid = sheet.data["properties"].get("gridProperties") or {}
    return grid.get("rowCount", 0), grid.get("columnCount", 0)


def check_room(scope: Any, sheets: Iterable[Any], more: int) -> None:
    """Refuse what would make a spreadsheet larger than one may be."""
    total = more
    for sheet in sheets:
        rows, columns = size(sheet)
        total += rows * columns
    if total > MOST_CELLS:
        reason = (
            "This action would increase the number of cells in the workbook above the limit of "
            f"{MOST_CELLS} cells."
        )
        raise refusal(scope, reason)


def within(scope: Any, sheet: Any, bounds: Bounds) -> Area:
    """Return an area clipped to the grid; one that begins outside is refused."""
    rows, columns = size(sheet)
    top, left, bottom, right = bounds
    area = Area(
        sheet,
        top or 0,
        left or 0,
        rows if bottom is None else bottom,
        columns if right is None else right,
    )
    if area.top >= rows or area.left >= columns:
        area.bottom, area.right = max(area.bottom, area.top + 1), max(area.right, area.left + 1)
        raise beyond(scope, area)
    area.bottom, area.right = min(area.bottom, rows), min(area.right, columns)
    return area


def beyond(scope: Any, area: Area) -> Exception:
    """Return the refusal of an area that the grid does not hold."""
    rows, columns = size(area.sheet)
    limits = f"Max rows: {rows}, max columns: {columns}"
    refusal: Exception = scope.fail(
        "bad_argument", reason=f"Range ({area}) exceeds grid limits. {limits}"
    )
    return refusal


def refusal(scope: Any, reason: str) -> Exception:
    """Return the refusal of a request in a batch, or of the whole request outside of one."""
    case = "refused_request" if "kind" in scope.names else "bad_argument"
    refused: Exception = scope.fail(case, reason=reason)
    return refused


def of_grid_range(scope: Any, spreadsheet: Any, given: Mapping[str, Any] | None) -> Area:
    """Return the area of a GridRange, bounds that are missing being open."""
    given = given or {}
    sheet = sheet_of(scope, spreadsheet, given.get("sheetId") or 0)
    if sheet is None:
        raise refusal(scope, f"No grid with id: {given.get('sheetId') or 0}")
    rows, columns = size(sheet)
    area = Area(
        sheet,
        given.get("startRowIndex") or 0,
        given.get("startColumnIndex") or 0,
        min(_or(given.get("endRowIndex"), rows), rows),
        min(_or(given.get("endColumnIndex"), columns), columns),
    )
    if area.top >= rows or area.left >= columns or area.top < 0 or area.left < 0:
        shown = Area(sheet, area.top, area.left, area.top + 1, area.left + 1)
        limits = f"Max rows: {rows}, max columns: {columns}"
        raise refusal(scope, f"Range ({shown}) exceeds grid limits. {limits}")
    if area.bottom <= area.top or area.right <= area.left:
        raise refusal(scope, "The range is empty: its end must lie behind its start.")
    return area


def _or(value: int | None, other: int) -> int:
    return other if value is None else value


def sheet_of(scope: Any, spreadsheet: Any, sheet_id: Any) -> Any:
    """Return the sheet with this id in the spreadsheet, or None."""
    return scope.get("sheet", f"{spreadsheet.id}/{sheet_id or 0}")
