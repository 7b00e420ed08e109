"""What a finding may change in a twin, by rule.

No rule loosens anything: a fuzz finding is no evidence that the contract is wrong. It can only lead to
an example that contradicts its own schema, which then no record starts from; or show that what was
inferred is not right, and then less is claimed for the operation. What was written by hand stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from twingen.contract.model import MediaType, Operation as Documented, Repair, Response
from twingen.report.model import Excuse, Finding
from twingen.runtime.sampler import validator_of
from twingen.runtime.validation import Schemas
from twingen.runtime.violation import fits
from twingen.twin.model import Answer, Operation, Resource, Twin
from twingen.twin.record import Standing

# Checks that compare an answer with what its operation documents for it.
_ANSWERS = frozenset({"response_schema_conformance", "content_type_conformance"})
_ANSWERS_LAW = "law answers"
_MAKES = frozenset({"create", "upsert", "link"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A twin after a repair, what was done for which finding, and what has to be proved again."""

    twin: Twin
    finding: Finding
    excuse: Excuse
    operations: tuple[str, ...]


Rule = Callable[[Twin, Finding], Repaired | None]


def without_contradicting_sample(twin: Twin, finding: Finding) -> Repaired | None:
    """Stop new records of an inferred resource from starting as an example that breaks its schema."""
    if finding.check not in _ANSWERS:
        return None
    found = _owner(twin, finding.operation)
    if found is None or not _inferred(twin, found[0]):
        return None
    resource = found[0]
    schemas = Schemas(twin.contract.schemas)
    wrong = [sample for sample in resource.samples if _contradicts(twin, schemas, sample)]
    if not wrong:
        return None
    changed = replace(resource, samples=tuple(one for one in resource.samples if one not in wrong))
    excuse = Excuse(
        kind="demotion",
        what=f"{_file(resource)}: no record starts from {_listed(wrong)}",
        why="the published example contradicts its own schema, and answers made from it break the contract",
        evidence="; ".join(f"example {sample}" for sample in wrong),
    )
    keys = tuple(one.key for one in resource.operations)
    return Repaired(twin=_with(twin, changed), finding=finding, excuse=excuse, operations=keys)


def without_contradicting_answer(twin: Twin, finding: Finding) -> Repaired | None:
    """Drop the example that an operation without behaviour answers with, where it breaks its schema."""
    if finding.check not in _ANSWERS:
        return None
    documented = _documented(twin, finding.operation)
    found = _owner(twin, finding.operation)
    if documented is None or (found is not None and found[1].does != "shape"):
        return None
    schemas = Schemas(twin.contract.schemas)
    dropped: list[str] = []
    responses = tuple(_valid(response, schemas, dropped) for response in documented.responses)
    if not dropped:
        return None
    why = "the published example contradicts its own schema, and the operation answers with it"
    repair = Repair(
        kind="example-contradicts",
        target=f"$.paths['{documented.path}'].{documented.method.lower()}.responses",
        reason=why,
        evidence="; ".join(dropped),
        origin=documented.origin,
        remove=True,
    )
    operations = tuple(
        replace(one, responses=responses) if one.key == documented.key else one
        for one in twin.contract.operations
    )
    contract = replace(
        twin.contract, operations=operations, repairs=(*twin.contract.repairs, repair)
    )
    excuse = Excuse(
        kind="demotion", what=f"{documented.key}: answers from its schema", why=why, evidence=repair.evidence
    )
    keys = (documented.key,)
    return Repaired(
        twin=replace(twin, contract=contract), finding=finding, excuse=excuse, operations=keys
    )


def answered_from_schema(twin: Twin, finding: Finding) -> Repaired | None:
    """Take an inferred behaviour back whose plain success is not what is documented.

    Generated cases alone do not decide that, since what an operation answers may be another one's
    fault: a law must have seen it in a fresh world. What makes the records that other operations are
    about keeps its behaviour.
    """
    if finding.check not in _ANSWERS or not _known(twin, finding.operation, _ANSWERS_LAW):
        return None
    found = _owner(twin, finding.operation)
    if found is None or not _unclaimed(twin, *found):
        return None
    resource, operation = found
    if operation.does in {"shape", "unsupported"}:
        return None
    if operation.effect in _MAKES and len(resource.operations) > 1:
        return None
    why = f"what the rules inferred ({operation.does}) does not answer as documented: {finding.title}"
    shape = Operation(
        key=operation.key, does="shape", effect="none", target="view",
        resource=operation.resource, answer=Answer(), inferred=(*operation.inferred, why),
    )  # fmt: skip
    changed = replace(
        resource,
        operations=tuple(shape if one.key == shape.key else one for one in resource.operations),
    )
    excuse = Excuse(
        kind="demotion", what=f"{operation.key}: {operation.does} → answers from its schema", why=why,
        evidence=_seen(finding),
    )  # fmt: skip
    return Repaired(
        twin=_restated(_with(twin, changed), operation.key, why), finding=finding, excuse=excuse,
        operations=(operation.key,),
    )  # fmt: skip


