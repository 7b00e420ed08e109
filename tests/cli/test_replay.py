"""`twingen replay`: what it prints, and with which exit code."""

from __future__ import annotations

import json

import pytest

from tests.cli.calling import Twingen
from tests.shop import shop_twin
from tests.verify.recordings.cassettes import SECRET, Call, har, lamp, python, visit

_DIFFERENT = Call("GET", "/items", 200, [lamp()])


@pytest.fixture
def home(twingen: Twingen) -> Twingen:
    shop_twin(twingen.home / "generated" / "shop")
    (twingen.home / "good.har").write_text(har(visit()))
    (twingen.home / "bad.yaml").write_text(python([_DIFFERENT, Call("GET", "/orders", 200, [])]))
    return twingen


def test_all_match(home: Twingen) -> None:
    result = home("replay", "shop", "good.har")
    assert result.code == 0, result.err
    assert result.err == "shop is generated/shop\n"
    assert result.out == (
        "MATCH  STATUS  SHAPE  VALUES  JUDGED  OF  OPERATION\n"
        "    1       1      1       1       1   1  DELETE /api/v1/items/{}\n"
        "    1       1      1       1       1   1  GET /api/v1/items\n"
        "    1       1      1       1       1   1  GET /api/v1/items/{}\n"
        "    1       1      1       1       1   1  POST /api/v1/items\n"
        "    1       1      1       1       1   1  PUT /api/v1/items/{}\n"
        "\n"
        "1 recordings (1 har), 5 exchanges, 5 judged\n"
        "match 5/5 (100.0%)  status 5/5 (100.0%)  shape 5/5 (100.0%)  values 5/5 (100.0%)  "
        "headers and times 5/5 (100.0%)\n"
    )
    assert SECRET not in result.out


def test_differences(home: Twingen) -> None:
    result = home("replay", "shop", "bad.yaml", "good.har")
    assert result.code == 1
    lines = result.out.split("\n")
    assert "    0       0      0       1       1   1  (no documented operation)" in lines
    assert "    1       2      1       2       2   2  GET /api/v1/items" in lines
    assert "1x GET /api/v1/items  shape: a list is empty" in lines
    at = lines.index("1x GET /api/v1/items  shape: a list is empty")
    assert lines[at + 1 : at + 8] == [
        "    - [].created",
        "    - [].id",
        "    - [].name",
        "    - [].price",
        "    + []",
        "    bad.yaml interaction 1",
        '    curl -s -i -H "authorization: Bearer $TWINGEN_TOKEN" http://127.0.0.1:9000/api/v1/items',
    ]
    assert lines[-3] == "2 recordings (1 vcrpy, 1 har), 7 exchanges, 7 judged"


def test_one_operation_and_json(home: Twingen) -> None:
    result = home("replay", "shop", "bad.yaml", "--show", "listItems")
    assert result.code == 1
    assert result.out.startswith("GET /api/v1/items  a list is empty\n    recorded 200 [{")
    told = json.loads(home("replay", "shop", "bad.yaml", "--json").out)
    assert told["score"]["judged"] == 2 and told["score"]["match"] == 0
    assert [one["operation"] for one in told["operations"]] == ["", "GET /api/v1/items"]
    assert told["exchanges"][0]["recorded"]["status"] == 200
    assert told["seeded"] is False


def test_seeded_figures_say_so(home: Twingen) -> None:
    result = home("replay", "shop", "bad.yaml", "--seed-from-recording")
    assert "SEEDED FROM THE RECORDING: 1 records planted, 0 refused; do not compare with figures without" in result.out
    assert "      1  what it answered was planted from it; 1 of 1 answered alike" in result.out


def test_nothing_judged_is_no_success(home: Twingen) -> None:
    (home.home / "lost.har").write_text(har([Call("POST", "/items", 201, lamp())]))
    result = home("replay", "shop", "lost.har", "-q")
    assert (result.code, result.out) == (1, "1 recordings (1 har), 1 exchanges, 0 judged\nnothing could be judged\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shop"], "no recording is named\n  twingen replay shop traffic.har (a file or a folder)\n"),
        (
            ["shop", "page.yaml"],
            "page.yaml:1: not a recording: its keys are title, words\n"
            "  it is none of these: HAR, VCR (ruby), vcrpy, go-vcr, and sessions as JSON lines\n",
        ),
        (
            ["shop", "good.har", "--show", "getOrder"],
            "no twin here documents an operation 'getOrder'\n"
            "  twingen show shop lists all; '(no documented operation)' stands for the rest\n",
        ),
        (
            ["shop", "foreign.har"],
            "none of the 1 recorded requests is for shop: they went to https://metrics.example\n"
            "  is it a recording of another service? --with NAME adds a twin\n",
        ),
    ],
)
def test_wrong_use(home: Twingen, arguments: list[str], message: str) -> None:
    (home.home / "foreign.har").write_text(har([Call("GET", "/x", 200, {}, host="https://metrics.example")]))
    (home.home / "page.yaml").write_text("title: Lamps\nwords: 3\n")
    result = home("replay", *arguments, "-q")
    assert (result.code, result.out, result.err) == (2, "", f"twingen: {message}")
