"""Schema-valid sample values, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from twingen.contract.model import MediaType, Operation, Response, Schema
from twingen.runtime.sampler import NOTHING, Sampler, Side, UnsatisfiableError, validator_of
from twingen.runtime.validation import Schemas
from twingen.runtime.violation import fits


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledResponse:
    """A plausible answer: `media` is None where the operation documents no body."""

    status: int
    media: MediaType | None = None
    value: Any = None
    source: Literal["example", "schema", "none"] = "none"


def sample(
    schema: Schema,
    schemas: Schemas,
    *,
    seed: str,
    minimal: bool = False,
    side: Side = "response",
) -> Any:
    """Return a value that `schema` admits; where none is found, the nearest one.

    `minimal` leaves out what is not required. Published examples inside the schema are used where
    they are valid. In responses writeOnly properties are left out, in requests readOnly ones.
    """
    validator = validator_of(schema, schemas, side)
    nearest: Any = NOTHING
    for least, examples in ((minimal, True), (minimal, False), (True, True), (True, False)):
        sampler = Sampler(schemas, seed, minimal=least, examples=examples, side=side)
        try:
            value = sampler.value(schema)
        except UnsatisfiableError:
            continue
        if fits(validator, value):
            return value
        if nearest is NOTHING:
            nearest = value
    if nearest is not NOTHING:
        return nearest
    sampler = Sampler(schemas, seed, minimal=True, examples=True, side=side, yielding=True)
    try:
        return sampler.value(schema)
    except UnsatisfiableError:
        return None


def sample_response(
    operation: Operation, status: int, schemas: Schemas, *, seed: str = ""
) -> SampledResponse:
    """Return a documented answer of `status`: a published example (a valid one first), else a sample.

    An example that contradicts its schema goes before a sample: it mirrors what the service sends.
    """
    response = documented_response(operation, status)
    if response is None or not response.content:
        return SampledResponse(status=status)
    content = sorted(response.content, key=lambda media: "json" not in media.type)
    for media in content:
        for example in media.examples:
            if media.schema is None or "json" not in media.type:
                return SampledResponse(
                    status=status, media=media, value=example.value, source="example"
                )
            if fits(validator_of(media.schema, schemas, "response"), example.value):
                return SampledResponse(
                    status=status, media=media, value=example.value, source="example"
                )
        if media.examples and isinstance(media.examples[0].value, (dict, list)):
            value = media.examples[0].value
            return SampledResponse(status=status, media=media, value=value, source="example")
    media = content[0]
    if media.schema is None:
        return SampledResponse(status=status, media=media)
    value = sample(media.schema, schemas, seed=f"{seed}{operation.key} {status}")
    return SampledResponse(status=status, media=media, value=value, source="schema")


def documented_response(operation: Operation, status: int) -> Response | None:
    """Return the response that documents `status`: itself, its range, else the default."""
    by_status = {response.status.upper(): response for response in operation.responses}
    for name in (str(status), f"{status // 100}XX", "DEFAULT"):
        if name in by_status:
            return by_status[name]
    return None
