"""spreadsheets.values: reading and writing cells by A1 notation."""

from __future__ import annotations

from typing import Any

from twin import a1, dimensions, shown
from twin.a1 import Area
from twin.book import Book, block_at, entered

_TEMPORAL = frozenset({"DATE", "TIME", "DATE_TIME"})


def get(scope: Any) -> Any:
    book = Book(scope, scope.spreadsheet)
    query = scope.query
    area = a1.resolve(scope, scope.spreadsheet, scope.path[1])
    return value_range(
        book, area, query.get("majorDimension"), query.get("valueRenderOption"),
        query.get("dateTimeRenderOption"),
    )  # fmt: skip


def batch_get(scope: Any) -> Any:
    book = Book(scope, scope.spreadsheet)
    query = scope.query
    found = [
        value_range(
            book, a1.resolve(scope, scope.spreadsheet, text), query.get("majorDimension"),
            query.get("valueRenderOption"), query.get("dateTimeRenderOption"),
        )
        for text in _listed(query.get("ranges"))
    ]  # fmt: skip
    return {"spreadsheetId": scope.spreadsheet.id, **({"valueRanges": found} if found else {})}


def update(scope: Any) -> Any:
    query, body = scope.query, scope.body or {}
    book = Book(scope, scope.spreadsheet)
    _same_range(scope, body, scope.path[1])
    area = a1.resolve(scope, scope.spreadsheet, scope.path[1])
    written = write(book, area, body, query.get("valueInputOption"))
    book.save()
    _touch(scope)
    return _updated(book, written, query)


def batch_update(scope: Any) -> Any:
    body = scope.body or {}
    book = Book(scope, scope.spreadsheet)
    done = []
    for index, item in enumerate(body.get("data") or ()):
        area = a1.resolve(scope, scope.spreadsheet, item.get("range") or "")
        done.append(
            write(book, area, item, body.get("valueInputOption"), prefix=f"Invalid data[{index}]: ")
        )
    if not done and not body.get("valueInputOption"):
        raise scope.fail("bad_argument", reason="'valueInputOption' is required but not specified")
    book.save()
    _touch(scope)
    places = {(area.sheet.id, *place) for area, cells in done for place in cells}
    totals = {
        "totalUpdatedRows": len({(sheet, row) for sheet, row, _ in places}),
        "totalUpdatedColumns": len({(sheet, column) for sheet, _, column in places}),
        "totalUpdatedCells": len(places),
        "totalUpdatedSheets": len({sheet for sheet, _, _ in places}),
    }
    return {
        "spreadsheetId": scope.spreadsheet.id,
        **{name: total for name, total in totals.items() if total},
        **({"responses": [_updated(book, each, body) for each in done]} if done else {}),
    }


def append(scope: Any) -> Any:
    query, body = scope.query, scope.body or {}
    book = Book(scope, scope.spreadsheet)
    _same_range(scope, body, scope.path[1])
    area = a1.resolve(scope, scope.spreadsheet, scope.path[1])
    table = _table(book, area)
    top, left = (area.top, area.left) if table is None else (table.bottom, table.left)
    values = _rows(scope, body, "")
    height, width = len(values), max((len(row) for row in values), default=0)
    sheet = area.sheet
    rows, columns = a1.size(sheet)
    if query.get("insertDataOption") == "INSERT_ROWS" and top < rows and height:
        sheet = dimensions.inserted(book, sheet, "ROWS", top, height)
        rows += height
    if top + height > rows or left + width > columns:
        sheet = book.resize(sheet, max(rows, top + height), max(columns, left + width))
    target = Area(sheet, top, left, top + 1, left + 1)
    written = write(book, target, body, query.get("valueInputOption"))
    book.save()
    _touch(scope)
    shown_table = {} if table is None else {"tableRange": str(table)}
    return {
        "spreadsheetId": scope.spreadsheet.id,
        **shown_table,
        "updates": _updated(book, written, query),
    }


def clear(scope: Any) -> Any:
    book = Book(scope, scope.spreadsheet)
    area = a1.resolve(scope, scope.spreadsheet, scope.path[1])
    _clear(book, area)
    book.save()
    _touch(scope)
    return {"spreadsheetId": scope.spreadsheet.id, "clearedRange": str(area)}


def batch_clear(scope: Any) -> Any:
    book = Book(scope, scope.spreadsheet)
    areas = [
        a1.resolve(scope, scope.spreadsheet, text)
        for text in (scope.body or {}).get("ranges") or ()
    ]
    for area in areas:
        _clear(book, area)
    book.save()
    _touch(scope)
    return {"spreadsheetId": scope.spreadsheet.id, "clearedRanges": [str(area) for area in areas]}


def value_range(
    book: Book, area: Area, major: str | None, option: str | None, dates: str | None
) -> dict[str, Any]:
    """Return an area as a ValueRange, its empty ends cut."""
    columns_first = major == "COLUMNS"
    rows = book.rows(area.sheet)[area.top : area.bottom]
    lines = [
        [_rendered(cell, option, dates) for cell in (row or ())[area.left : area.right]]
        for row in rows
    ]
    if columns_first:
        width = max((len(line) for line in lines), default=0)
        lines = [[line[c] if c < len(line) else "" for line in lines] for c in range(width)]
    for line in lines:
        while line and line[-1] == "":
            line.pop()
    while lines and not lines[-1]:
        lines.pop()
    answer: dict[str, Any] = {
        "range": str(area),
        "majorDimension": "COLUMNS" if columns_first else "ROWS",
    }
    return {**answer, "values": lines} if lines else answer


