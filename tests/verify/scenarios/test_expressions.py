"""Runtime expressions, conditions and criteria."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.runtime.http import Request, Response
from twingen.verify.scenarios.condition import compile_condition
from twingen.verify.scenarios.criteria import against, check_criterion
from twingen.verify.scenarios.exchange import Exchange
from twingen.verify.scenarios.expression import (
    MISSING,
    Scope,
    Unresolved,
    evaluate,
    parse,
    rendered,
)
from twingen.verify.scenarios.model import Criterion


@pytest.fixture
def scope() -> Scope:
    exchange = Exchange(
        step="make", source="shop", operation="POST /items", address="http://here:1",
        request=Request("POST", "/items/a%2Fb", "limit=2", {"x-mark": "m"}, b"{}"),
        path={"item": "a/b"}, query={"limit": 2}, payload={"name": "Lamp", "tags": ["x", "y"]},
    )  # fmt: skip
    body = b'{"id": "i1", "a/b": {"c~d": 7}, "n": null, "list": [{"k": "v"}, {"k": "w\'s \\"q\\""}], "ok": true}'
    exchange.answered(Response(201, body, [("Link", "<1>"), ("link", "<2>"), ("X-Left", "9"), ("content-type", "application/json")]))
    return Scope(
        inputs={"name": "Lamp", "deep": {"er": [1, 2]}, "dotted.name": 5},
        steps={"made": {"id": "i1", "all": [{"id": 3}]}},
        workflows={"before": {"inputs": {"x": 1}, "outputs": {"y": 2}}},
        sources={"shop": "http://here:1"}, parameters={"page": 20}, exchange=exchange,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$url", "http://here:1/items/a%2Fb?limit=2"),
        ("$method", "POST"),
        ("$statusCode", 201),
        ("$request.header.X-Mark", "m"),
        ("$request.query.limit", 2),
        ("$request.path.item", "a/b"),
        ("$request.body#/tags/1", "y"),
        ("$response.header.LINK", "<1>, <2>"),
        ("$response.body#/id", "i1"),
        ("$response.body.id", "i1"),
        ("$response.body#/a~1b/c~0d", 7),
        ("$response.body#/list/1/k", "w's \"q\""),
        ("$response.body.list[0].k", "v"),
        ("$response.body#/n", None),
        ("$response.body#/none", MISSING),
        ("$response.body#/list/9", MISSING),
        ("$inputs.name", "Lamp"),
        ("$inputs.deep.er[1]", 2),
        ("$inputs.dotted.name", 5),
        ("$steps.made.outputs.id", "i1"),
        ("$steps.made.outputs.all#/0/id", 3),
        ("$workflows.before.inputs.x", 1),
        ("$workflows.before.outputs.y", 2),
        ("$sourceDescriptions.shop.url", "http://here:1"),
        ("$components.parameters.page", 20),
    ],
)
def test_what_an_expression_stands_for(scope: Scope, text: str, value: Any) -> None:
    assert evaluate(parse(text), scope) == value


def test_values_are_rendered(scope: Scope) -> None:
    payload = {"a": "$response.body#/list", "b": "{$inputs.name} for $5", "c": ["{$inputs.deep}", "$9", 1]}
    assert rendered(payload, scope) == {
        "a": [{"k": "v"}, {"k": "w's \"q\""}], "b": "Lamp for $5", "c": ['{"er":[1,2]}', "$9", 1],
    }  # fmt: skip
    with pytest.raises(Unresolved, match=r"\$response.body#/none has no value"):
        rendered(["{$response.body#/none}"], scope)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("$statusCode == 201", True),
        ("$statusCode==201&&$method=='POST'", True),
        ("$statusCode == 200 || $statusCode == 201", True),
        ("$statusCode == 200 || $statusCode == 201 && false", False),
        ("!($statusCode >= 300) && $statusCode > 200", True),
        # As Arazzo has it: texts in any case, loose comparisons.
        ("$response.body#/id == 'I1'", True),
        ("$response.header.X-Left == 9", True),
        ("$response.header.X-Left < 10", True),
        ("$response.body#/ok", True),
        ("$response.body#/ok == true", True),
        ("$response.body#/ok == 1", False),
        ("$response.body#/n == null", True),
        ("$response.body#/none == null", True),
        ("$response.body#/id != null", True),
        ("$response.body#/none", False),
        ("$response.body#/id > 3", False),
        ("$response.body#/list/1/k == 'w''s \"q\"'", True),
        ("$response.body#/list == $response.body#/list", True),
        ("1.5 < 2e1", True),
        ("'b' > 'A'", True),
    ],
)
def test_conditions(scope: Scope, condition: str, holds: bool) -> None:
    assert compile_condition(condition).holds(scope) is holds


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("$statusCode ==", "'$statusCode ==' lacks a value at its end"),
        ("($statusCode == 1", "'($statusCode == 1' lacks a closing parenthesis"),
        ("$statusCode == 1)", "'$statusCode == 1)' cannot be read from ')' on"),
        ("&& true", "'&& true' lacks a value before '&& true'"),
        ('$method == "POST"', "'$method == \"POST\"' lacks a value before '\"POST\"'"),
    ],
)
def test_conditions_that_cannot_be_read(condition: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"lacks|cannot") as caught:
        compile_condition(condition)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("criterion", "held"),
    [
        (Criterion(condition="^i[0-9]$", language="regex", context="$response.body#/id"), True),
        (Criterion(condition="^{$steps.made.outputs.id}$", language="regex", context="$response.body#/id"), True),
        (Criterion(condition="^2..$", language="regex", context="$statusCode"), True),
        (Criterion(condition="z", language="regex", context="$response.body#/id"), False),
        (Criterion(condition="x", language="regex", context="$response.body#/none"), False),
        (Criterion(condition="$[?@.k == 'v']", language="jsonpath", context="$response.body#/list"), True),
        (Criterion(condition="$[?@.k == 'u']", language="jsonpath", context="$response.body#/list"), False),
        (Criterion(condition="$[?@.k == '{$response.body#/list/1/k}']", language="jsonpath", context="$response.body#/list"), True),
        (Criterion(condition='$[?@.k == "{$response.body#/list/1/k}"]', language="jsonpath", context="$response.body#/list"), True),
    ],
)  # fmt: skip
def test_criteria(scope: Scope, criterion: Criterion, held: bool) -> None:
    check_criterion(criterion)
    assert (against(criterion, scope) is None) is held


def test_what_speaks_against_a_criterion(scope: Scope) -> None:
    criterion = Criterion(condition="$statusCode == 200 && $response.body#/id == $inputs.name")
    assert against(criterion, scope) == "$statusCode is 201, $response.body#/id is i1, $inputs.name is Lamp"
