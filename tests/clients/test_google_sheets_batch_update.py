"""spreadsheets and their batchUpdate through Google's own client."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.clients.google_services import client
from tests.clients.test_google_sheets_values import Cells, refused
from tests.conftest import Served, TwinRun, folder_of


@pytest.fixture
def cells(served: Callable[..., Served]) -> Iterator[Cells]:
    run = served("google-sheets", "google-drive")
    run.reset()
    with client("google-sheets", run.url("google-sheets"), run.token("google-sheets")) as sheets:
        yield Cells(sheets)


def area(top: int, left: int, bottom: int, right: int) -> dict[str, int]:
    return {
        "sheetId": 0, "startRowIndex": top, "startColumnIndex": left,
        "endRowIndex": bottom, "endColumnIndex": right,
    }  # fmt: skip


def shown(cells: Cells, **more: Any) -> Any:
    return cells.sheets.spreadsheets().get(spreadsheetId=cells.id, **more).execute()


def titles(cells: Cells) -> list[str]:
    return [sheet["properties"]["title"] for sheet in shown(cells)["sheets"]]


def test_a_spreadsheet_is_made_with_sheets(cells: Cells) -> None:
    plain = shown(cells)
    assert list(plain) == ["spreadsheetId", "properties", "sheets", "spreadsheetUrl"]
    assert plain["sheets"] == [
        {"properties": {"sheetId": 0, "title": "Sheet1", "index": 0, "sheetType": "GRID",
                        "gridProperties": {"rowCount": 1000, "columnCount": 26}}}
    ]  # fmt: skip
    body = {"properties": {"locale": "fr_FR"}, "sheets": [
        {"properties": {"title": "One"}}, {"properties": {"title": "Two", "gridProperties": {"rowCount": 5}}},
    ]}  # fmt: skip
    made = cells.sheets.spreadsheets().create(body=body).execute()
    assert (made["properties"]["title"], made["properties"]["locale"]) == (
        "Untitled spreadsheet",
        "fr_FR",
    )
    assert [sheet["properties"]["title"] for sheet in made["sheets"]] == ["One", "Two"]
    assert made["sheets"][1]["properties"]["gridProperties"] == {"rowCount": 5, "columnCount": 26}
    values = [
        {"userEnteredValue": {"numberValue": 2}, "note": "n"},
        {"userEnteredValue": {"formulaValue": "=A2*3"}},
    ]
    data = [{"startRow": 1, "rowData": [{"values": values}]}]
    made = cells.sheets.spreadsheets().create(body={"sheets": [{"data": data}]}).execute()
    found = cells.values.get(spreadsheetId=made["spreadsheetId"], range="A2:B2").execute()
    assert found["values"] == [["2", "6"]]


def test_a_batch_is_atomic(cells: Cells) -> None:
    with pytest.raises(HttpError) as caught:
        cells.batch(
            {"addSheet": {"properties": {"title": "New"}}},
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": 7, "title": "x"},
                    "fields": "title",
                }
            },
        )
    assert caught.value.reason == "Invalid requests[1].updateSheetProperties: No sheet with id: 7"
    assert titles(cells) == ["Sheet1"]
    assert refused(cells.batch) == (400, "Must specify at least one request.")
    assert refused(lambda: cells.batch({"addSheet": {}, "deleteSheet": {}}))[0] == 400


def test_an_unwritten_kind_applies_nothing(
    twin_run: Callable[..., TwinRun], tmp_path: Path
) -> None:
    """A kind that the contract has and the twin has not is a loud 501."""
    shutil.copytree(folder_of("google-sheets"), tmp_path / "twin")
    resource = tmp_path / "twin" / "resources" / "spreadsheet.yaml"
    written = resource.read_text(encoding="utf-8")
    line = next(line for line in written.splitlines() if "findReplace:" in line)
    resource.write_text(written.replace(line + "\n", ""), encoding="utf-8")
    run = twin_run(tmp_path / "twin")
    number = run.call("POST", "/v4/spreadsheets", json={}).json()["spreadsheetId"]
    requests = [{"addSheet": {}}, {"findReplace": {"find": "a", "allSheets": True}}]
    refused = run.call(
        "POST", f"/v4/spreadsheets/{number}:batchUpdate", json={"requests": requests}
    )
    assert (refused.status, refused.headers["x-twin-tier"]) == (501, "unsupported")
    assert len(run.call("GET", f"/v4/spreadsheets/{number}").json()["sheets"]) == 1


def test_a_spreadsheet_has_its_limits(cells: Cells) -> None:
    huge = {
        "addSheet": {"properties": {"gridProperties": {"rowCount": 1_000_000, "columnCount": 100}}}
    }
    assert refused(lambda: cells.batch(huge))[1].endswith("above the limit of 10000000 cells.")


def test_sheets_are_added_moved_hidden_and_deleted(cells: Cells) -> None:
    reply = cells.batch({"addSheet": {"properties": {"title": "Two"}}}, {"addSheet": {}})["replies"]
    two, three = (each["addSheet"]["properties"] for each in reply)
    assert (two["index"], three["title"], three["index"]) == (1, "Sheet3", 2)
    taken = 'Invalid requests[0].addSheet: A sheet with the name "TWO" already exists. Please enter another name.'
    assert refused(lambda: cells.batch({"addSheet": {"properties": {"title": "TWO"}}})) == (
        400,
        taken,
    )
    move = {"properties": {"sheetId": three["sheetId"], "index": 0}, "fields": "index"}
    assert cells.batch({"updateSheetProperties": move})["replies"] == [{}]
    assert titles(cells) == ["Sheet3", "Sheet1", "Two"]
    assert shown(cells)["sheets"][0]["properties"]["sheetType"] == "GRID"
    for number in (two["sheetId"], three["sheetId"]):
        cells.batch({"deleteSheet": {"sheetId": number}})
    hide = {
        "updateSheetProperties": {"properties": {"sheetId": 0, "hidden": True}, "fields": "hidden"}
    }
    assert refused(lambda: cells.batch(hide))[1].endswith(
        "You can't hide all the sheets in a document."
    )
    last = refused(lambda: cells.batch({"deleteSheet": {"sheetId": 0}}))
    assert last == (
        400,
        "Invalid requests[0].deleteSheet: You can't remove all the sheets in a document.",
    )


def test_a_mask_tells_what_changes(cells: Cells) -> None:
    frozen = {"properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 2, "rowCount": 7}}}
    cells.batch({"updateSheetProperties": {**frozen, "fields": "gridProperties/frozenRowCount"}})
    grid = shown(cells)["sheets"][0]["properties"]["gridProperties"]
    assert grid == {"rowCount": 1000, "columnCount": 26, "frozenRowCount": 2}
    cells.batch(
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0},
                "fields": "gridProperties.frozenRowCount",
            }
        }
    )
    assert "frozenRowCount" not in shown(cells)["sheets"][0]["properties"]["gridProperties"]
    none = refused(lambda: cells.batch({"updateSheetProperties": frozen}))
    assert none[1].endswith(
        "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
    )
    colour = {
        "properties": {"sheetId": 0, "tabColorStyle": {"rgbColor": {"red": 0.99, "blue": 0.01}}}
    }
    cells.batch({"updateSheetProperties": {**colour, "fields": "tabColorStyle"}})
    kept = {"red": 0.9882353, "blue": 0.007843138}
    properties = shown(cells)["sheets"][0]["properties"]
    assert (properties["tabColor"], properties["tabColorStyle"]) == (kept, {"rgbColor": kept})


def test_spreadsheet_properties_are_changed(cells: Cells) -> None:
    update = {
        "properties": {"title": "Renamed", "timeZone": "Europe/Paris"},
        "fields": "title,timeZone",
    }
    body = {
        "requests": [{"updateSpreadsheetProperties": update}],
        "includeSpreadsheetInResponse": True,
    }
    answer = cells.sheets.spreadsheets().batchUpdate(spreadsheetId=cells.id, body=body).execute()
    properties = answer["updatedSpreadsheet"]["properties"]
    assert [properties[name] for name in ("title", "timeZone", "locale")] == [
        "Renamed",
        "Europe/Paris",
        "en_US",
    ]


def test_rows_and_columns_are_inserted_and_deleted(cells: Cells) -> None:
    cells.write("A1", [[1, 2, "=A1+B1"], [3, 4, "=SUM(A1:A2)"]])
    columns = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
    rows = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    cells.batch({"insertDimension": {"range": columns}}, {"insertDimension": {"range": rows}})
    assert cells.rows("A1:D3", valueRenderOption="FORMULA") == [
        [1, "", 2, "=A1+C1"],
        [],
        [3, "", 4, "=SUM(A1:A3)"],
    ]
    cells.batch({"deleteDimension": {"range": {**rows, "startIndex": 0, "endIndex": 2}}})
    assert cells.rows("A1:D1", valueRenderOption="FORMULA") == [[3, "", 4, "=SUM(A1:A1)"]]
    cells.batch({"deleteDimension": {"range": {**columns, "startIndex": 0, "endIndex": 1}}})
    assert cells.rows("A1:C1") == [["", "4", "#REF!"]]
    cells.batch({"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 5}})
    grid = shown(cells)["sheets"][0]["properties"]["gridProperties"]
    assert grid == {"rowCount": 1004, "columnCount": 26}
    everything = {"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS"}}}
    assert refused(lambda: cells.batch(everything))[1].endswith(
        "You can't delete all the rows on the sheet."
    )


def test_cells_are_shown_where_a_mask_reaches_them(cells: Cells) -> None:
    note = {"fields": "note", "range": area(0, 0, 1, 1), "rows": [{"values": [{"note": "hi"}]}]}
    cells.batch({"updateCells": note})
    mask = "sheets/data/rowData/values/note"
    assert shown(cells, fields=mask, ranges="Sheet1!A1") == {
        "sheets": [{"data": [{"rowData": [{"values": [{"note": "hi"}]}]}]}]
    }
    cells.batch({"updateCells": {**note, "rows": [{"values": [{"note": ""}]}]}})
    assert shown(cells, fields=mask, ranges=["Sheet1!A1"]) == {"sheets": [{"data": [{}]}]}
    assert shown(cells, fields="namedRanges") == {}
    unknown = refused(lambda: shown(cells, fields="sheets.nothing"))
    assert unknown == (400, "Invalid field selection nothing")
    cells.write("B2", [["12%"]])
    data = shown(cells, includeGridData=True, ranges=["B2"], excludeTablesInBandedRanges=True)[
        "sheets"
    ][0]["data"][0]
    assert (data["startRow"], data["startColumn"]) == (1, 1)
    cell = data["rowData"][0]["values"][0]
    assert cell["effectiveValue"] == {"numberValue": 0.12}
    assert cell["effectiveFormat"]["numberFormat"] == {"type": "PERCENT", "pattern": "0%"}


def test_formats_are_repeated_and_copied(cells: Cells) -> None:
    cells.write("A1", [[1, "=A1*2"], [5, 6]])
    cell = {"userEnteredFormat": {"backgroundColor": {"green": 1}, "textFormat": {"bold": True}}}
    fields = "userEnteredFormat(backgroundColor,textFormat)"
    cells.batch({"repeatCell": {"range": area(0, 0, 1, 1), "cell": cell, "fields": fields}})
    cells.batch({"copyPaste": {"source": area(0, 0, 1, 2), "destination": area(2, 0, 4, 2)}})
    assert cells.rows("A3:B4") == [["1", "2"], ["1", "2"]]
    assert cells.rows("B4", valueRenderOption="FORMULA") == [["=A4*2"]]
    found = shown(cells, fields="sheets.data.rowData.values.userEnteredFormat", ranges="A3")
    assert found["sheets"][0]["data"][0]["rowData"][0]["values"][0]["userEnteredFormat"] == {
        "backgroundColor": {"green": 1}, "backgroundColorStyle": {"rgbColor": {"green": 1}},
        "textFormat": {"bold": True},
    }  # fmt: skip
    cells.batch(
        {
            "cutPaste": {
                "source": area(1, 0, 2, 2),
                "destination": {"sheetId": 0, "rowIndex": 8, "columnIndex": 3},
            }
        }
    )
    assert (cells.rows("A2:B2"), cells.rows("D9:E9")) == ([], [["5", "6"]])
    transposed = {
        "source": area(8, 3, 9, 5),
        "destination": area(10, 0, 11, 1),
        "pasteOrientation": "TRANSPOSE",
    }
    cells.batch({"copyPaste": {**transposed, "pasteType": "PASTE_VALUES"}})
    assert cells.rows("A11:A12") == [["5"], ["6"]]


def test_text_is_split_found_and_appended(cells: Cells) -> None:
    cells.write("A1", [["a,b"], [""], ["c,d,e"]])
    cells.batch({"textToColumns": {"source": area(0, 0, 3, 1), "delimiterType": "AUTODETECT"}})
    assert cells.rows("A1:C3") == [["a", "b"], [], ["c", "d", "e"]]
    values = [
        {"userEnteredValue": {"stringValue": "A1"}},
        {"userEnteredValue": {"formulaValue": "=1+1"}},
    ]
    cells.batch(
        {"appendCells": {"sheetId": 0, "rows": [{"values": values}], "fields": "userEnteredValue"}}
    )
    assert cells.rows("A4:B4") == [["A1", "2"]]
    replace = {"find": "a", "replacement": "z", "allSheets": True}
    assert cells.batch({"findReplace": replace})["replies"] == [
        {
            "findReplace": {
                "valuesChanged": 2,
                "occurrencesChanged": 2,
                "rowsChanged": 2,
                "sheetsChanged": 1,
            }
        }
    ]
    assert cells.rows("A1:A4") == [["z"], [], ["c"], ["z1"]]


def test_rows_are_grouped_and_hidden(cells: Cells) -> None:
    range_ = {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 4}
    inner = {**range_, "startIndex": 1, "endIndex": 2}
    group = {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 4}, "depth": 1}
    reply = cells.batch(
        {"addDimensionGroup": {"range": range_}}, {"addDimensionGroup": {"range": inner}}
    )["replies"]
    assert reply[0] == {"addDimensionGroup": {"dimensionGroups": [group]}}
    assert [each["depth"] for each in reply[1]["addDimensionGroup"]["dimensionGroups"]] == [1, 2]
    cells.batch({"deleteDimensionGroup": {"range": inner}})
    assert shown(cells)["sheets"][0]["rowGroups"] == [group]
    assert cells.batch({"deleteDimensionGroup": {"range": range_}})["replies"] == [
        {"deleteDimensionGroup": {}}
    ]
    hide = {"range": inner, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
    cells.batch({"updateDimensionProperties": hide})
    data = shown(cells, includeGridData=True, ranges="A1:A3")["sheets"][0]["data"][0]
    assert [row.get("hiddenByUser") for row in data["rowMetadata"]] == [None, True, None]


def test_ranges_are_named_and_protected(cells: Cells) -> None:
    cells.write("A1", [[1], [2]])
    named = cells.batch(
        {"addNamedRange": {"namedRange": {"name": "Both", "range": area(0, 0, 2, 1)}}}
    )
    made = named["replies"][0]["addNamedRange"]["namedRange"]
    assert "sheetId" not in made["range"]
    assert cells.read("Both")["range"] == "Sheet1!A1:A2"
    cells.write("C1", [["=SUM(Both)"]])
    assert cells.rows("C1") == [["3"]]
    again = {"addNamedRange": {"namedRange": {"name": "Both", "range": area(0, 0, 1, 1)}}}
    assert refused(lambda: cells.batch(again))[0] == 400
    cells.batch({"deleteNamedRange": {"namedRangeId": made["namedRangeId"]}})
    assert refused(lambda: cells.read("Both")) == (400, "Unable to parse range: Both")
    assert cells.rows("C1") == [["#NAME?"]]
    protect = {
        "range": area(0, 0, 2, 2),
        "warningOnly": True,
        "requestingUserCanEdit": False,
        "description": None,
    }
    reply = cells.batch({"addProtectedRange": {"protectedRange": protect}})["replies"][0][
        "addProtectedRange"
    ]
    protected = reply["protectedRange"]
    assert (protected["requestingUserCanEdit"], protected["editors"]) == (True, {})
    assert shown(cells)["sheets"][0]["protectedRanges"][0]["editors"] == {
        "users": ["owner@twin.example"]
    }
    cells.batch({"deleteProtectedRange": {"protectedRangeId": protected["protectedRangeId"]}})
    assert "protectedRanges" not in shown(cells)["sheets"][0]


def test_a_spreadsheet_is_made_with_names_and_tables(cells: Cells) -> None:
    sheets = cells.sheets.spreadsheets()
    inner = {"range": {"endRowIndex": 2, "endColumnIndex": 2}}
    made = sheets.create(
        body={
            "sheets": [{"properties": {"title": "Plan"}, "tables": [inner]}],
            "namedRanges": [{"name": "All", "range": {"sheetId": 0}}],
        }
    ).execute()
    assert made["namedRanges"][0]["range"] == {}
    assert made["sheets"][0]["tables"][0]["name"] == "Table1"
    read = cells.values.get(spreadsheetId=made["spreadsheetId"], range="All").execute()
    assert read["range"] == "Plan!A1:Z1000"
    odd: list[list[dict[str, Any]]] = [
        [{}], [{"name": "A"}, {"name": "A"}], [{"name": "A", "range": {"sheetId": 9}}],
    ]  # fmt: skip
    for names in odd:
        assert refused(sheets.create(body={"namedRanges": names}).execute)[0] == 400


def test_tables_take_their_names_from_the_header(cells: Cells) -> None:
    cells.write("A1", [["Name", 25], ["x", 1]])
    table = cells.batch({"addTable": {"table": {"range": area(0, 0, 2, 2)}}})["replies"][0][
        "addTable"
    ]["table"]
    assert table["name"] == "Table1"
    assert table["columnProperties"] == [
        {"columnName": "Name"},
        {"columnIndex": 1, "columnName": "25"},
    ]
    sheet = shown(cells)["sheets"][0]
    assert sheet["properties"]["gridProperties"]["frozenRowCount"] == 1
    assert sheet["bandedRanges"][0]["bandedRangeReference"] == table["tableId"]
    bigger = {
        "tableId": table["tableId"],
        "range": area(0, 0, 5, 2),
        "columnProperties": [{"columnName": "Who"}],
    }
    cells.batch({"updateTable": {"table": bigger, "fields": "range,columnProperties"}})
    sheet = shown(cells)["sheets"][0]
    assert (
        sheet["tables"][0]["range"]["endRowIndex"]
        == sheet["bandedRanges"][0]["range"]["endRowIndex"]
        == 5
    )
    assert cells.rows("A1:B1") == [["Who", "25"]]
    assert "bandedRanges" not in shown(cells, excludeTablesInBandedRanges=True)["sheets"][0]


def test_a_sheet_is_duplicated(cells: Cells) -> None:
    cells.write("A1", [["x"]])
    copy = cells.batch({"duplicateSheet": {"sourceSheetId": 0}})["replies"][0]["duplicateSheet"][
        "properties"
    ]
    assert (copy["title"], copy["index"]) == ("Copy of Sheet1", 0)
    assert cells.rows("'Copy of Sheet1'!A1") == [["x"]]


def test_a_sheet_is_copied_to_another_spreadsheet(cells: Cells) -> None:
    cells.write("A1", [["x"]])
    other = cells.sheets.spreadsheets().create(body={}).execute()["spreadsheetId"]
    copy = cells.sheets.spreadsheets().sheets().copyTo
    made = copy(
        spreadsheetId=cells.id, sheetId=0, body={"destinationSpreadsheetId": other}
    ).execute()
    assert (made["title"], made["index"]) == ("Copy of Sheet1", 1)
    found = cells.values.get(spreadsheetId=other, range="'Copy of Sheet1'!A1").execute()
    assert found["values"] == [["x"]]
    lost = copy(spreadsheetId=cells.id, sheetId=0, body={"destinationSpreadsheetId": "none"})
    assert refused(lost.execute) == (404, "Requested entity was not found.")


def test_a_formula_follows_a_renamed_sheet(cells: Cells) -> None:
    cells.batch({"addSheet": {"properties": {"title": "Data"}}})
    cells.write("Data!A1", [[7]])
    cells.write("Sheet1!A1", [["=Data!A1"]])
    number = shown(cells)["sheets"][1]["properties"]["sheetId"]
    rename = {"properties": {"sheetId": number, "title": "My data"}, "fields": "title"}
    cells.batch({"updateSheetProperties": rename})
    assert cells.rows("Sheet1!A1", valueRenderOption="FORMULA") == [["='My data'!A1"]]
    assert cells.rows("Sheet1!A1") == [["7"]]
    cells.batch({"deleteSheet": {"sheetId": number}})
    assert cells.rows("Sheet1!A1") == [["#REF!"]]


def test_both_refusals_of_a_caller(twin_run: Callable[..., TwinRun]) -> None:
    run = twin_run("google-sheets")
    missing = run.call("GET", "/v4/spreadsheets/x", authorized=False)
    assert (missing.status, missing.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    wrong = run.call("GET", "/v4/spreadsheets/x", headers={"authorization": "Bearer no"})
    assert wrong.json()["error"]["message"].startswith(
        "Request had invalid authentication credentials."
    )
