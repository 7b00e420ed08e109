"""spreadsheets.values through Google's own client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.clients.google_services import client
from tests.conftest import Served


class Cells:
    """The values of one fresh spreadsheet."""

    def __init__(self, sheets: Any):
        self.sheets = sheets
        made = sheets.spreadsheets().create(body={"properties": {"title": "Budget"}}).execute()
        self.id = made["spreadsheetId"]
        self.values = sheets.spreadsheets().values()

    def write(
        self, range: str, rows: list[list[Any]], option: str = "USER_ENTERED", **more: Any
    ) -> Any:
        body = {"values": rows}
        return self.values.update(
            spreadsheetId=self.id, range=range, valueInputOption=option, body=body, **more
        ).execute()

    def read(self, range: str, **more: Any) -> Any:
        return self.values.get(spreadsheetId=self.id, range=range, **more).execute()

    def rows(self, range: str, **more: Any) -> Any:
        return self.read(range, **more).get("values", [])

    def append(self, range: str, rows: list[list[Any]], **more: Any) -> Any:
        return self.values.append(
            spreadsheetId=self.id,
            range=range,
            valueInputOption="RAW",
            body={"values": rows},
            **more,
        ).execute()

    def batch(self, *requests: dict[str, Any]) -> Any:
        body = {"requests": list(requests)}
        return self.sheets.spreadsheets().batchUpdate(spreadsheetId=self.id, body=body).execute()


@pytest.fixture
def cells(served: Callable[..., Served]) -> Iterator[Cells]:
    run = served("google-sheets", "google-drive")
    run.reset()
    with client("google-sheets", run.url("google-sheets"), run.token("google-sheets")) as sheets:
        yield Cells(sheets)


def refused(call: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(HttpError) as caught:
        call()
    return caught.value.status_code, caught.value.reason


def test_what_is_typed_is_understood(cells: Cells) -> None:
    answer = cells.write(
        "Sheet1!A1",
        [["=4/2", "2,000,000.01", "12%", "$9.50", "true", "2020-01-01", "3_1_0", "'42"]],
    )
    assert answer == {
        "spreadsheetId": cells.id, "updatedRange": "Sheet1!A1:H1",
        "updatedRows": 1, "updatedColumns": 8, "updatedCells": 8,
    }  # fmt: skip
    assert cells.rows("A1:H1") == [
        ["2", "2,000,000.01", "12%", "$9.50", "TRUE", "2020-01-01", "3_1_0", "42"]
    ]
    assert cells.rows("A1:H1", valueRenderOption="UNFORMATTED_VALUE") == [
        [2, 2000000.01, 0.12, 9.5, True, 43831, "3_1_0", "42"]
    ]
    # RAW takes text as text, and numbers as numbers.
    cells.write("A2", [["=4/2", "12%", 12, True]], option="RAW")
    assert cells.rows("A2:D2", valueRenderOption="UNFORMATTED_VALUE") == [["=4/2", "12%", 12, True]]


def test_values_are_rendered_as_asked(cells: Cells) -> None:
    cells.write("A1", [["=3/2", "", "2020-01-01"], [], [1]])
    assert cells.read("a1:$C$4") == {
        "range": "Sheet1!A1:C4", "majorDimension": "ROWS", "values": [["1.5", "", "2020-01-01"], [], ["1"]],
    }  # fmt: skip
    assert cells.rows("A1:C3", majorDimension="COLUMNS") == [["1.5", "", "1"], [], ["2020-01-01"]]
    assert cells.rows("1:1", valueRenderOption="FORMULA") == [["=3/2", "", 43831]]
    dates = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}
    assert cells.rows("1:1", **dates) == [[1.5, "", "2020-01-01"]]
    assert cells.read("B5") == {"range": "Sheet1!B5", "majorDimension": "ROWS"}
    assert cells.read("A2:A")["range"] == "Sheet1!A2:A1000"


def test_null_leaves_a_cell_and_blank_empties_it(cells: Cells) -> None:
    cells.write("A1", [["a", "b", "c"]])
    answer = cells.write("A1", [[None, "", "d"]])
    assert (answer["updatedRange"], answer["updatedCells"]) == ("Sheet1!A1:C1", 2)
    assert cells.rows("A1:C1") == [["a", "", "d"]]


def test_values_come_back_with_the_answer(cells: Cells) -> None:
    answer = cells.write(
        "A1", [["=1+1"]], includeValuesInResponse=True,
        responseValueRenderOption="UNFORMATTED_VALUE", responseDateTimeRenderOption="SERIAL_NUMBER",
    )  # fmt: skip
    assert answer["updatedData"] == {
        "range": "Sheet1!A1",
        "majorDimension": "ROWS",
        "values": [[2]],
    }


def test_ranges_are_checked(cells: Cells) -> None:
    assert refused(lambda: cells.read("Nowhere!A1")) == (400, "Unable to parse range: Nowhere!A1")
    limits = "exceeds grid limits. Max rows: 1000, max columns: 26"
    assert refused(lambda: cells.read("A1001")) == (400, f"Range (Sheet1!A1001) {limits}")
    outside = "Requested writing within range [Sheet1!A1:B1], but tried writing to column [C]"
    assert refused(lambda: cells.write("A1:B1", [[1, 2, 3]])) == (400, outside)
    assert refused(lambda: cells.write("A1", [[{"a": 1}]]))[1].startswith(
        "Invalid values[0][0]: struct_value"
    )
    missing = "'valueInputOption' is required but not specified"
    call = cells.values.update(spreadsheetId=cells.id, range="A1", body={"values": [[1]]})
    assert refused(call.execute) == (400, missing)
    assert refused(lambda: cells.values.get(spreadsheetId="none", range="A1").execute()) == (
        404, "Requested entity was not found.",
    )  # fmt: skip


def test_titles_are_quoted_where_they_must_be(cells: Cells) -> None:
    cells.batch(
        {"addSheet": {"properties": {"title": "D3"}}},
        {"addSheet": {"properties": {"title": "I'm here"}}},
    )
    assert cells.write("'D3'!b2", [["x"]])["updatedRange"] == "'D3'!B2"
    assert cells.write("'I''m here'!A1", [["y"]])["updatedRange"] == "'I''m here'!A1"
    assert cells.rows("D3") == []
    assert cells.rows("'D3'") == [[], ["", "x"]]


def test_rows_are_appended_below_a_table(cells: Cells) -> None:
    first = cells.append("Sheet1", [["a", "", "c"]])
    assert "tableRange" not in first
    second = cells.append("Sheet1", [["x", "y", "z"]], includeValuesInResponse=True)
    assert second["tableRange"] == "Sheet1!C1"
    assert second["updates"]["updatedRange"] == "Sheet1!C2:E2"
    assert second["updates"]["updatedData"]["values"] == [["x", "y", "z"]]
    cells.write("Sheet1!A10", [["below"]])
    cells.append("Sheet1!A1", [["new"]], insertDataOption="INSERT_ROWS")
    assert cells.rows("Sheet1!A11") == [["below"]]
    assert cells.append("Sheet1!H20", [[1]])["updates"]["updatedRange"] == "Sheet1!H20"


def test_appending_makes_the_grid_longer(cells: Cells) -> None:
    cells.batch(
        {
            "addSheet": {
                "properties": {"title": "Tiny", "gridProperties": {"rowCount": 1, "columnCount": 2}}
            }
        }
    )
    cells.write("Tiny!A1", [["h"]])
    assert cells.append("Tiny", [[1], [2]])["updates"]["updatedRange"] == "Tiny!A2:A3"
    assert cells.read("Tiny")["range"] == "Tiny!A1:B3"


def test_clearing_takes_values_only(cells: Cells) -> None:
    cells.write("A1", [["12%"]])
    assert cells.values.clear(spreadsheetId=cells.id, range="Sheet1", body={}).execute() == {
        "spreadsheetId": cells.id, "clearedRange": "Sheet1!A1:Z1000",
    }  # fmt: skip
    assert cells.rows("A1") == []
    cells.write("A1", [[0.5]])
    assert cells.rows("A1") == [["50%"]]


def test_many_ranges_at_once(cells: Cells) -> None:
    data = [{"range": f"{column}{row}", "values": [[row]]} for row in (2, 3) for column in "BD"]
    body = {"valueInputOption": "RAW", "data": data}
    answer = cells.values.batchUpdate(spreadsheetId=cells.id, body=body).execute()
    totals = {name: count for name, count in answer.items() if name.startswith("total")}
    assert totals == {
        "totalUpdatedRows": 2, "totalUpdatedColumns": 2, "totalUpdatedCells": 4, "totalUpdatedSheets": 1,
    }  # fmt: skip
    assert [each["updatedRange"] for each in answer["responses"]] == [
        f"Sheet1!{c}{r}" for r in (2, 3) for c in "BD"
    ]
    found = cells.values.batchGet(
        spreadsheetId=cells.id, ranges=["B2:B3", "D2"], majorDimension="COLUMNS",
        valueRenderOption="UNFORMATTED_VALUE", dateTimeRenderOption="SERIAL_NUMBER",
    ).execute()  # fmt: skip
    assert [each["values"] for each in found["valueRanges"]] == [[[2, 3]], [[2]]]
    cleared = cells.values.batchClear(
        spreadsheetId=cells.id, body={"ranges": ["B2:B3", "D9"]}
    ).execute()
    assert cleared["clearedRanges"] == ["Sheet1!B2:B3", "Sheet1!D9"]
    assert cells.rows("A1:D3") == [[], ["", "", "", "2"], ["", "", "", "3"]]
    # All are written or none.
    bad = {
        "valueInputOption": "RAW",
        "data": [{"range": "A1", "values": [[1]]}, {"range": "A1:A1:A1", "values": [[1]]}],
    }
    assert refused(cells.values.batchUpdate(spreadsheetId=cells.id, body=bad).execute)[0] == 400
    assert cells.rows("A1") == []


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("=SUM(A1:A3)*2", "12"),
        ("=AVERAGE(A1:A3)", "2"),
        ('=IF(A1>1,"big","small")', "small"),
        ('=CONCATENATE(A1,"-",B1)', "1-x"),
        ('=COUNTA(A1:B3)&"!"', "4!"),
        ("=1/3", "0.3333333333"),
        ("=-2^2", "4"),
        ("=A1/0", "#DIV/0!"),
        ('=IFERROR(A1/0,"none")', "none"),
        ("=B1+1", "#VALUE!"),
        ("=NOSUCHFUNCTION(1)", "#NAME?"),
        ("=1+", "#ERROR!"),
        ("=Nowhere!A1", "#REF!"),
        ("=C1", "#REF!"),
        ("=VLOOKUP(3,A1:B3,1,FALSE)", "3"),
    ],
)
def test_formulas_are_evaluated(cells: Cells, formula: str, shown: str) -> None:
    cells.write("A1", [[1, "x"], [2], [3]])
    cells.write("C1", [[formula]])
    assert cells.rows("C1") == [[shown]]


def test_formulas_follow_what_they_depend_on(cells: Cells) -> None:
    cells.write("A1", [[1, "=A1+1", "=B1*10"]])
    assert cells.rows("A1:C1") == [["1", "2", "20"]]
    cells.write("A1", [[5]])
    assert cells.rows("A1:C1") == [["5", "6", "60"]]
