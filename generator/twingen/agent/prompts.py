"""What a model is told: a head that all units of a build share and that is cached, then the unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from twingen.agent.desk import Desk
from twingen.agent.evidence import Library
from twingen.agent.reference import format_reference
from twingen.agent.slices import Slices, tokens
from twingen.agent.tool import fenced
from twingen.agent.units import MOST_OPERATIONS, Unit
from twingen.agent.workbench import Standing
from twingen.contract.model import Contract

_SCHEMA_TOKENS = 8_000
_FILE_LINES = 900
_PASSAGES = 8
_CONTENTS = 12_000
_PATTERN = 8_000  # characters
_EXAMPLE = (
    "# How another service is written down\n\nAn example of form and care alone: how cases, envelopes, paging and "
    "headers are put. Nothing in it is a fact about the service of this twin, whose pages alone are evidence."
)
Block = dict[str, Any]


@cache
def text_of(name: str) -> str:
    return files("twingen.agent").joinpath("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")


def builder_head(
    contract: Contract, library: Library, service_yaml: str, pattern: str = ""
) -> list[Block]:
    """Return the builder's system prompt: two blocks, each cached: the format, then the service.

    `pattern` is another twin's service.yaml.
    """
    general = "\n\n".join([text_of("builder"), text_of("format"), "# Every key\n", format_reference()])
    service = _service(contract, library, service_yaml)
    if pattern:
        service += f"\n\n{_EXAMPLE}\n\n{fenced('example', 'service.yaml of another twin', compact(pattern))}"
    return [_cached(general), _cached(service)]


def compact(text: str, most: int = _PATTERN) -> str:
    """Return YAML without comments and empty lines, cut at a line where it is too long."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    kept: list[str] = []
    room = most
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            kept.append(f"# … {len(lines) - number} more lines")
            break
        kept.append(line)
    return "\n".join(kept)


def reader_head(name: str, contract: Contract, library: Library) -> list[Block]:
    """Return the system prompt of a role that reads documents and never code."""
    return [_cached(text_of(name)), _cached(_service(contract, library, ""))]


def _service(contract: Contract, library: Library, service_yaml: str) -> str:
    contents = library.contents()
    if len(contents) > _CONTENTS:
        contents = library.contents(most=0)
    parts = [
        f"# The service: {contract.title} {contract.version}".rstrip(),
        f"{len(contract.operations)} operations, {len(contract.schemas)} schemas. The pages of prose:",
        fenced("contents", "all pages", contents or "(there are none: the contract is all there is)"),
    ]
    if service_yaml:
        parts += ["service.yaml as it is (conventions, error cases, paging styles):", f"```yaml\n{service_yaml}\n```"]
    return "\n\n".join(parts)


def unit_opening(desk: Desk, standing: Mapping[str, Standing]) -> list[Block]:
    """Return a builder's first message: the unit, its slice, its files, the checks, passages."""
    unit = desk.unit
    parts = [f"# Your unit: {unit.name}, {unit.title}", _TASKS[unit.kind]]
    if unit.parts > 1:
        parts.append(
            f"This is part {unit.part} of {unit.parts}: the other operations of the file are another part's; leave them as they are."
        )
    parts.append(f"You may write: {', '.join(unit.files)}.")
    if unit.keys:
        label = "# Operations of your unit" if unit.kind == "resource" else "# Some operations that show the conventions"
        parts += [label, fenced("contract", f"slice of {unit.name}", desk.slices.text(unit.keys, _SCHEMA_TOKENS))]
    for name in sorted(set(unit.files) & set(desk.files)):
        lines = (desk.text(name) or "").splitlines()
        shown = "\n".join(lines[:_FILE_LINES])
        more = f"\n# … {len(lines) - _FILE_LINES} more lines (read_file)" if len(lines) > _FILE_LINES else ""
        parts += [f"# {name} as it is", f"```\n{shown}{more}\n```"]
    if standing:
        parts.append("# What the checks say now")
        for key, one in standing.items():
            parts.append("\n".join([f"{one.tier:<12}{key}", *(f"    {reason}" for reason in one.reasons)]))
    passages = passages_about(unit, desk.slices, desk.library)
    if passages:
        parts += ["# Passages that may matter", passages]
    if desk.findings:
        parts.append("# What the proof found against this unit: mend the cause, not the case")
        parts += list(desk.findings)
    if desk.scenarios:
        parts.append("# Scenarios you may see")
        parts += [f"## {name}\n```yaml\n{text}\n```" for name, text in sorted(desk.scenarios.items())]
    return [{"type": "text", "text": "\n\n".join(parts)}]


def passages_about(unit: Unit, slices: Slices, library: Library, limit: int = _PASSAGES) -> str:
    """Return the passages nearest to a unit's operations."""
    words = [unit.title]
    for key in unit.keys[:MOST_OPERATIONS]:
        words.append(slices.operations[key].summary)
    if unit.kind == "service":
        words = ["authentication authorization token error response envelope codes paging pagination cursor limit rate"]
    if unit.kind == "seed":
        words = ["default new account organization initially created automatically built-in by default everyone admin"]
    if unit.kind == "ui":
        return ""
    parts, room = [], 6_000
    found = library.search(" ".join(words), limit)
    for score, section in found:
        if score < found[0][0] / 2:
            break
        room -= tokens(section.text)
        if room < 0:
            break
        parts.append(fenced("page", section.place, section.text))
    return "\n".join(parts)


def estimate(head: Sequence[Block], opening: Sequence[Block]) -> tuple[int, int]:
    """Return about how many tokens a unit's shared head and its own opening have."""
    return (
        sum(tokens(block["text"]) for block in head), sum(tokens(block["text"]) for block in opening)
    )  # fmt: skip


def _cached(text: str) -> Block:
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": "1h"}}


_TASKS: Mapping[str, str] = {
    "resource": "Make the open operations below behave as documented.",
    "service": (
        "Write the conventions of the service: how a credential is refused, the error envelope and its cases "
        "(status, code, wording as documented for each case that the runtime raises), paging styles, headers on every answer. "
        "Other units refer to case and style names: keep those that are there."
    ),
    "seed": (
        "Write the default world: what an account of this service holds before anyone made anything (default groups, "
        "policies, types, channels, the user who owns the credential), as the documents tell. Records refer to each "
        "other by `name`. Call the twin's lists to see that they show."
    ),
    "ui": (
        "Write ui.yaml so that a person sees what matters: the right view for each resource, a label by which people "
        "know a record, four to seven columns, `minor: true` for what clients never see by itself. Cite the contract's schemas."
    ),
}
