"""Ids: in the style that is asked for, different each time, the same for the same seed."""

from __future__ import annotations

import re

import pytest

from twingen.errors import FormatError
from twingen.runtime.ids import compile_style


@pytest.mark.parametrize(
    ("style", "pattern"),
    [
        ("00u{base62:17}", r"00u[0-9a-zA-Z]{17}"),
        ("{upper:9}", r"[0-9A-Z]{9}"),
        ("U{lower:5}-{digits:4}", r"U[0-9a-z]{5}-[1-9]\d{3}"),
        ("{hex:32}", r"[0-9a-f]{32}"),
        ("{hex}", r"[0-9a-f]{16}"),
        ("{base64:40}", r"[0-9a-zA-Z_-]{40}"),
        ("{uuid}", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        ("{counter:10001}", r"10004"),
        ("X-{counter}", r"X-3"),
        ("fixed", r"fixed"),
    ],
)
def test_styles(style: str, pattern: str) -> None:
    assert re.fullmatch(pattern, compile_style(style)("salt", 1, 3))


@pytest.mark.parametrize("style", ["{base62:8}", "{uuid}", "{digits:12}", "{hex:64}", "{uuid}{uuid}"])
def test_no_two_are_the_same(style: str) -> None:
    mint = compile_style(style)
    assert len({mint("salt", number, 0) for number in range(5_000)}) == 5_000
    assert mint("salt", 7, 0) == mint("salt", 7, 5)
    assert mint("salt", 7, 0) != mint("pepper", 7, 0)


@pytest.mark.parametrize("style", ["{base62:80}", "{upper:100}", "{hex:200}", "{digits:150}"])
def test_long_ids_do_not_run_out_of_chance(style: str) -> None:
    drawn = compile_style(style)("salt", 1, 0)
    assert len(re.sub(r"(.)\1{7,}$", "", drawn)) == len(drawn)


def test_an_unknown_style() -> None:
    with pytest.raises(FormatError) as caught:
        compile_style("{octal:3}")
    assert str(caught.value) == (
        "no id style {octal}\n  styles: base62, base64, counter, digits, hex, lower, upper, uuid"
    )


@pytest.mark.parametrize("style", ["{base62:20", "x}", "{base62: 3}", "{}"])
def test_braces_that_are_no_style(style: str) -> None:
    with pytest.raises(FormatError, match="a brace too many"):
        compile_style(style)
