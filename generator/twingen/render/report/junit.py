"""A report as JUnit XML: a test case for every operation and source that tried it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from twingen.report.model import Finding, OperationResult, Report, Source

# What XML 1.0 cannot hold, even escaped.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def render_junit(report: Report) -> str:
    """Return one suite a resource; findings are failures, what was not tried is skipped."""
    found: dict[tuple[str, Source], list[Finding]] = {}
    for finding in report.findings:
        found.setdefault((finding.operation, finding.source), []).append(finding)
    suites: dict[str, list[Xml.Element]] = {}
    for one in report.operations:
        suites.setdefault(one.resource, []).extend(_cases(report, one, found))
    known = {one.key for one in report.operations}
    for (operation, source), findings in found.items():
        if operation not in known:
            case = _case(report.name, operation or "the service as a whole", source)
            _fail(case, findings)
            suites.setdefault("the service as a whole", []).append(case)
    root = Xml.Element("testsuites", name=_clean(report.name), time=f"{report.seconds:.3f}")
    for resource, cases in suites.items():
        suite = Xml.SubElement(root, "testsuite", name=_clean(f"{report.name}.{resource}"))
        suite.extend(cases)
        _count(suite, suite)
    _count(root, root)
    Xml.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _cases(
    report: Report, one: OperationResult, found: dict[tuple[str, Source], list[Finding]]
) -> Iterator[Xml.Element]:
    tried: list[tuple[Source, int, int]] = [
        ("contract", max(one.published.cases, one.overlay.cases), one.overlay.failed),
        ("law", len(one.laws), sum(not held for held in one.laws.values())),
        ("scenario", one.scenarios.cases, one.scenarios.failed),
        ("recording", one.recordings.cases, one.recordings.failed),
    ]
    name = f"{one.method} {one.path}"
    for source, cases, failed in tried:
        findings = found.get((one.key, source), [])
        if not cases and not findings and source != "contract":
            continue
        case = _case(f"{report.name}.{one.resource}", name, source)
        if findings:
            _fail(case, findings)
        elif failed:
            Xml.SubElement(case, "failure", type=source, message=f"{failed} of {cases} failed")
        elif not cases:
            why = one.not_tried or ("unsupported" if one.tier == "unsupported" else "no case was tried")
            Xml.SubElement(case, "skipped", message=_clean(why))
        yield case


def _case(suite: str, name: str, source: Source) -> Xml.Element:
    return Xml.Element("testcase", classname=_clean(suite), name=_clean(f"{name} [{source}]"))


def _fail(case: Xml.Element, findings: list[Finding]) -> None:
    """Add a failure for every open finding; what only excused ones are about is noted as output."""
    for one in findings:
        lines = [
            one.title, one.cause, f"expected: {one.expected}" if one.expected else "",
            f"observed: {one.observed}" if one.observed else "", *one.curl,
            *(f"{passage}: {passage.quote}" for passage in one.passages),
        ]  # fmt: skip
        text = _clean("\n".join(line for line in lines if line))
        if one.open:
            failure = Xml.SubElement(case, "failure", type=_clean(one.check), message=_clean(one.title))
            failure.text = text
        else:
            Xml.SubElement(case, "system-out").text = _clean(f"excused: {one.deviation}\n{text}")


def _count(element: Xml.Element, counted: Xml.Element) -> None:
    cases = list(counted.iter("testcase"))
    element.set("tests", str(len(cases)))
    element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    element.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)
