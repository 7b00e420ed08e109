"""The page that bench/emulate.py writes: what was checked, and each finding with its proof."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import contenders
from passages import Lines

from twingen.contract.model import Contract, Operation

_MEANING = {
    "ignored_auth": "A credential that nobody was given is not refused",
    "negative_data_rejection": "What breaks the contract is accepted",
    "not_a_server_error": "Server error",
    "positive_data_acceptance": "What keeps the contract is refused",
    "response_schema_conformance": "The answer breaks its schema",
    "status_code_conformance": "A status that is not documented",
    "unsupported_method": "A method that is not documented is not refused as documented",
}
_BROKEN = re.compile(r"(?:Invalid component|Response violates schema): (?P<what>.*)")
_SHOWN = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was checked, and how. `unsigned` is the status of a request without a credential."""

    report: Mapping[str, Any]
    routes: Sequence[str]
    contract: Contract
    chosen: Sequence[Operation]
    command: Sequence[str]
    unsigned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A finding after its commands were run on a server that was just started.

    `trouble` says why the answer is not the one that the finding reports; "" where it is.
    """

    finding: Mapping[str, Any]
    passages: tuple[Lines, ...]
    answered: str
    trouble: str


def write_page(out: Path, checked: Checked, repeated: Sequence[Repeated]) -> None:
    """Write the page to `out`, a file of docs/."""
    out.write_text("\n".join((*_head(checked, repeated), *_findings(repeated))) + "\n", encoding="utf-8")


def _head(checked: Checked, repeated: Sequence[Repeated]) -> Iterator[str]:
    report, contract = checked.report, checked.contract
    again = sum(not one.trouble for one in repeated)
    quoted = sum(bool(one.passages) for one in repeated)
    keys = {one.key for one in contract.operations}
    foreign = [key for key in checked.routes if key not in keys]
    yield from f"""# A check of somebody else's server: emulate's Okta

`twingen check` holds any server against a contract, not only twins. This page is what it says of the Okta
emulator of [vercel-labs/emulate](https://github.com/vercel-labs/emulate). A finding is a difference from the
documents: some may be meant so, and none says whether the emulator serves what it is used for.

Made by `python bench/emulate.py`, which checks, repeats every finding and writes this page.

| | |
|---|---|
| server | `{contenders.EMULATE}` from npm on `{contenders.NODE}`, `emulate start --service okta`, its default data |
| contract | {report["title"]} {report["contract"]}, that of `generated/okta`; passages are of `api_docs/okta` |
| operations | {len(checked.chosen)}: those of the contract's {len(contract.operations)} whose method and path emulate registers |
| cases | {report["sums"]["cases"]["cases"]:,} generated, {report["sums"]["cases"]["failed"]:,} of them failed, in {len(report["rounds"])} rounds from seed {report["seed"]} ({report["seconds"]:.0f} s) |
| operations that passed every case | {report["sums"]["published"]["held"]} of {report["sums"]["published"]["of"]} |
| findings | {len(repeated)}, each once an operation |
| reproduced | {again} of {len(repeated)} |
| with the passage that they break | {quoted} of {len(repeated)} |
| a request without any credential | answered with {checked.unsigned} |
""".split("\n")
    yield "```sh"
    yield "export TWINGEN_TOKEN=check-emulate"
    yield "twingen " + " ".join(map(shlex.quote, (*checked.command, "--out", "report")))
    yield "```"
    yield ""
    yield f"""Left out were the {len(contract.operations) - len(checked.chosen)} other operations of the contract, which emulate does not claim
to serve, and {len(foreign)} routes under `/api/v1` that emulate has and this contract has not{_listed(foreign)}.
Laws and scenarios need a world of their own and were not tried. emulate refuses more than 5,000 requests an
hour with one credential, so the check may send 4,900. Which cases these are depends on the seed, and a little
on the machine, since every operation has a share of the time.

**Reproduced** means: emulate was started anew, the commands of the finding were run by bash as they stand
below ($TWINGEN_TOKEN is any text; ids are taken from the answers with jq), and the last answer had the status
that the finding reports; where that is an error, also its text but for ids and times; where an answer breaks
its schema, a validator that is given nothing but the contract says the same of the new answer. **The passage**
is copied from the documents by the command, from the place that the finding names.
"""


def _listed(keys: Sequence[str]) -> str:
    return f" ({', '.join(f'`{key}`' for key in keys)})" if keys else ""


def _findings(repeated: Sequence[Repeated]) -> Iterator[str]:
    groups: dict[str, list[Repeated]] = {}
    for one in sorted(repeated, key=lambda one: (one.finding["check"], one.finding["operation"])):
        groups.setdefault(_cause(one.finding), []).append(one)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    yield "## By cause"
    yield ""
    yield "| cause | check | findings | reproduced |"
    yield "|---|---|---:|---:|"
    for cause, found in ordered:
        again = sum(not one.trouble for one in found)
        yield f"| {_plain(cause)} | {found[0].finding['check']} | {len(found)} | {again} |"
    yield ""
    for cause, found in ordered:
        yield f"## {_plain(cause)}"
        yield ""
        yield f"Expected: {_plain(_short(found[0].finding['expected']))}"
        yield ""
        yield "| operation | observed | passage | reproduced |"
        yield "|---|---|---|---|"
        for one in found:
            places = ", ".join(_link(lines) for lines in one.passages) or "none"
            said = one.trouble or "yes"
            yield f"| `{one.finding['operation']}` | {_code(_short(one.finding['observed'], 70))} | {places} | {_plain(said)} |"
        yield ""
        for one in found:
            yield from _details(one)


def _details(one: Repeated) -> Iterator[str]:
    yield f"<details><summary><code>{one.finding['operation']}</code>: passage and commands</summary>"
    yield ""
    for lines in one.passages:
        yield f"`api_docs/okta/{lines.document}`:"
        yield ""
        yield "~~~~text"
        yield from (f"{number:>5}  {text}" for number, text in lines.lines)
        yield "~~~~"
        yield ""
    yield "~~~~sh"
    yield from one.finding["curl"]
    yield "~~~~"
    yield ""
    yield f"Answered: {_code(_short(one.answered))}"
    yield ""
    yield "</details>"
    yield ""


def _cause(finding: Mapping[str, Any]) -> str:
    """Return what findings of several operations have in common."""
    meaning = _MEANING.get(finding["check"], finding["check"])
    found = _BROKEN.search(finding["title"])
    if finding["check"] == "not_a_server_error":
        return f"{meaning}: {_short(finding['observed'].partition(' ')[2], 60)}"
    return f"{meaning}: {_short(found['what'], 90)}" if found else meaning


def _link(lines: Lines) -> str:
    return f"[{lines.document}:{lines.number}](../api_docs/okta/{lines.document}#L{lines.number})"


def _short(text: str, most: int = _SHOWN) -> str:
    flat = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def _code(text: str) -> str:
    flat = text.replace("`", "'").replace("|", "\\|")
    return f"`{flat}`"
