"""The cells of a spreadsheet while one request works on them.

A sheet's grid is one record: `rows` is a list of rows, a row a list of cells (null where nothing
is), both cut behind the last cell. Records are shared between worlds, so a row is copied before it
is written to. `effectiveValue` and `formattedValue` are kept beside what was entered; `save` brings
them up to date wherever the spreadsheet holds formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twin import formulas, shown
from twin.a1 import Area, check_room, place, size
from twin.functions import Failed

Cell = dict[str, Any]
# What belongs to the value of a cell; clearing takes these and leaves the rest.
VALUE = ("userEnteredValue", "effectiveValue", "formattedValue", "hyperlink", "textFormatRuns")


class Book:
    def __init__(self, scope: Any, spreadsheet: Any):
        self.scope = scope
        self.spreadsheet = spreadsheet
        self.sheets: dict[str, Any] = {
            sheet.id: sheet
            for sheet in sorted(scope.all("sheet", spreadsheet=spreadsheet.id), key=place)
        }
        self._rows: dict[str, list[Any]] = {}
        self._meta: dict[str, dict[str, Any]] = {}
        self._owned: set[tuple[str, int]] = set()
        self._changed: set[str] = set()
        self._formulas: set[str] = set()

    def rows(self, sheet: Any) -> list[Any]:
        """Return a sheet's rows, to look at."""
        found = self._rows.get(sheet.id)
        if found is None:
            data = self._record(sheet.id).data
            found = self._rows[sheet.id] = data.get("rows") or []
            self._meta[sheet.id] = {"ROWS": {}, "COLUMNS": {}, **(data.get("dimensions") or {})}
            if data.get("formulas"):
                self._formulas.add(sheet.id)
        return found

    def _record(self, sheet_id: str) -> Any:
        return self.scope.get("grid", sheet_id)

    def own(self, sheet: Any) -> list[Any]:
        """Return a sheet's rows, to change the list itself."""
        rows = self.rows(sheet)
        if sheet.id not in self._changed:
            self._changed.add(sheet.id)
            rows = self._rows[sheet.id] = list(rows)
        return rows

    def meta(self, sheet: Any, dimension: str) -> dict[str, Any]:
        """Return what is kept of rows or columns (hidden, size), by index as text, to change."""
        self.own(sheet)
        self._meta[sheet.id] = {name: dict(value) for name, value in self._meta[sheet.id].items()}
        found: dict[str, Any] = self._meta[sheet.id][dimension]
        return found

    def dimension(self, sheet: Any, dimension: str, index: int) -> dict[str, Any]:
        self.rows(sheet)
        found: dict[str, Any] = self._meta[sheet.id][dimension].get(str(index), {})
        return {**found, "pixelSize": found.get("pixelSize", 21 if dimension == "ROWS" else 100)}

    def cell(self, sheet: Any, row: int, column: int) -> Cell | None:
        rows = self.rows(sheet)
        cells = rows[row] if row < len(rows) else None
        return cells[column] if cells and column < len(cells) else None

    def put(self, sheet: Any, row: int, column: int, cell: Cell | None) -> None:
        """Put a cell in place of what is there; None or an empty one leaves nothing."""
        rows = self.own(sheet)
        if row >= len(rows):
            if not cell:
                return
            rows.extend([None] * (row + 1 - len(rows)))
        cells = rows[row]
        if (sheet.id, row) not in self._owned or cells is None:
            cells = rows[row] = list(cells or ())
            self._owned.add((sheet.id, row))
        if column >= len(cells):
            if not cell:
                return
            cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = cell or None
        if cell and "formulaValue" in (cell.get("userEnteredValue") or {}):
            self._formulas.add(sheet.id)

    def splice(self, sheet: Any, rows: list[Any]) -> None:
        """Put other rows in place of all of a sheet's."""
        self.own(sheet)
        self._rows[sheet.id] = rows
        self._owned = {key for key in self._owned if key[0] != sheet.id}

    def filled(self, sheet: Any, row: int, column: int) -> bool:
        cell = self.cell(sheet, row, column)
        return cell is not None and "userEnteredValue" in cell

    def last_row(self, sheet: Any) -> int:
        """Return the number of the row behind the last one with a value."""
        rows = self.rows(sheet)
        for row in range(len(rows) - 1, -1, -1):
            if any(cell and "userEnteredValue" in cell for cell in rows[row] or ()):
                return row + 1
        return 0

    def resize(self, sheet: Any, rows: int, columns: int) -> Any:
        """Give a sheet's grid this size; what lies outside is lost. Returns the sheet as it is now."""
        old = size(sheet)
        if rows * columns > old[0] * old[1]:
            others = (other for other in self.sheets.values() if other.id != sheet.id)
            check_room(self.scope, others, rows * columns)
        if rows < old[0] or columns < old[1]:
            kept = [None if row is None else row[:columns] for row in self.rows(sheet)[:rows]]
            self.splice(sheet, kept)
        sheet = self.sheets.get(sheet.id, sheet)
        data = sheet.data
        grid = {
            **(data["properties"].get("gridProperties") or {}),
            "rowCount": rows,
            "columnCount": columns,
        }
        return self.write(
            sheet, {**data, "properties": {**data["properties"], "gridProperties": grid}}
        )

    def write(self, sheet: Any, data: dict[str, Any]) -> Any:
        """Store what a sheet holds beside its cells and return it as it is now."""
        self.sheets[sheet.id] = self.scope.write(sheet, data)
        return self.sheets[sheet.id]

    def save(self) -> None:
        """Store what was changed, with every formula's value as it is now."""
        if not self._changed:
            return
        for sheet in self.sheets.values():
            self.rows(sheet)
        if self._formulas:
            self._recalculate()
        for sheet_id in sorted(self._changed):
            rows = self._rows[sheet_id]
            end = len(rows)
            while end and not any(rows[end - 1] or ()):
                end -= 1
            data: dict[str, Any] = {"rows": rows[:end]}
            if any(self._meta[sheet_id].values()):
                data["dimensions"] = self._meta[sheet_id]
            if sheet_id in self._formulas:
                data["formulas"] = True
            record = self._record(sheet_id)
            if record is not None:
                self.scope.write(record, data)
        self._changed.clear()
        self._owned.clear()

    def refresh(self) -> None:
        """Bring every formula up to date after something else than a cell has changed."""
        for sheet in self.sheets.values():
            self.rows(sheet)
        self._changed.update(self._formulas)
        self._changed = {sheet_id for sheet_id in self._changed if sheet_id in self.sheets}
        for sheet_id in self._changed:
            self._rows[sheet_id] = list(self._rows[sheet_id])
        self.save()

    def formulas(self) -> Iterator[tuple[Any, int, int, Cell]]:
        """Yield every cell with a formula, and where it is."""
        for sheet in list(self.sheets.values()):
            rows = self.rows(sheet)
            if sheet.id not in self._formulas:
                continue
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells or ()):
                    if cell and "formulaValue" in (cell.get("userEnteredValue") or {}):
                        yield sheet, row, column, cell

    def _recalculate(self) -> None:
        found = list(self.formulas())
        evaluator = _Evaluator(self)
        for sheet, row, column, cell in found:
            value = extended(evaluator.value(sheet, row, column))
            new = settled({**cell, "effectiveValue": value})
            if new != cell:
                self.put(sheet, row, column, new)


