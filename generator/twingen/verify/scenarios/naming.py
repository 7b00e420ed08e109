"""New words for old ones, and a scenario with its words renamed.

A word is renamed by a function that keeps what a service may look at: which words are equal, which
begin alike, how they are ordered among themselves, their length, their case. So a search for the
first letters of a name still finds it, and a list by name has the same order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from random import Random
from string import ascii_lowercase
from typing import Any

from twingen.verify.scenarios.condition import compile_condition
from twingen.verify.scenarios.expression import is_expression
from twingen.verify.scenarios.model import Criterion, Document, Step, Workflow

WORD = re.compile(r"[A-Za-z]{2,}")
QUOTED = re.compile(r"(['\"])((?:(?!\1).)*)\1")
_VOWELS = "aeiou"
_CONSONANTS = "".join(letter for letter in ascii_lowercase if letter not in _VOWELS)

Rename = Callable[[str], str]


def renamed_document(document: Document, rename: Rename) -> Document:
    """Return a scenario's file with its words renamed."""
    return replace(
        document,
        workflows={id: _workflow(one, rename) for id, one in document.workflows.items()},
        parameters={name: renamed(value, rename) for name, value in document.parameters.items()},
    )


def _names(words: Iterable[str], random: Random) -> dict[str, str]:
    """Return new words for words: as long, in the same order, and alike as far as the old ones are."""
    found: dict[str, str] = {}

    def spread(group: list[str], depth: int, old: str, new: str) -> None:
        if old in group:
            found[old] = new
        letters = sorted({word[depth] for word in group if len(word) > depth})
        for letter, other in zip(letters, _letters(letters, random), strict=True):
            within = [word for word in group if len(word) > depth and word[depth] == letter]
            spread(within, depth + 1, old + letter, new + other)

    spread(sorted(set(words)), 0, "", "")
    return found


def words_apart(words: list[str], seed: str, taken: set[str]) -> dict[str, str]:
    """Return new words of which none stands for something else already."""
    for attempt in range(20):
        names = _names(words, Random(f"{seed}/{attempt}"))
        if not taken & set(names.values()):
            break
    return names


def _letters(old: list[str], random: Random) -> list[str]:
    """Return as many letters in the same order; a single one stays a vowel or a consonant."""
    if len(old) == 1:
        kind = _VOWELS if old[0] in _VOWELS else _CONSONANTS
        return [random.choice([letter for letter in kind if letter != old[0]])]
    return sorted(random.sample(ascii_lowercase, len(old)))


def renamer(names: Mapping[str, str]) -> Rename:
    def word(found: re.Match[str]) -> str:
        old = found.group()
        new = names.get(old.lower(), old.lower())
        return "".join(b.upper() if a.isupper() else b for a, b in zip(old, new, strict=True))

    return lambda text: WORD.sub(word, text)


def renamed(value: Any, rename: Rename) -> Any:
    """Return a value with its words renamed, those inside expressions untouched."""
    if isinstance(value, str):
        if is_expression(value):
            return value
        parts = re.split(r"(\{\$[^{}]*\})", value)
        return "".join(part if part.startswith("{$") else rename(part) for part in parts)
    if isinstance(value, dict):
        return {name: renamed(member, rename) for name, member in value.items()}
    if isinstance(value, list):
        return [renamed(member, rename) for member in value]
    return value


def _workflow(workflow: Workflow, rename: Rename) -> Workflow:
    values = {name: _renamed_plain(value, rename) for name, value in workflow.values.items()}
    return replace(workflow, values=values, steps=tuple(_step(step, rename) for step in workflow.steps))


def _renamed_plain(value: Any, rename: Rename) -> Any:
    """Return data with its words renamed: a text that looks like an expression is none there."""
    if isinstance(value, str):
        return rename(value)
    if isinstance(value, dict):
        return {name: _renamed_plain(member, rename) for name, member in value.items()}
    return [_renamed_plain(member, rename) for member in value] if isinstance(value, list) else value


def _step(step: Step, rename: Rename) -> Step:
    body = step.body
    if body is not None:
        body = replace(
            body, payload=renamed(body.payload, rename),
            replacements=tuple((at, renamed(value, rename)) for at, value in body.replacements),
        )  # fmt: skip

    def criteria(found: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
        return tuple(_criterion(one, rename) for one in found)

    return replace(
        step, body=body, criteria=criteria(step.criteria),
        parameters=tuple(replace(one, value=renamed(one.value, rename)) for one in step.parameters),
        on_success=tuple(replace(one, criteria=criteria(one.criteria)) for one in step.on_success),
        on_failure=tuple(replace(one, criteria=criteria(one.criteria)) for one in step.on_failure),
    )  # fmt: skip


def _criterion(criterion: Criterion, rename: Rename) -> Criterion:
    """Return a criterion with the texts that it compares with renamed."""
    if criterion.language == "regex":
        return criterion
    def text(found: re.Match[str]) -> str:
        before, after = found.string[: found.start()].rstrip()[-1:], found.string[found.end() :].lstrip()[:1]
        if before in {"[", ","} and after in {"]", ","}:
            return found.group()  # the name of a member
        return f"{found.group(1)}{renamed(found.group(2), rename)}{found.group(1)}"

    condition = QUOTED.sub(text, criterion.condition)
    if criterion.language == "simple":
        compile_condition(condition)
    return replace(criterion, condition=condition)
