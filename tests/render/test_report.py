"""Reports as pages, Markdown and JUnit: complete, and with nothing let through from outside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as Xml

import pytest

from tests.report.making import HOSTILE, finding, large, report
from twingen.errors import UsageError
from twingen.render.report import render
from twingen.render.report.markdown import digest_in, is_proof, verdict_in
from twingen.report.model import Report


def page(one: Report) -> str:
    name, text = render(one, "html")
    assert name == "report.html"
    return text


class Elements(HTMLParser):
    """Collects elements with their attributes, and all text outside script and style."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._skipped = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._skipped += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.text += data


def test_the_page_holds_all_there_is_to_a_failure() -> None:
    text = Elements(page(report())).text
    for part in (
        "Not converged", "2 findings left: 2 in resources/item.yaml",
        "A required property is missing from the answer", "POST /items · response_schema_conformance · 7 times",
        "`created` is set by the service", "curl http://127.0.0.1:9000/items/i1",
        "Every item says when it was created.", "items.md:12",
        "Excused: the real service answers 418 as well", "the parameter 'mode' is ignored",
        "its body is an image", "step 2 names an operation that is not there", "18 of 20", "< 0.99%",
    ):  # fmt: skip
        assert part in text, part


def test_what_comes_from_outside_is_only_text() -> None:
    parsed = Elements(page(report(name=HOSTILE, title=HOSTILE, not_reached=HOSTILE, contract=HOSTILE)))
    assert HOSTILE in parsed.text
    tags = [tag for tag, _ in parsed.found]
    assert (tags.count("script"), tags.count("img")) == (1, 0)
    assert not any(name.startswith("on") for _, attributes in parsed.found for name in attributes)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    parsed = Elements(page(report()))
    for tag, attributes in parsed.found:
        for name in ("src", "href", "action"):
            assert (attributes.get(name) or "#").startswith(("#", "data:")), (tag, attributes)
    assert "url(" not in page(report()) and "@import" not in page(report())


def test_the_charts_say_what_they_show() -> None:
    labels = [a["aria-label"] for tag, a in Elements(page(report())).found if tag == "svg"]
    assert labels == [
        "4 rounds, 2 findings open at the end, 980 cases", "2 resources and their operations by tier",
    ]  # fmt: skip
    text = Elements(page(report())).text
    assert "item: 3 semantic, 1 shape, 0 unsupported; 3 of 4 pass with the overlay; 2 open" in text


@pytest.mark.parametrize("converged", [True, None])
def test_pages_with_nothing_in_them(converged: bool | None) -> None:
    empty = report(
        converged=converged, operations=(), findings=(), rounds=(), stories=(), excuses=(), notes=(),
        not_reached="",
    )  # fmt: skip
    text = Elements(page(empty)).text
    assert ("Converged" if converged else "Not proved") in text
    assert "no round was run" in text
    for form in ("md", "junit", "json"):
        assert render(empty, form)[1]


def test_a_whole_service_stays_readable() -> None:
    text = page(large())
    assert len(text) < 1_500_000
    assert text.count('data-row="operation"') == 816


def test_markdown_is_short_and_says_which_twin_it_is_about() -> None:
    name, text = render(report(), "md")
    assert name == "CONFORMANCE.md"
    assert (digest_in(text), is_proof(text), verdict_in(text)) == (report().digest, True, "not converged")
    assert "| operations that pass the contract with overlay | 3 | 4 | 1 not tried |" in text
    assert "| laws held on operations | 2 | 3 |  |" in text
    assert "  - `POST /items` response\\_schema\\_conformance: A required property is missing" in text
    assert "<img" not in text.replace("\\<", "")
    assert not re.search(r"\d+(\.\d+)? s\b", text)  # no durations: a rebuild gives the same text
    many = tuple(finding("POST /items", number=n) for n in range(300))
    assert render(report(findings=many), "md")[1].count("\n") < 150


def test_markdown_without_a_proof() -> None:
    text = render(report(converged=None, not_reached="No proof was asked for", findings=(), rounds=()), "md")[1]
    assert (is_proof(text), verdict_in(text)) == (False, "not proved")
    assert "**Not proved.** No proof was asked for." in text


def test_junit_has_a_case_for_every_operation_and_source() -> None:
    name, text = render(report(), "junit")
    assert name == "junit.xml"
    root = Xml.fromstring(text)
    assert {key: root.get(key) for key in ("tests", "failures", "skipped")} == {
        "tests": "10", "failures": "3", "skipped": "2",
    }  # fmt: skip
    failed = {case.get("name"): case.find("failure") for case in root.iter("testcase")}
    failure = failed["POST /items [contract]"]
    assert failure is not None and failure.get("type") == "response_schema_conformance"
    assert "curl http://127.0.0.1:9000/items/i1" in (failure.text or "")
    recorded = failed["POST /items [recording]"]
    assert recorded is not None and recorded.get("message") == "2 of 8 failed"
    hostile = failed["GET /items/{id} [law]"]
    assert hostile is not None and hostile.get("message") == HOSTILE
    assert failed["PUT /items/{id} [contract]"] is None  # excused


def test_junit_survives_what_xml_cannot_hold() -> None:
    bad = finding("POST /items", title="a\x00b\x1b[31m\ud800", observed="\ufffe")
    Xml.fromstring(render(report(findings=(bad, finding("", title="the whole"))), "junit")[1])


def test_an_unknown_form() -> None:
    with pytest.raises(UsageError, match="there is no report 'pdf'"):
        render(report(), "pdf")