class _Evaluator:
    """Formulas of a spreadsheet, each evaluated once; one that needs itself is an error."""

    def __init__(self, book: Book):
        self.book = book
        self.known: dict[tuple[str, int, int], Any] = {}
        self.titles = {
            sheet.data["properties"]["title"].casefold(): sheet for sheet in book.sheets.values()
        }
        self.names = {
            row.data["name"].casefold(): row.data["range"]
            for row in book.scope.all("named-range", spreadsheet=book.spreadsheet.id)
        }

    def value(self, sheet: Any, row: int, column: int) -> Any:
        cell = self.book.cell(sheet, row, column)
        entered = (cell or {}).get("userEnteredValue")
        if not entered:
            return None
        if "formulaValue" not in entered:
            return native(entered)
        key = (sheet.id, row, column)
        if key not in self.known:
            self.known[key] = Failed("REF", "Circular dependency detected.")
            self.known[key] = self._evaluated(sheet, row, column, entered["formulaValue"])
        return self.known[key]

    def _evaluated(self, sheet: Any, row: int, column: int, text: str) -> Any:
        try:
            tree = formulas.parse(text)
        except formulas.UnreadableError:
            return Failed("ERROR", "Formula parse error.")

        def look(title: str | None, bounds: Any) -> Any:
            chosen = sheet if title is None else self.titles.get(title.casefold())
            if chosen is None:
                return Failed("REF", f"Unresolved sheet name '{title}'.")
            rows, columns = size(chosen)
            top, left, bottom, right = bounds
            single = (
                bottom is not None
                and right is not None
                and (bottom - (top or 0), right - (left or 0)) == (1, 1)
            )
            bottom, right = min(bottom or rows, rows), min(right or columns, columns)
            if single:
                return self.value(chosen, top, left)
            return [
                [self.value(chosen, r, c) for c in range(left or 0, right)]
                for r in range(top or 0, bottom)
            ]

        def named(name: str) -> Any:
            given = self.names.get(name.casefold())
            if given is None:
                return None
            chosen = self.book.sheets.get(
                f"{self.book.spreadsheet.id}/{given.get('sheetId') or 0}", sheet
            )
            ends = (given.get("startRowIndex"), given.get("startColumnIndex"),
                    given.get("endRowIndex"), given.get("endColumnIndex"))  # fmt: skip
            return look(chosen.data["properties"]["title"], ends)

        value = formulas.alone(formulas.evaluate(tree, look, named, (row, column)))
        return 0 if value is None else value