def claimed_less(twin: Twin, finding: Finding) -> Repaired | None:
    """Call an inferred operation shape when a law does not hold of it; its behaviour stays."""
    if finding.source != "law":
        return None
    found = _owner(twin, finding.operation)
    if found is None or not _unclaimed(twin, *found):
        return None
    why = f"law {finding.check} does not hold: {finding.title}"
    tier = twin.lock.standing[finding.operation].tier if finding.operation in twin.lock.standing else "shape"
    excuse = Excuse(
        kind="demotion", what=f"{finding.operation}: {tier} → shape", why=why, evidence=_seen(finding)
    )
    return Repaired(
        twin=_restated(twin, finding.operation, why), finding=finding, excuse=excuse, operations=()
    )


# In this order: the one that takes least comes first.
RULES: tuple[Rule, ...] = (
    without_contradicting_sample,
    without_contradicting_answer,
    answered_from_schema,
    claimed_less,
)


def repair(twin: Twin, findings: Iterable[Finding], rules: Iterable[Rule] = RULES) -> list[Repaired]:
    """Return the repairs that the findings lead to, one an operation; the last holds them all."""
    done: list[Repaired] = []
    touched: set[str] = set()
    for finding in findings:
        if finding.operation in touched:
            continue
        for rule in rules:
            repaired = rule(twin, finding)
            if repaired is not None:
                done.append(repaired)
                twin = repaired.twin
                touched.update(repaired.operations)
                break
    return done


def _owner(twin: Twin, key: str) -> tuple[Resource, Operation] | None:
    for resource in twin.resources:
        for operation in resource.operations:
            if operation.key == key:
                return resource, operation
    return None


def _documented(twin: Twin, key: str) -> Documented | None:
    return next((one for one in twin.contract.operations if one.key == key), None)


def _file(resource: Resource) -> str:
    return f"resources/{resource.name}.yaml"


def _inferred(twin: Twin, resource: Resource) -> bool:
    unit = twin.lock.units.get(_file(resource))
    return unit is not None and unit.origin == "inferred"


def _unclaimed(twin: Twin, resource: Resource, operation: Operation) -> bool:
    """Return whether nobody but the rules stands behind an operation."""
    return not operation.tested and _inferred(twin, resource)


def _known(twin: Twin, key: str, law: str) -> bool:
    """Return whether the build saw a law fail on an operation."""
    standing = twin.lock.standing.get(key)
    return standing is not None and any(reason.startswith(f"{law} ") for reason in standing.reasons)


def _restated(twin: Twin, key: str, why: str) -> Twin:
    """Return the twin with an operation on record as shape, for one reason more."""
    known = twin.lock.standing.get(key)
    reasons = (*known.reasons, why) if known is not None else (why,)
    standing = {**twin.lock.standing, key: Standing(tier="shape", reasons=tuple(dict.fromkeys(reasons)))}
    return replace(twin, lock=replace(twin.lock, standing=standing))


def _seen(finding: Finding) -> str:
    return finding.curl[-1] if finding.curl else finding.title


def _with(twin: Twin, resource: Resource) -> Twin:
    resources = tuple(resource if one.name == resource.name else one for one in twin.resources)
    return replace(twin, resources=resources)


def _contradicts(twin: Twin, schemas: Schemas, sample: str) -> bool:
    """Return whether the example that a resource's sample names breaks the schema it stands beside."""
    reference = sample.partition(" @")[0]
    head, _, name = reference.rpartition(" #")
    key, _, status = head.rpartition(" ")
    documented = _documented(twin, key)
    if documented is None:
        return False
    return any(
        not _fits(media, example.value, schemas)
        for response in documented.responses
        if response.status == status
        for media in response.content
        for example in media.examples
        if example.name == name
    )


def _valid(response: Response, schemas: Schemas, dropped: list[str]) -> Response:
    """Return a response without the examples that break their schema; they are named in `dropped`."""
    content = []
    for media in response.content:
        kept = tuple(one for one in media.examples if _fits(media, one.value, schemas))
        dropped += [
            f"{response.status} {one.name} ({one.origin.document if one.origin else 'the contract'})"
            for one in media.examples
            if one not in kept
        ]
        content.append(replace(media, examples=kept))
    return replace(response, content=tuple(content))


def _fits(media: MediaType, value: object, schemas: Schemas) -> bool:
    if media.schema is None or "json" not in media.type:
        return True
    return fits(validator_of(media.schema, schemas, "response"), value)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
