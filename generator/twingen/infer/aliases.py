"""Base paths that lead to the same operations: another version that a passage says is the same."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from twingen.contract.pages import Page
from twingen.infer.draft import Draft

_VERSION = re.compile(r"^(v?)(\d+)$")
_SAME = re.compile(
    r"\b(same|identical|equivalent)\b[^.]{0,40}\b(operations?|endpoints?|methods?|resources?|API)\b", re.I
)
_END = re.compile(r"\.(?!\w)|[!?]")
_LONGEST = 1_000


def aliases(draft: Draft) -> Draft:
    """Accept `/api/2` for `/api/3` where one sentence names both versions and calls them the same.

    What the passage says differs stays a shape under the alias.
    """
    bases = _bases(draft)
    found = dict(draft.aliases)
    cited = list(draft.service.inferred)
    for head, version in sorted(bases):
        for page in draft.pages:
            for other, line in _others(page, version):
                alias = f"{head}{other}"
                if alias not in found and (head, other) not in bases:
                    found[alias] = f"{head}{version}"
                    cited.append(f"aliases: {alias} for {head}{version}, {page.path}:{line}")
    service = replace(draft.service, inferred=tuple(cited))
    return replace(draft, aliases=found, service=service)


def _bases(draft: Draft) -> set[tuple[str, int]]:
    """Return the versioned heads that many operations share, as text before the version and version."""
    heads: Counter[tuple[str, int]] = Counter()
    for operation in draft.contract.operations:
        parts = operation.path.split("/")
        for place, part in enumerate(parts[:5]):
            match = _VERSION.match(part)
            if match is not None:
                heads["/".join([*parts[:place], match.group(1)]), int(match.group(2))] += 1
                break
    enough = max(5, len(draft.contract.operations) // 5)
    return {head for head, count in heads.items() if count >= enough}


def _others(page: Page, version: int) -> list[tuple[int, int]]:
    """Return the versions (and lines) that a sentence of the page calls the same as `version`."""
    named = re.compile(r"\bversions?\s+(\d+)|/v?(\d+)(?=/)", re.I)
    found = []
    done = 0
    for match in _SAME.finditer(page.text):
        if match.start() < done:
            continue
        start, done = _sentence(page.text, match.start())
        sentence = page.text[start:done].lstrip()
        if len(sentence) > _LONGEST or match.end() > done:
            continue
        versions = {int(a or b) for a, b in named.findall(sentence)}
        if version in versions:
            line = page.text.count("\n", 0, done - len(sentence)) + 1
            found += [(other, page.line_in_file(line)) for other in sorted(versions - {version}) if abs(other - version) < 10]
    return found


def _sentence(text: str, place: int) -> tuple[int, int]:
    """Return where the sentence around `place` starts and ends, looking no further than is of use."""
    start = max(0, place - _LONGEST)
    for end in _END.finditer(text, start, place):
        start = end.end()
    stop = _END.search(text, place, place + 2 * _LONGEST)
    return start, stop.end() if stop else min(len(text), place + 2 * _LONGEST)