def native(value: dict[str, Any] | None) -> Any:
    """Return an ExtendedValue as formulas see it."""
    if not value:
        return None
    if "errorValue" in value:
        return Failed(
            value["errorValue"].get("type", "ERROR"), value["errorValue"].get("message", "")
        )
    return next(iter(value.values()))


def extended(value: Any) -> dict[str, Any]:
    if isinstance(value, Failed):
        return {"errorValue": {"type": value.kind, "message": value.message}}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, (int, float)):
        return {"numberValue": shown.whole(value)}
    return {"stringValue": str(value)}


def settled(cell: Cell) -> Cell | None:
    """Return a cell with the effective and formatted value that follow from what was entered."""
    entered = cell.get("userEnteredValue")
    rest = {name: value for name, value in cell.items() if name not in VALUE[:3]}
    if not entered:
        return rest or None
    effective = cell.get("effectiveValue", {}) if "formulaValue" in entered else entered
    number_format = (cell.get("userEnteredFormat") or {}).get("numberFormat")
    text = shown.text_of(effective, number_format)
    return {
        "userEnteredValue": entered,
        "effectiveValue": effective,
        "formattedValue": text,
        **rest,
    }


def entered(
    cell: Cell | None, value: dict[str, Any] | None, implied: dict[str, str] | None
) -> Cell | None:
    """Return a cell after a value was put in; a number format that it implies fills an empty place."""
    rest = {name: member for name, member in (cell or {}).items() if name not in VALUE}
    if value is None:
        return rest or None
    if implied is not None and not (rest.get("userEnteredFormat") or {}).get("numberFormat"):
        rest["userEnteredFormat"] = {
            **(rest.get("userEnteredFormat") or {}),
            "numberFormat": implied,
        }
    return settled({"userEnteredValue": value, **rest})


def block_at(book: Book, sheet: Any, row: int, column: int) -> Area:
    """Return the block of filled cells around a filled one: no empty row or column runs through it."""
    area = Area(sheet, row, column, row + 1, column + 1)
    grown = True
    while grown:
        grown = False
        columns = range(max(area.left - 1, 0), area.right + 1)
        rows = range(max(area.top - 1, 0), area.bottom + 1)
        if area.top and any(book.filled(sheet, area.top - 1, c) for c in columns):
            area.top, grown = area.top - 1, True
        if any(book.filled(sheet, area.bottom, c) for c in columns):
            area.bottom, grown = area.bottom + 1, True
        if area.left and any(book.filled(sheet, r, area.left - 1) for r in rows):
            area.left, grown = area.left - 1, True
        if any(book.filled(sheet, r, area.right) for r in rows):
            area.right, grown = area.right + 1, True
    return area
