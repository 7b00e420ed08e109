"""Edits of cells by batchUpdate: written, repeated, copied, cut, split, replaced."""

from __future__ import annotations

import re
from typing import Any

from twin import a1, formulas, masks, shown
from twin.a1 import Area
from twin.book import VALUE, Book, Cell, entered, settled

from twingen.runtime.masks import laid_over
from twingen.runtime.refusal import Unwritten

_FORMAT = ("userEnteredFormat",)
# What each pasteType takes along; what it does not name of the destination stays.
_PASTED = {
    "PASTE_NORMAL": (*VALUE, "userEnteredFormat", "note", "dataValidation"),
    "PASTE_VALUES": VALUE,
    "PASTE_FORMAT": _FORMAT,
    "PASTE_NO_BORDERS": (*VALUE, "userEnteredFormat", "note", "dataValidation"),
    "PASTE_FORMULA": VALUE,
    "PASTE_DATA_VALIDATION": ("dataValidation",),
    # No cell of this twin can have a conditional format.
    "PASTE_CONDITIONAL_FORMATTING": (),
}
_DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " "}


def update_cells(scope: Any) -> Any:
    mask = masks.asked(scope, "CellData")
    book, body = Book(scope, scope.spreadsheet), scope.body
    rows = body.get("rows") or []
    if body.get("range") is not None:
        area = a1.of_grid_range(scope, scope.spreadsheet, body["range"])
    else:
        start = body.get("start") or {}
        area = _from_corner(scope, start, len(rows), _width(rows))
    for down in range(area.bottom - area.top):
        given = (rows[down].get("values") or []) if down < len(rows) else []
        for right in range(area.right - area.left):
            cell = given[right] if right < len(given) else {}
            _lay(book, area.sheet, area.top + down, area.left + right, cell or {}, mask)
    book.save()
    return {}


def repeat_cell(scope: Any) -> Any:
    mask = masks.asked(scope, "CellData", "cell")
    book = Book(scope, scope.spreadsheet)
    area = a1.of_grid_range(scope, scope.spreadsheet, scope.body.get("range"))
    cell = scope.body.get("cell") or {}
    formula = (cell.get("userEnteredValue") or {}).get("formulaValue")
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            if formula:
                shifted = formulas.filled(formula, row - area.top, column - area.left)
                cell = {**cell, "userEnteredValue": {"formulaValue": shifted}}
            _lay(book, area.sheet, row, column, cell, mask)
    book.save()
    return {}


def append_cells(scope: Any) -> Any:
    mask = masks.asked(scope, "CellData")
    if scope.body.get("tableId"):
        raise Unwritten("appendCells into a table has no behaviour")
    book, rows = Book(scope, scope.spreadsheet), scope.body.get("rows") or []
    sheet = a1.sheet_of(scope, scope.spreadsheet, scope.body.get("sheetId"))
    if sheet is None:
        raise scope.fail(
            "refused_request", reason=f"No grid with id: {scope.body.get('sheetId') or 0}"
        )
    top = book.last_row(sheet)
    height, width = a1.size(sheet)
    sheet = book.resize(sheet, max(height, top + len(rows)), max(width, _width(rows)))
    for down, row in enumerate(rows):
        for right, cell in enumerate(row.get("values") or ()):
            _lay(book, sheet, top + down, right, cell or {}, mask)
    book.save()
    return {}


def copy_paste(scope: Any) -> Any:
    body, book = scope.body, Book(scope, scope.spreadsheet)
    source = a1.of_grid_range(scope, scope.spreadsheet, body.get("source"))
    target = a1.of_grid_range(scope, scope.spreadsheet, body.get("destination"))
    cells = _read(book, source)
    turned = body.get("pasteOrientation") == "TRANSPOSE"
    height, width = source.bottom - source.top, source.right - source.left
    if turned:
        height, width = width, height
    rows, columns = target.bottom - target.top, target.right - target.left
    rows, columns = (
        (rows if rows % height == 0 else height),
        (columns if columns % width == 0 else width),
    )
    kind = _paste_type(body)
    for down in range(rows):
        for right in range(columns):
            row, column = down % height, right % width
            from_row, from_column = (column, row) if turned else (row, column)
            cell = cells[from_row][from_column]
            place = target.top + down, target.left + right
            move = place[0] - source.top - from_row, place[1] - source.left - from_column
            fits(scope, target, *place)
            _paste(book, target.sheet, *place, cell, kind, move)
    book.save()
    return {}


