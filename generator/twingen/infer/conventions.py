"""What holds for the whole service: its credential, the error envelope, paging styles."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import orjson

from twingen.contract.model import Operation
from twingen.infer.draft import Draft
from twingen.infer.placeholders import filled
from twingen.twin.model import Authentication, ErrorCase, Errors

# Which failure a documented status stands for.
_CASES = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    # After 400: where both are published, that one is for every request.
    422: "invalid",
}

# Of these, what one operation publishes is about itself.
_OWN = frozenset({400, 403, 405, 409, 422})
_DIFFERENT = object()


def conventions(draft: Draft) -> Draft:
    """Learn the error envelope once: for each status the example that most operations publish.

    An example that only some of them publish speaks of their own trouble: of it the form is taken,
    and its words are left out.
    """
    seen: dict[int, Counter[bytes]] = {}
    media_types: Counter[str] = Counter()
    documented: Counter[str] = Counter()
    for operation in draft.contract.operations:
        documented.update({response.status for response in operation.responses})
        for status, media_type, value in _error_examples(operation):
            seen.setdefault(status, Counter())[orjson.dumps(value)] += 1
            media_types[media_type] += 1
    cases: dict[str, ErrorCase] = {}
    cited = []
    for status, name in _CASES.items():
        found = seen.get(status) if name not in cases else None
        if found:
            body, count = found.most_common(1)[0]
            if _general(status, count, found.total(), documented[str(status)]):
                told = filled(literal(orjson.loads(body)), name, status, draft)
                cases[name] = ErrorCase(name=name, status=status, body=told)
                cited.append(f"error-envelope: {status} as in {count} published examples")
                continue
            alike, form = _form(found)
            if form is not None:
                words = {"summary": HTTPStatus(status).phrase}
                cases[name] = ErrorCase(name=name, status=status, fields=words, body=form)
                cited.append(f"error-envelope: {status} in the form of {alike} published examples")
    errors = Errors(
        content_type=media_types.most_common(1)[0][0] if media_types else "application/json",
        cases=cases,
    )
    auth = Authentication(scheme=_scheme(draft))
    service = replace(draft.service, auth=auth, errors=errors, inferred=tuple(cited))
    return replace(draft, service=service)


def _general(status: int, count: int, total: int, documented: int) -> bool:
    """Return whether an example is every operation's: `count` of the `total` that publish any have it.

    What an operation says of its input or of a conflict is its own, unless others that have the
    status (`documented` in all) say the same.
    """
    if status in _OWN and count < max(2, documented / 10):
        return False
    return count * 2 >= total


def _form(found: Counter[bytes]) -> tuple[int, Any]:
    """Return how many examples have the commonest form, and that form with `{summary}` for words."""
    forms: dict[bytes, list[tuple[Any, int]]] = {}
    for body, count in found.items():
        value = orjson.loads(body)
        forms.setdefault(orjson.dumps(_outline(value), option=orjson.OPT_SORT_KEYS), []).append((value, count))
    alike = max(forms.values(), key=lambda values: sum(count for _, count in values))
    form = _common([value for value, _ in alike])
    count = sum(count for _, count in alike)
    return (count, form) if "{summary}" in orjson.dumps(form).decode() else (count, None)


def _outline(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _outline(member) for name, member in value.items()}
    return [_outline(value[0])] if isinstance(value, list) and value else type(value).__name__


def _common(values: list[Any]) -> Any:
    """Return what examples of one form share: words as `{summary}`, and nothing where they differ."""
    first = values[0]
    if isinstance(first, dict):
        members = {literal(name): _common([value[name] for value in values]) for name in first}
        return {name: member for name, member in members.items() if member is not _DIFFERENT}
    if isinstance(first, list) and first:
        member = _common([value[0] for value in values])
        return [] if member is _DIFFERENT else [member]
    if isinstance(first, str) and any(" " in value.strip() for value in values):
        return "{summary}"
    if any(value != first for value in values):
        return _DIFFERENT
    return literal(first) if len(values) > 1 or not isinstance(first, str) else _DIFFERENT


def _error_examples(operation: Operation) -> list[tuple[int, str, Any]]:
    found = []
    for response in operation.responses:
        if response.status.isdigit() and int(response.status) in _CASES:
            for media in response.content:
                if "json" in media.type:
                    found += [
                        (int(response.status), media.type, example.value)
                        for example in media.examples[:1]
                        if isinstance(example.value, dict) and example.value
                    ]
    return found


def literal(value: Any) -> Any:
    """Return a JSON value as a template that stands for itself."""
    if isinstance(value, str):
        return value.replace("{", "{{").replace("}", "}}")
    if isinstance(value, dict):
        return {literal(key): literal(member) for key, member in value.items()}
    if isinstance(value, list):
        return [literal(item) for item in value]
    return value


def _scheme(draft: Draft) -> str | None:
    """Return the credential's scheme: of those most operations take, Basic, bearer or apiKey."""
    ranks: dict[str, int] = {}
    for scheme in draft.contract.security_schemes.values():
        if scheme.type == "basic" or scheme.scheme == "basic":
            ranks[scheme.name] = 0
        elif scheme.scheme == "bearer":
            ranks[scheme.name] = 1
        elif scheme.type == "apiKey":
            ranks[scheme.name] = 2
        elif scheme.type in {"oauth2", "openIdConnect"}:
            ranks[scheme.name] = 3
    if not ranks:
        return None
    uses = Counter(
        name
        for operation in draft.contract.operations
        for requirement in operation.security or ()
        for name in requirement
        if name in ranks
    )
    most = max(uses.values(), default=0)
    common = [name for name in ranks if uses[name] * 2 >= most]
    return min(common, key=lambda name: ranks[name])
