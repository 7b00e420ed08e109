"""Sheets: added, changed, copied, and shown with their cells."""

from __future__ import annotations

from typing import Any

from twin import a1, formulas, masks, shown
from twin.book import Book

from twingen.runtime.masks import laid_over, masked

_ORDER = (
    "sheetId", "title", "index", "sheetType", "gridProperties", "hidden", "tabColor", "tabColorStyle", "rightToLeft",
)  # fmt: skip
Mask = dict[str, Any]


def add(scope: Any) -> Any:
    sheet = added(scope, scope.spreadsheet, scope.body.get("properties") or {})
    return {"addSheet": {"properties": properties(scope, sheet)}}


def added(
    scope: Any, spreadsheet: Any, given: dict[str, Any], *, case: str = "refused_request"
) -> Any:
    """Make a sheet from the properties that a request gives; what it lacks is chosen."""
    siblings = ordered(scope, spreadsheet)
    number = given.get("sheetId")
    if number is None:
        number = int(scope.do_mint("{digits:9}"))
    elif number < 0:
        raise scope.fail(case, reason=f"Sheet id must be non-negative: {number}")
    elif a1.sheet_of(scope, spreadsheet, number) is not None:
        raise scope.fail(case, reason=f"Sheet with id: {number} already exists.")
    title = given.get("title") or _free_title(siblings)
    _check_title(scope, siblings, title, None, case)
    grid = dict(given.get("gridProperties") or {})
    _check_size(scope, grid)
    if given.get("sheetType") in {None, "GRID"}:
        grid = {
            **grid,
            "rowCount": grid.get("rowCount") or 1000,
            "columnCount": grid.get("columnCount") or 26,
        }
    data = {
        **{name: value for name, value in given.items() if name in _ORDER and value is not None},
        "sheetId": number, "title": title, "index": len(siblings),
        "sheetType": given.get("sheetType") or "GRID", "gridProperties": grid,
    }  # fmt: skip
    a1.check_room(scope, siblings, grid.get("rowCount", 0) * grid.get("columnCount", 0))
    sheet = scope.create("sheet", {"properties": shown.coloured(data)}, spreadsheet=spreadsheet)
    if given.get("index") is not None and given["index"] < len(siblings):
        return _placed(scope, spreadsheet, sheet, given["index"])
    return sheet


def update(scope: Any) -> Any:
    given = scope.body.get("properties") or {}
    mask = masks.asked(scope, "SheetProperties", "properties")
    sheet = a1.sheet_of(scope, scope.spreadsheet, given.get("sheetId"))
    if sheet is None:
        raise scope.fail("refused_request", reason=f"No sheet with id: {given.get('sheetId') or 0}")
    if "*" in mask:
        mask = {name: {} for name in given}
    moves = "index" in mask
    mask = {
        name: below for name, below in mask.items() if name not in {"sheetId", "index", "sheetType"}
    }
    old = sheet.data["properties"]
    new = laid_over(old, shown.coloured(given), shown.paired(mask)) if mask else dict(old)
    siblings = ordered(scope, scope.spreadsheet)
    if not new.get("title"):
        new["title"] = old["title"]
    _check_title(scope, siblings, new["title"], sheet, "refused_request")
    if new.get("hidden") and not any(
        s.id != sheet.id and not s.data["properties"].get("hidden") for s in siblings
    ):
        raise scope.fail("refused_request", reason="You can't hide all the sheets in a document.")
    book = Book(scope, scope.spreadsheet)
    if new["title"] != old["title"]:
        for other, row, column, cell in list(book.formulas()):
            text = formulas.retitled(
                cell["userEnteredValue"]["formulaValue"], old["title"], new["title"]
            )
            book.put(other, row, column, {**cell, "userEnteredValue": {"formulaValue": text}})
    rows, columns = a1.size(sheet)
    grid = new.get("gridProperties") or {}
    _check_size(scope, grid)
    wanted = grid.get("rowCount") or rows, grid.get("columnCount") or columns
    _check_frozen(scope, grid, wanted)
    new["gridProperties"] = {**grid, "rowCount": rows, "columnCount": columns}
    sheet = book.write(sheet, {**sheet.data, "properties": new})
    if wanted != (rows, columns):
        sheet = book.resize(sheet, *wanted)
    book.save()
    if given.get("index") is not None and moves:
        _placed(scope, scope.spreadsheet, sheet, given["index"])
    return {}