def cut_paste(scope: Any) -> Any:
    body, book = scope.body, Book(scope, scope.spreadsheet)
    source = a1.of_grid_range(scope, scope.spreadsheet, body.get("source"))
    cells = _read(book, source)
    height, width = source.bottom - source.top, source.right - source.left
    target = _from_corner(scope, body.get("destination") or {}, height, width)
    kind = _paste_type(body)
    for down in range(height):
        for right in range(width):
            book.put(source.sheet, source.top + down, source.left + right, None)
    for down in range(height):
        for right in range(width):
            _paste(
                book,
                target.sheet,
                target.top + down,
                target.left + right,
                cells[down][right],
                kind,
                None,
            )
    book.save()
    return {}


def text_to_columns(scope: Any) -> Any:
    body, book = scope.body, Book(scope, scope.spreadsheet)
    source = a1.of_grid_range(scope, scope.spreadsheet, body.get("source"))
    if source.right - source.left != 1:
        raise scope.fail("refused_request", reason="The source range must be one column wide.")
    texts = [(book.cell(source.sheet, row, source.left) or {}).get("formattedValue", "")
             for row in range(source.top, source.bottom)]  # fmt: skip
    delimiter = _delimiter(scope, body, texts)
    parts = [text.split(delimiter) if text else [] for text in texts]
    width = max((len(part) for part in parts), default=0)
    rows, columns = a1.size(source.sheet)
    sheet = source.sheet
    if source.left + width > columns:
        sheet = book.resize(sheet, rows, source.left + width)
    for down, part in enumerate(parts):
        for right, text in enumerate(part):
            place = source.top + down, source.left + right
            book.put(sheet, *place, entered(book.cell(sheet, *place), *shown.typed(text.strip())))
    book.save()
    return {}


def find_replace(scope: Any) -> Any:
    body, book = scope.body, Book(scope, scope.spreadsheet)
    find, replacement = body.get("find") or "", body.get("replacement") or ""
    if not find:
        raise scope.fail("refused_request", reason="find must not be empty.")
    text = find if body.get("searchByRegex") else re.escape(find)
    if body.get("matchEntireCell"):
        text = f"^(?:{text})$"
    try:
        pattern = re.compile(text, 0 if body.get("matchCase") else re.IGNORECASE)
    except re.error:
        raise scope.fail("refused_request", reason=f"Invalid regular expression: {find}") from None
    new = (
        re.sub(r"\$(\d)", r"\\\1", replacement)
        if body.get("searchByRegex")
        else replacement.replace("\\", r"\\")
    )
    counts = {"valuesChanged": 0, "formulasChanged": 0, "occurrencesChanged": 0}
    places: set[tuple[str, int]] = set()
    for area in _areas(scope, book, body):
        rows = book.rows(area.sheet)
        for row in range(area.top, min(area.bottom, len(rows))):
            for column in range(area.left, min(area.right, len(rows[row] or ()))):
                cell = book.cell(area.sheet, row, column) or {}
                formula = (cell.get("userEnteredValue") or {}).get("formulaValue")
                if formula and not body.get("includeFormulas"):
                    continue
                changed, hits = pattern.subn(new, formula or cell.get("formattedValue", ""))
                if not hits:
                    continue
                counts["formulasChanged" if formula else "valuesChanged"] += 1
                counts["occurrencesChanged"] += hits
                places.add((area.sheet.id, row))
                book.put(area.sheet, row, column, entered(cell, *shown.typed(changed)))
    book.save()
    reply = {
        **counts,
        "rowsChanged": len(places),
        "sheetsChanged": len({sheet for sheet, _ in places}),
    }
    return {"findReplace": {name: count for name, count in reply.items() if count}}