def _rendered(cell: dict[str, Any] | None, option: str | None, dates: str | None) -> Any:
    if not cell or "userEnteredValue" not in cell:
        return ""
    if option in {None, "FORMATTED_VALUE"}:
        return cell.get("formattedValue", "")
    if option == "FORMULA" and "formulaValue" in cell["userEnteredValue"]:
        return cell["userEnteredValue"]["formulaValue"]
    kind = ((cell.get("userEnteredFormat") or {}).get("numberFormat") or {}).get("type")
    if dates == "FORMATTED_STRING" and kind in _TEMPORAL:
        return cell.get("formattedValue", "")
    value = cell.get("effectiveValue") or {}
    if "errorValue" in value:
        return shown.error_text(value["errorValue"]["type"])
    return next(iter(value.values()), "")


Written = tuple[Area, set[tuple[int, int]]]


def write(
    book: Book, area: Area, given: dict[str, Any], option: str | None, *, prefix: str = ""
) -> Written:
    """Write values into an area (a single cell is only a corner); return what it came to."""
    scope = book.scope
    if option in {None, "", "INPUT_VALUE_OPTION_UNSPECIFIED"}:
        raise scope.fail("bad_argument", reason="'valueInputOption' is required but not specified")
    rows = _rows(scope, given, prefix)
    height, width = len(rows), max((len(row) for row in rows), default=0)
    sheet = book.sheets[area.sheet.id]
    covered = Area(sheet, area.top, area.left, area.top + max(height, 1), area.left + max(width, 1))
    if not area.single:
        _inside(scope, area, covered, prefix)
    limits = a1.size(sheet)
    if covered.bottom > limits[0] or covered.right > limits[1]:
        raise a1.beyond(scope, covered)
    cells = set()
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            if value is None:
                continue
            place = area.top + down, area.left + right
            cells.add(place)
            meaning = shown.typed(value) if option == "USER_ENTERED" else _raw(value)
            book.put(sheet, *place, entered(book.cell(sheet, *place), *meaning))
    return (covered if height and width else area), cells


def _raw(value: Any) -> shown.Typed:
    return (
        (None, None)
        if value == ""
        else ({"stringValue": value}, None)
        if isinstance(value, str)
        else shown.typed(value)
    )


def _inside(scope: Any, area: Area, covered: Area, prefix: str) -> None:
    where = f"{prefix}Requested writing within range [{area}], but tried writing to "
    if covered.bottom > area.bottom:
        raise scope.fail("bad_argument", reason=f"{where}row [{area.bottom + 1}]")
    if covered.right > area.right:
        raise scope.fail("bad_argument", reason=f"{where}column [{a1.letters(area.right)}]")


def _rows(scope: Any, given: dict[str, Any], prefix: str) -> list[list[Any]]:
    """Return what is to be written row by row; null is a cell that is left alone."""
    lines = given.get("values") or []
    for place, line in enumerate(lines):
        if not isinstance(line, list):
            raise scope.fail(
                "bad_argument", reason=f"{prefix}Invalid values[{place}]: a list is expected"
            )
        for at, value in enumerate(line):
            if isinstance(value, (dict, list)):
                kind = "struct_value" if isinstance(value, dict) else "list_value"
                raise scope.fail(
                    "bad_argument", reason=f"{prefix}Invalid values[{place}][{at}]: {kind} {{\n}}\n"
                )
    if given.get("majorDimension") != "COLUMNS":
        return lines
    height = max((len(line) for line in lines), default=0)
    return [[line[down] if down < len(line) else None for line in lines] for down in range(height)]


def _updated(book: Book, written: Written, options: dict[str, Any]) -> dict[str, Any]:
    """Return an UpdateValuesResponse; counts of zero are left out."""
    area, cells = written
    counts = {
        "updatedRows": len({row for row, _ in cells}),
        "updatedColumns": len({column for _, column in cells}),
        "updatedCells": len(cells),
    }
    answer: dict[str, Any] = {"spreadsheetId": book.spreadsheet.id, "updatedRange": str(area)}
    answer.update({name: count for name, count in counts.items() if count})
    if options.get("includeValuesInResponse"):
        answer["updatedData"] = value_range(
            book, area, None, options.get("responseValueRenderOption"),
            options.get("responseDateTimeRenderOption"),
        )  # fmt: skip
    return answer


def _table(book: Book, area: Area) -> Area | None:
    """Return the last block of filled cells that the area touches."""
    rows = book.rows(area.sheet)
    for row in range(min(area.bottom, len(rows)) - 1, area.top - 1, -1):
        cells = rows[row] or ()
        for column in range(min(area.right, len(cells)) - 1, area.left - 1, -1):
            if book.filled(area.sheet, row, column):
                return block_at(book, area.sheet, row, column)
    return None


def _clear(book: Book, area: Area) -> None:
    rows = book.rows(area.sheet)
    for row in range(area.top, min(area.bottom, len(rows))):
        for column in range(area.left, min(area.right, len(rows[row] or ()))):
            if book.filled(area.sheet, row, column):
                book.put(
                    area.sheet, row, column, entered(book.cell(area.sheet, row, column), None, None)
                )


def _same_range(scope: Any, body: dict[str, Any], asked: str) -> None:
    given = body.get("range")
    if given and str(a1.resolve(scope, scope.spreadsheet, given)) != str(
        a1.resolve(scope, scope.spreadsheet, asked)
    ):
        reason = f"Requested writing within range [{asked}], but the body names {given}"
        raise scope.fail("bad_argument", reason=reason)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _touch(scope: Any) -> None:
    """An edit moves the file's time of change."""
    file = scope.get("file", scope.spreadsheet.id)
    if file is not None:
        scope.change(file, modifiedTime=scope.do_iso(scope.epoch))
