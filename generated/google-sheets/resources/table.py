"""Tables: made over a range with names from its first row, and changed."""

from __future__ import annotations

from typing import Any

from twin import a1, masks, shown
from twin.book import Book, entered
from twin.dimensions import cleaned

from twingen.runtime.masks import laid_over

_BANDS = {"headerColorStyle": "headerColor", "firstBandColorStyle": "firstBandColor",
          "secondBandColorStyle": "secondBandColor", "footerColorStyle": "footerColor"}  # fmt: skip
# The colours of a new table, as 8 bit channels over 255.
_DEFAULT_ROWS = {
    "headerColorStyle": (53, 104, 84),
    "firstBandColorStyle": (255, 255, 255),
    "secondBandColorStyle": (246, 248, 249),
}


def add(scope: Any) -> Any:
    return {"addTable": {"table": made(scope, scope.spreadsheet, scope.body.get("table") or {}).data}}


def made(scope: Any, spreadsheet: Any, given: dict[str, Any]) -> Any:
    """Make a table of what is given for it, with its header and its bands, and return it."""
    area = a1.of_grid_range(scope, spreadsheet, given.get("range"))
    book = Book(scope, spreadsheet)
    others = [row for sheet in book.sheets.values() for row in scope.all("table", sheet=sheet.id)]
    if any(row.data["name"].casefold() == (given.get("name") or "").casefold() for row in others):
        raise a1.refusal(scope, f'A table with the name "{given["name"]}" already exists.')
    for other in scope.all("table", sheet=area.sheet.id):
        if _overlap(area, a1.of_grid_range(scope, spreadsheet, other.data["range"])):
            raise a1.refusal(scope, "You cannot add a table that overlaps with another table.")
    style = given.get("rowsProperties") or {
        name: {"rgbColor": dict(zip(("red", "green", "blue"), map(_channel, parts), strict=True))}
        for name, parts in _DEFAULT_ROWS.items()
    }
    data = {
        "name": given.get("name") or _free_name(others), "range": _range(area),
        "rowsProperties": shown.coloured(style), "columnProperties": _columns(book, area, given.get("columnProperties")),
    }  # fmt: skip
    table = scope.create("table", data, sheet=area.sheet)
    _header(book, area, given.get("columnProperties"), data["columnProperties"])
    sheet = book.sheets[area.sheet.id]
    kept = dict(sheet.data)
    if area.top == 0:
        grid = {**kept["properties"]["gridProperties"]}
        grid["frozenRowCount"] = grid.get("frozenRowCount") or 1
        kept["properties"] = {**kept["properties"], "gridProperties": grid}
    kept["bandedRanges"] = [*(kept.get("bandedRanges") or ()), _banding(table)]
    book.write(sheet, kept)
    book.save()
    return table


def update(scope: Any) -> Any:
    given = scope.body.get("table") or {}
    mask = masks.asked(scope, "Table", "table")
    table = scope.get("table", given.get("tableId"))
    sheet: Any = None if table is None else scope.get("sheet", table.refs["sheet"])
    if table is None or sheet.refs["spreadsheet"] != scope.spreadsheet.id:
        raise scope.fail("refused_request", reason=f"No table with id: {given.get('tableId')}")
    if "*" in mask:
        mask = {name: {} for name in given}
    mask = {name: below for name, below in mask.items() if name != "tableId"}
    new = laid_over(table.data, shown.coloured(given), mask) if mask else dict(table.data)
    book = Book(scope, scope.spreadsheet)
    area = a1.of_grid_range(scope, scope.spreadsheet, new.get("range"))
    if not new.get("name"):
        new["name"] = table.data["name"]
    new["range"] = _range(area)
    named = (
        given.get("columnProperties")
        if "columnProperties" in mask
        else table.data["columnProperties"]
    )
    new["columnProperties"] = _columns(book, area, named)
    if "columnProperties" in mask:
        _header(book, area, named, new["columnProperties"])
    table = scope.write(table, new)
    banded = [
        _banding(table) if each.get("bandedRangeReference") == table.data["tableId"] else each
        for each in sheet.data.get("bandedRanges") or ()
    ]
    book.write(book.sheets[sheet.id], {**book.sheets[sheet.id].data, "bandedRanges": banded})
    book.save()
    return {}


def _channel(part: int) -> int | float:
    return shown.channel(part / 255)


def _range(area: a1.Area) -> dict[str, Any]:
    """Return an area as a GridRange, the id of the first sheet left out."""
    return cleaned({
        "sheetId": area.sheet.data["properties"]["sheetId"], "startRowIndex": area.top, "endRowIndex": area.bottom,
        "startColumnIndex": area.left, "endColumnIndex": area.right,
    })  # fmt: skip


def _overlap(one: a1.Area, other: a1.Area) -> bool:
    rows = one.top < other.bottom and other.top < one.bottom
    return rows and one.left < other.right and other.left < one.right


def _free_name(others: list[Any]) -> str:
    taken = {row.data["name"].casefold() for row in others}
    number = 1
    while f"table{number}" in taken:
        number += 1
    return f"Table{number}"


def _columns(book: Book, area: a1.Area, given: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Return a column's properties each, named by what was given, else by its first cell."""
    named = {each.get("columnIndex") or 0: each for each in given or ()}
    columns = []
    for index in range(area.right - area.left):
        each = named.get(index, {})
        cell = book.cell(area.sheet, area.top, area.left + index) or {}
        name = each.get("columnName") or cell.get("formattedValue") or f"Column {index + 1}"
        rest = {
            key: value for key, value in each.items() if key not in {"columnIndex", "columnName"}
        }
        columns.append({**({"columnIndex": index} if index else {}), "columnName": name, **rest})
    return columns


def _header(book: Book, area: a1.Area, given: Any, columns: list[dict[str, Any]]) -> None:
    """Write the names that a request gave into the header's cells."""
    for each in given or ():
        index = each.get("columnIndex") or 0
        if index < len(columns) and each.get("columnName"):
            place = area.top, area.left + index
            cell = book.cell(area.sheet, *place)
            if (cell or {}).get("formattedValue") != each["columnName"]:
                book.put(
                    area.sheet, *place, entered(cell, {"stringValue": each["columnName"]}, None)
                )


def _banding(table: Any) -> dict[str, Any]:
    rows = {}
    for name, style in (table.data.get("rowsProperties") or {}).items():
        if name in _BANDS:
            rows.update({_BANDS[name]: style.get("rgbColor", {}), name: style})
    number = table.data["tableId"]
    return {
        "bandedRangeId": int(number),
        "range": table.data["range"],
        "rowProperties": rows,
        "bandedRangeReference": number,
    }