def duplicate(scope: Any) -> Any:
    body = scope.body
    source = a1.sheet_of(scope, scope.spreadsheet, body.get("sourceSheetId"))
    if source is None:
        raise scope.fail(
            "refused_request", reason=f"No sheet with id: {body.get('sourceSheetId') or 0}"
        )
    given = {
        "sheetId": body.get("newSheetId"), "index": body.get("insertSheetIndex") or 0,
        "title": body.get("newSheetName") or _copy_title(scope, scope.spreadsheet, source),
    }  # fmt: skip
    copy = _copied(scope, scope.spreadsheet, source, given, "refused_request")
    return {"duplicateSheet": {"properties": properties(scope, copy)}}


def copy_to(scope: Any) -> Any:
    target = scope.destination
    source = scope.sheet
    copy = _copied(
        scope, target, source, {"title": _copy_title(scope, target, source)}, "bad_argument"
    )
    return properties(scope, copy)


def _copied(scope: Any, target: Any, source: Any, given: dict[str, Any], case: str) -> Any:
    base = {
        name: value
        for name, value in source.data["properties"].items()
        if name not in {"sheetId", "index"}
    }
    copy = added(
        scope, target, {**base, **{k: v for k, v in given.items() if v is not None}}, case=case
    )
    rest = {
        name: value
        for name, value in source.data.items()
        if name in {"merges", "rowGroups", "columnGroups"}
    }
    if rest:
        copy = scope.write(copy, {**copy.data, **rest})
    scope.write(scope.get("grid", copy.id), scope.get("grid", source.id).data)
    return copy


def ordered(scope: Any, spreadsheet: Any) -> list[Any]:
    return sorted(scope.all("sheet", spreadsheet=spreadsheet.id), key=a1.place)


def _placed(scope: Any, spreadsheet: Any, sheet: Any, index: int) -> Any:
    """Put a sheet at an index; the others move along."""
    rest = [other for other in ordered(scope, spreadsheet) if other.id != sheet.id]
    if not 0 <= index <= len(rest):
        raise scope.fail("refused_request", reason=f"Sheet index out of range: {index}")
    rest.insert(index, sheet)
    for place, other in enumerate(rest):
        if other.data["properties"].get("index") != place:
            changed = scope.write(
                other, {**other.data, "properties": {**other.data["properties"], "index": place}}
            )
            sheet = changed if other.id == sheet.id else sheet
    return sheet


def _free_title(siblings: list[Any]) -> str:
    taken = {sheet.data["properties"]["title"].casefold() for sheet in siblings}
    number = len(siblings) + 1
    while f"sheet{number}" in taken:
        number += 1
    return f"Sheet{number}"


def _copy_title(scope: Any, target: Any, source: Any) -> str:
    taken = {sheet.data["properties"]["title"].casefold() for sheet in ordered(scope, target)}
    title = base = f"Copy of {source.data['properties']['title']}"
    number = 1
    while title.casefold() in taken:
        number += 1
        title = f"{base} {number}"
    return title


def _check_title(scope: Any, siblings: list[Any], title: str, own: Any, case: str) -> None:
    for sheet in siblings:
        same = sheet.data["properties"]["title"].casefold() == title.casefold()
        if same and (own is None or sheet.id != own.id):
            reason = f'A sheet with the name "{title}" already exists. Please enter another name.'
            raise scope.fail(case, reason=reason)


def _check_size(scope: Any, grid: dict[str, Any]) -> None:
    for name, value in grid.items():
        if isinstance(value, int) and value < 0:
            raise a1.refusal(scope, f"gridProperties.{name} must not be negative.")


def _check_frozen(scope: Any, grid: dict[str, Any], size: tuple[int, int]) -> None:
    for name, count, word in (
        ("frozenRowCount", size[0], "rows"),
        ("frozenColumnCount", size[1], "columns"),
    ):
        if (grid.get(name) or 0) >= count:
            raise scope.fail(
                "refused_request", reason=f"You can't freeze all visible {word} on the sheet."
            )


# Showing


def properties(scope: Any, sheet: Any) -> dict[str, Any]:
    """Return SheetProperties: id and index always, other zeros and false flags never."""
    spreadsheet = scope.get("spreadsheet", sheet.refs["spreadsheet"])
    place = [other.id for other in ordered(scope, spreadsheet)].index(sheet.id)
    data = {**sheet.data["properties"], "index": place}
    data["gridProperties"] = {
        name: value for name, value in (data.get("gridProperties") or {}).items() if value
    }
    return {
        name: data[name] for name in _ORDER
        if name in data and (name in {"sheetId", "index"} or data[name] not in (False, None, {}))
    }  # fmt: skip


