"""Rows and columns: inserted, deleted, appended, grouped, hidden and sized."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twin import a1, formulas, masks
from twin.book import Book

from twingen.runtime.masks import laid_over
from twingen.runtime.refusal import Unwritten

Shift = Callable[[int, str], int | None]  # (index, role: only, first, last) → where it is now
_FIELDS = {
    "ROWS": ("startRowIndex", "endRowIndex"),
    "COLUMNS": ("startColumnIndex", "endColumnIndex"),
}


def insert(scope: Any) -> Any:
    book, sheet, dimension, start, end = _asked(scope)
    if scope.body.get("inheritFromBefore") and start == 0:
        reason = "inheritFromBefore cannot be true if the index of the dimension is 0."
        raise scope.fail("refused_request", reason=reason)
    inserted(book, sheet, dimension, start, end - start)
    book.save()
    return {}


def delete(scope: Any) -> Any:
    book, sheet, dimension, start, end = _asked(scope)
    count = a1.size(sheet)[dimension == "COLUMNS"]
    end = min(end, count)
    if end - start >= count:
        raise scope.fail(
            "refused_request", reason=f"You can't delete all the {dimension.lower()} on the sheet."
        )

    def shift(index: int, role: str) -> int | None:
        if index < start:
            return index
        if index >= end:
            return index - (end - start)
        return {"first": start, "last": start - 1}.get(role)

    _move(book, sheet, dimension, shift)
    rows = list(book.rows(sheet))
    if dimension == "ROWS":
        rows[start:end] = []
    else:
        rows = [None if row is None else [*row[:start], *row[end:]] for row in rows]
    book.splice(sheet, rows)
    _grow(book, sheet, dimension, start - end)
    book.save()
    return {}


def append(scope: Any) -> Any:
    book = Book(scope, scope.spreadsheet)
    sheet = _sheet(scope, scope.body)
    rows, columns = a1.size(sheet)
    length = scope.body.get("length") or 0
    if length < 1:
        raise scope.fail("refused_request", reason="length must be greater than 0.")
    down = scope.body.get("dimension") == "ROWS"
    book.resize(sheet, rows + (length if down else 0), columns + (0 if down else length))
    return {}


def update(scope: Any) -> Any:
    mask = masks.asked(scope, "DimensionProperties", "properties")
    book, sheet, dimension, start, end = _asked(scope)
    meta = book.meta(sheet, dimension)
    for index in range(start, min(end, a1.size(sheet)[dimension == "COLUMNS"])):
        changed = laid_over(meta.get(str(index)), scope.body.get("properties") or {}, mask)
        meta[str(index)] = {
            name: value for name, value in changed.items() if value not in (False, None)
        }
        if not meta[str(index)]:
            del meta[str(index)]
    book.save()
    return {}


def add_group(scope: Any) -> Any:
    book, sheet, dimension, start, end = _asked(scope)
    name = "rowGroups" if dimension == "ROWS" else "columnGroups"
    groups, depth = [], 1
    for group in sheet.data.get(name) or ():
        first, last = group["range"]["startIndex"], group["range"]["endIndex"]
        if first <= start and end <= last:
            depth = max(depth, group["depth"] + 1)
        elif start <= first and last <= end:
            group = {**group, "depth": group["depth"] + 1}
        elif first < end and start < last:
            raise Unwritten("addDimensionGroup over part of another group has no behaviour")
        groups.append(group)
    where = cleaned({**scope.body["range"], "startIndex": start, "endIndex": end})
    groups.append({"range": where, "depth": depth})
    groups.sort(key=lambda group: (group["range"]["startIndex"], group["depth"]))
    grid = sheet.data["properties"]["gridProperties"]
    control = "rowGroupControlAfter" if dimension == "ROWS" else "columnGroupControlAfter"
    properties = {**sheet.data["properties"], "gridProperties": {**grid, control: True}}
    book.write(sheet, {**sheet.data, "properties": properties, name: groups})
    return {"addDimensionGroup": {"dimensionGroups": groups}}


def delete_group(scope: Any) -> Any:
    book, sheet, dimension, start, end = _asked(scope)
    name = "rowGroups" if dimension == "ROWS" else "columnGroups"
    groups = list(sheet.data.get(name) or ())
    same = [g for g in groups if (g["range"]["startIndex"], g["range"]["endIndex"]) == (start, end)]
    if not same:
        raise Unwritten("deleteDimensionGroup over anything but a whole group has no behaviour")
    gone = max(same, key=lambda group: group["depth"])
    groups.remove(gone)
    left = []
    for group in groups:
        inside = start <= group["range"]["startIndex"] and group["range"]["endIndex"] <= end
        deeper = inside and group["depth"] > gone["depth"]
        left.append({**group, "depth": group["depth"] - 1} if deeper else group)
    data = {key: value for key, value in sheet.data.items() if key != name}
    book.write(sheet, {**data, name: left} if left else data)
    return {"deleteDimensionGroup": {"dimensionGroups": left} if left else {}}


def cleaned(given: dict[str, Any]) -> dict[str, Any]:
    """Return a range as answers show it: without a sheetId of 0."""
    return {
        name: value
        for name, value in given.items()
        if value is not None and (name != "sheetId" or value)
    }


def inserted(book: Book, sheet: Any, dimension: str, at: int, count: int) -> Any:
    """Put empty rows or columns before index `at`; return the sheet as it is now."""

    def shift(index: int, role: str) -> int | None:
        return index if index < at else index + count

    _move(book, sheet, dimension, shift)
    rows = list(book.rows(sheet))
    if dimension == "ROWS":
        rows[at:at] = [None] * count if at < len(rows) else []
    else:
        rows = [
            row if row is None or len(row) <= at else [*row[:at], *[None] * count, *row[at:]]
            for row in rows
        ]
    book.splice(sheet, rows)
    return _grow(book, sheet, dimension, count)


def _grow(book: Book, sheet: Any, dimension: str, count: int) -> Any:
    rows, columns = a1.size(book.sheets[sheet.id])
    down = dimension == "ROWS"
    return book.resize(sheet, rows + (count if down else 0), columns + (0 if down else count))


def _sheet(scope: Any, given: dict[str, Any]) -> Any:
    sheet = a1.sheet_of(scope, scope.spreadsheet, given.get("sheetId"))
    if sheet is None:
        raise scope.fail("refused_request", reason=f"No grid with id: {given.get('sheetId') or 0}")
    return sheet


def _asked(scope: Any) -> tuple[Book, Any, str, int, int]:
    """Return what a request with a DimensionRange is about."""
    given = scope.body.get("range") or {}
    book = Book(scope, scope.spreadsheet)
    sheet = _sheet(scope, given)
    dimension = given.get("dimension")
    if dimension not in {"ROWS", "COLUMNS"}:
        raise scope.fail("refused_request", reason="No dimension specified.")
    count = a1.size(sheet)[dimension == "COLUMNS"]
    start = given.get("startIndex") or 0
    end = count if given.get("endIndex") is None else given["endIndex"]
    if start < 0 or end <= start or start > count:
        reason = f"range.startIndex[{start}] must be less than range.endIndex[{end}]"
        raise scope.fail("refused_request", reason=reason)
    return book, book.sheets[sheet.id], dimension, start, end


def _move(book: Book, sheet: Any, dimension: str, shift: Shift) -> None:
    """Move along what points into a sheet: formulas, ranges, groups, sizes."""
    rows_move = dimension == "ROWS"
    own = sheet.data["properties"]["title"].casefold()
    for other, row, column, cell in list(book.formulas()):

        def change(title: str | None, corner: Any, role: str, other: Any = other) -> Any:
            here = other.id == sheet.id if title is None else title.casefold() == own
            if not here:
                return corner
            row, column, *pins = corner
            moved = (
                shift(row if rows_move else column, role)
                if (row if rows_move else column) is not None
                else None
            )
            if (row if rows_move else column) is None:
                return corner
            return (
                None
                if moved is None
                else (moved, column, *pins)
                if rows_move
                else (row, moved, *pins)
            )

        text = formulas.rewritten(cell["userEnteredValue"]["formulaValue"], change)
        if text != cell["userEnteredValue"]["formulaValue"]:
            book.put(other, row, column, {**cell, "userEnteredValue": {"formulaValue": text}})
    _move_records(book, sheet, dimension, shift)
    meta = book.meta(sheet, dimension)
    moved = {shift(int(index), "only"): value for index, value in meta.items()}
    meta.clear()
    meta.update({str(index): value for index, value in moved.items() if index is not None})


def _move_records(book: Book, sheet: Any, dimension: str, shift: Shift) -> None:
    scope, fields = book.scope, _FIELDS[dimension]
    number = sheet.data["properties"]["sheetId"]
    named = scope.all("named-range", spreadsheet=book.spreadsheet.id)
    owned = [*scope.all("protected-range", sheet=sheet.id), *scope.all("table", sheet=sheet.id)]
    for row in (*(r for r in named if (r.data["range"].get("sheetId") or 0) == number), *owned):
        moved = _moved(row.data.get("range") or {}, fields, shift)
        if moved is None:
            scope.delete(row)
        elif moved != row.data.get("range"):
            scope.write(row, {**row.data, "range": moved})
    data = dict(book.sheets[sheet.id].data)
    for name, inner in (("bandedRanges", fields), ("merges", fields),
                        ("rowGroups" if dimension == "ROWS" else "columnGroups", ("startIndex", "endIndex"))):  # fmt: skip
        if name not in data:
            continue
        kept = []
        for item in data[name]:
            moved = _moved(item if name == "merges" else item["range"], inner, shift)
            if moved is not None:
                kept.append(moved if name == "merges" else {**item, "range": moved})
        data[name] = kept
        if not kept:
            del data[name]
    if data != book.sheets[sheet.id].data:
        book.write(book.sheets[sheet.id], data)


def _moved(given: dict[str, Any], fields: tuple[str, str], shift: Shift) -> dict[str, Any] | None:
    """Return a range after a move, None when nothing is left of it."""
    result = dict(given)
    first, last = fields
    if given.get(first) is not None:
        result[first] = shift(given[first], "first")
    if given.get(last) is not None:
        end = shift(given[last] - 1, "last")
        result[last] = None if end is None else end + 1
    if result.get(last) is not None and result[last] <= (result.get(first) or 0):
        return None
    return result