def _areas(scope: Any, book: Book, body: dict[str, Any]) -> list[Area]:
    if body.get("range") is not None:
        return [a1.of_grid_range(scope, scope.spreadsheet, body["range"])]
    if body.get("sheetId") is not None:
        return [a1.of_grid_range(scope, scope.spreadsheet, {"sheetId": body["sheetId"]})]
    if not body.get("allSheets"):
        raise scope.fail(
            "refused_request", reason="Must specify one of: range, sheetId, allSheets."
        )
    return [Area(sheet, 0, 0, *a1.size(sheet)) for sheet in book.sheets.values()]


def _lay(book: Book, sheet: Any, row: int, column: int, given: Cell, mask: dict[str, Any]) -> None:
    """Set the properties of a cell that a mask names, from a CellData."""
    old = book.cell(sheet, row, column) or {}
    changed = laid_over(old, shown.coloured(given), shown.paired(mask))
    changed = {name: value for name, value in changed.items() if value not in (None, "", {}, [])}
    if changed != old:
        book.put(sheet, row, column, settled(changed))


def _from_corner(scope: Any, corner: dict[str, Any], height: int, width: int) -> Area:
    top, left = corner.get("rowIndex") or 0, corner.get("columnIndex") or 0
    given = {"sheetId": corner.get("sheetId"), "startRowIndex": top, "startColumnIndex": left}
    area = a1.of_grid_range(scope, scope.spreadsheet, given)
    if area.top + height > area.bottom or area.left + width > area.right:
        fits(scope, area, area.top + height - 1, area.left + width - 1)
    area.bottom, area.right = area.top + height, area.left + width
    return area


def fits(scope: Any, area: Area, row: int, column: int) -> None:
    rows, columns = a1.size(area.sheet)
    if row >= rows or column >= columns:
        where = Area(area.sheet, row, column, row + 1, column + 1)
        reason = f"Range ({where}) exceeds grid limits. Max rows: {rows}, max columns: {columns}"
        raise a1.refusal(scope, reason)


def _width(rows: list[dict[str, Any]]) -> int:
    return max((len(row.get("values") or ()) for row in rows), default=0)


def _read(book: Book, area: Area) -> list[list[Cell | None]]:
    return [
        [book.cell(area.sheet, row, column) for column in range(area.left, area.right)]
        for row in range(area.top, area.bottom)
    ]


def _paste_type(body: dict[str, Any]) -> str:
    kind = body.get("pasteType") or "PASTE_NORMAL"
    if kind not in _PASTED:
        raise Unwritten(f"pasteType {kind} has no behaviour")
    return str(kind)


def _paste(
    book: Book,
    sheet: Any,
    row: int,
    column: int,
    cell: Cell | None,
    kind: str,
    move: tuple[int, int] | None,
) -> None:
    names = _PASTED[kind]
    kept = {
        name: value
        for name, value in (book.cell(sheet, row, column) or {}).items()
        if name not in names
    }
    taken = {name: value for name, value in (cell or {}).items() if name in names}
    value = taken.get("userEnteredValue") or {}
    if kind == "PASTE_VALUES" and "formulaValue" in value:
        taken["userEnteredValue"] = taken["effectiveValue"]
    elif move is not None and "formulaValue" in value:
        taken["userEnteredValue"] = {"formulaValue": formulas.filled(value["formulaValue"], *move)}
    if kind == "PASTE_NO_BORDERS" and "userEnteredFormat" in taken:
        taken["userEnteredFormat"] = {
            k: v for k, v in taken["userEnteredFormat"].items() if k != "borders"
        }
    book.put(sheet, row, column, settled({**kept, **taken}))


def _delimiter(scope: Any, body: dict[str, Any], texts: list[str]) -> str:
    kind = body.get("delimiterType") or "AUTODETECT"
    if kind == "CUSTOM":
        if not body.get("delimiter"):
            raise scope.fail("refused_request", reason="A custom delimiter must be specified.")
        return str(body["delimiter"])
    if kind in _DELIMITERS:
        return _DELIMITERS[kind]
    counts = {
        mark: sum(text.count(mark) for text in texts) for mark in (",", ";", "\t", "|", ".", " ")
    }
    return next((mark for mark, count in counts.items() if count), ",")