def whole(
    scope: Any, book: Book, sheet: Any, areas: list[a1.Area] | None, mask: Mask | None
) -> dict[str, Any]:
    """Return a Sheet; `areas` are those of it whose cells are shown, None for no cells at all."""
    answer: dict[str, Any] = {"properties": properties(scope, sheet)}
    if areas is not None:
        cell_mask = _below(mask, "rowData", "values") if mask else None
        answer["data"] = [_data(scope, book, area, mask, cell_mask) for area in areas]
    answer.update({name: sheet.data[name] for name in ("merges",) if sheet.data.get(name)})
    protected = [_protected(scope, row) for row in scope.all("protected-range", sheet=sheet.id)]
    tables = [row.data for row in scope.all("table", sheet=sheet.id)]
    groups = {
        name: sheet.data[name] for name in ("rowGroups", "columnGroups") if sheet.data.get(name)
    }
    banded = list(sheet.data.get("bandedRanges") or ())
    if scope.query.get("excludeTablesInBandedRanges"):
        banded = [each for each in banded if not each.get("bandedRangeReference")]
    for name, listed in (
        ("protectedRanges", protected),
        ("bandedRanges", banded),
        ("tables", tables),
    ):
        if listed:
            answer[name] = listed
    return {**answer, **groups}


def _protected(scope: Any, row: Any) -> dict[str, Any]:
    """Return a protected range with the caller among its editors."""
    editors = row.data.get("editors") or {}
    users = list(dict.fromkeys([*(editors.get("users") or ()), scope.caller]))
    return {**row.data, "editors": {**editors, "users": users}}


def _below(mask: Mask, *names: str) -> Mask | None:
    for name in names:
        if not mask:
            return mask
        found = mask.get(name, mask.get("*"))
        if found is None:
            return None
        mask = found
    return mask


def _data(
    scope: Any, book: Book, area: a1.Area, mask: Mask | None, cell_mask: Mask | None
) -> dict[str, Any]:
    """Return a GridData, cut behind the last cell that has something of the masked kind."""
    sheet = area.sheet
    default = book.spreadsheet.data["properties"]["defaultFormat"]
    answer: dict[str, Any] = {}
    answer.update(
        {name: at for name, at in (("startRow", area.top), ("startColumn", area.left)) if at}
    )
    if mask is None or cell_mask is not None:
        rows = []
        for row in book.rows(sheet)[area.top : area.bottom]:
            cells = [
                _cell(cell, default, cell_mask) for cell in (row or ())[area.left : area.right]
            ]
            while cells and not cells[-1]:
                cells.pop()
            rows.append({"values": cells} if cells else {})
        while rows and not rows[-1]:
            rows.pop()
        if rows:
            answer["rowData"] = rows
    for name, dimension, first, last in (
        ("rowMetadata", "ROWS", area.top, area.bottom), ("columnMetadata", "COLUMNS", area.left, area.right),
    ):  # fmt: skip
        if not mask or name in mask or "*" in mask:
            answer[name] = [book.dimension(sheet, dimension, index) for index in range(first, last)]
    return answer


def _cell(
    cell: dict[str, Any] | None, default: dict[str, Any], mask: Mask | None
) -> dict[str, Any]:
    if not cell:
        return {}
    effective = {**default}
    for name, value in (cell.get("userEnteredFormat") or {}).items():
        inner = effective.get(name)
        effective[name] = (
            {**inner, **value} if isinstance(inner, dict) and isinstance(value, dict) else value
        )
    answer: dict[str, Any] = {
        name: cell[name]
        for name in ("userEnteredValue", "effectiveValue", "formattedValue", "userEnteredFormat")
        if name in cell
    }
    answer["effectiveFormat"] = effective
    answer.update({name: value for name, value in cell.items() if name not in answer})
    link = _link(cell)
    if link:
        answer["hyperlink"] = link
    return dict(masked(answer, mask)) if mask else answer


def _link(cell: dict[str, Any]) -> str | None:
    """Return the address of a cell that is a link by formula or by its text."""
    value = cell.get("userEnteredValue") or {}
    text = value.get("formulaValue", "")
    if text.upper().startswith('=HYPERLINK("'):
        return str(text[12:].partition('"')[0])
    return None
