"""Spreadsheets: made, shown, and shown again behind a batch of edits."""

from __future__ import annotations

from typing import Any

from twin import a1, edits, sheet, table
from twin.book import Book, settled
from twin.dimensions import cleaned
from twin.shown import coloured

from twingen.runtime.masks import MaskError, parse_mask
from twingen.runtime.refusal import Unwritten

_GIVEN = frozenset({
    "properties", "data", "merges", "rowGroups", "columnGroups", "bandedRanges", "protectedRanges", "tables",
})  # fmt: skip
# What of a cell is not computed.
_WRITABLE = frozenset(
    {"userEnteredValue", "userEnteredFormat", "note", "textFormatRuns", "dataValidation"}
)


def create(scope: Any) -> Any:
    body = scope.body or {}
    given = {
        name: value for name, value in (body.get("properties") or {}).items() if value is not None
    }
    title = given.get("title") or "Untitled spreadsheet"
    file = scope.create(
        "file", {"name": title, "mimeType": "application/vnd.google-apps.spreadsheet"}
    )
    first = body.get("sheets") or []
    data = {"spreadsheetId": file.id, "properties": {**given, "title": title}, "bare": bool(first)}
    spreadsheet = scope.create("spreadsheet", data, id=file.id, file=file)
    spreadsheet = scope.write(
        spreadsheet, {k: v for k, v in spreadsheet.data.items() if k != "bare"}
    )
    for place, each in enumerate(first):
        wanted = dict(each.get("properties") or {})
        wanted.pop("index", None)
        if place == 0 and wanted.get("sheetId") is None:
            wanted["sheetId"] = 0
        _fill(
            scope, spreadsheet, sheet.added(scope, spreadsheet, wanted, case="bad_argument"), each
        )
    for each in body.get("namedRanges") or ():
        _name(scope, spreadsheet, each)
    Book(scope, spreadsheet).refresh()
    return whole(scope, spreadsheet)


def _name(scope: Any, spreadsheet: Any, given: dict[str, Any]) -> None:
    """Give a new spreadsheet a named range, as addNamedRange does."""
    if not given.get("name"):
        raise a1.refusal(scope, "The name of a named range must not be empty.")
    known = scope.all("named-range", spreadsheet=spreadsheet.id)
    if any(row.data["name"] == given["name"] for row in known):
        reason = f"Cannot add named range with name: {given['name']}. It already exists."
        raise a1.refusal(scope, reason)
    extent = given.get("range") or {}
    a1.of_grid_range(scope, spreadsheet, extent)
    data = {"name": given["name"], "range": cleaned(extent)}
    scope.create("named-range", data, spreadsheet=spreadsheet)


def _fill(scope: Any, spreadsheet: Any, made: Any, given: dict[str, Any]) -> None:
    """Give a new sheet what came along with its properties."""
    unknown = [name for name, value in given.items() if value and name not in _GIVEN]
    if unknown:
        raise Unwritten(f"a new sheet with {unknown[0]} has no behaviour")
    kept = {
        name: [{**one, "range": one.get("range") or {}} for one in given[name]]
        for name in ("rowGroups", "columnGroups", "bandedRanges")
        if given.get(name)
    }
    if given.get("merges"):
        kept["merges"] = given["merges"]
    if kept:
        made = scope.write(made, {**made.data, **kept})
    book = Book(scope, spreadsheet)
    for data in given.get("data") or ():
        top, left = data.get("startRow") or 0, data.get("startColumn") or 0
        for down, row in enumerate(data.get("rowData") or ()):
            for right, cell in enumerate(row.get("values") or ()):
                edits.fits(
                    scope, a1.Area(made, top, left, top + 1, left + 1), top + down, left + right
                )
                written = {
                    name: value
                    for name, value in (cell or {}).items()
                    if name in _WRITABLE and value
                }
                book.put(made, top + down, left + right, settled(coloured(written)))
        for name, dimension, start in (
            ("rowMetadata", "ROWS", top),
            ("columnMetadata", "COLUMNS", left),
        ):
            for place, properties in enumerate(data.get(name) or ()):
                if properties:
                    book.meta(made, dimension)[str(start + place)] = properties
    book.save()
    for each in given.get("protectedRanges") or ():
        data = {name: value for name, value in each.items() if name != "protectedRangeId"}
        scope.create("protected-range", data, sheet=made)
    for each in given.get("tables") or ():
        table.made(scope, spreadsheet, each)


def get(scope: Any) -> Any:
    query = scope.query
    mask = None
    if query.get("fields"):
        try:
            mask = parse_mask(str(query["fields"]))
        except MaskError:
            raise scope.fail("invalid_argument") from None
    grid = bool(query.get("includeGridData")) if mask is None else _reaches(mask, "sheets", "data")
    ranges = query.get("ranges") or []
    data = None if mask is None else _inside(mask, "sheets", "data")
    return whole(scope, scope.spreadsheet, ranges=ranges, grid=grid, mask=data)


def answered(scope: Any) -> Any:
    """Return a batch's replies, and the spreadsheet as it is behind it where that was asked for."""
    body = scope.body or {}
    Book(scope, scope.spreadsheet).refresh()
    spreadsheet = scope.get("spreadsheet", scope.spreadsheet.id)
    file = scope.get("file", spreadsheet.id)
    if file is not None:
        scope.change(file, modifiedTime=scope.do_iso(scope.epoch))
    answer = {"spreadsheetId": spreadsheet.id, "replies": scope.replies}
    if body.get("includeSpreadsheetInResponse"):
        ranges, grid = body.get("responseRanges") or [], bool(body.get("responseIncludeGridData"))
        answer["updatedSpreadsheet"] = whole(scope, spreadsheet, ranges=ranges, grid=grid)
    return answer


def whole(
    scope: Any,
    spreadsheet: Any,
    *,
    ranges: Any = (),
    grid: bool = False,
    mask: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a Spreadsheet; `ranges` restrict the sheets and the cells, `mask` what cells show."""
    book = Book(scope, spreadsheet)
    asked = [
        a1.resolve(scope, spreadsheet, text)
        for text in ([ranges] if isinstance(ranges, str) else ranges)
    ]
    sheets = []
    for each in book.sheets.values():
        areas = [area for area in asked if area.sheet.id == each.id]
        if asked and not areas:
            continue
        if grid and not areas:
            areas = [a1.Area(each, 0, 0, *a1.size(each))]
        sheets.append(sheet.whole(scope, book, each, areas if grid else None, mask))
    named = [row.data for row in scope.all("named-range", spreadsheet=spreadsheet.id)]
    answer: dict[str, Any] = {
        "spreadsheetId": spreadsheet.id, "properties": spreadsheet.data["properties"], "sheets": sheets,
    }  # fmt: skip
    if named:
        answer["namedRanges"] = named
    answer["spreadsheetUrl"] = f"https://docs.google.com/spreadsheets/d/{spreadsheet.id}/edit"
    return answer


def _reaches(mask: dict[str, Any], *names: str) -> bool:
    return _inside(mask, *names) is not None


def _inside(mask: dict[str, Any], *names: str) -> dict[str, Any] | None:
    """Return the mask below names, None where it does not reach there by name."""
    for name in names:
        found = mask.get(name)
        if found is None:
            return None
        mask = found
        if not mask:
            return {} if name == names[-1] else None
    return mask
