"""A twin's behaviour as data: what the YAML files of a twin say, after short names are spelled out.

Strings called *expression* and values called *template* are in the language of
twin/expression.py. Paths into records are dotted (`profile.login`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as member
from pathlib import Path
from typing import Any, Literal

from twingen.contract.model import Contract
from twingen.twin.record import Deviation, Lock

FORMAT = 1

Effect = Literal[
    "none", "create", "upsert", "update", "replace", "delete", "transition", "link", "unlink"
]
Target = Literal["collection", "item", "field", "singleton", "edge", "view"]
ViewKind = Literal["table", "detail", "board", "thread", "tree", "document", "grid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a twin's files a record was read, for messages."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A precondition: when it fails, error case `error` is answered with the values of `give`."""

    error: str
    when: str | None = None
    unless: str | None = None
    give: Mapping[str, Any] = member(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A record that the request names: bound as `name`, or error case `error`."""

    name: str
    by: str
    resource: str
    error: str = "not_found"
    give: Mapping[str, Any] = member(default_factory=dict)
    optional: bool = False
    within: Mapping[str, Any] = member(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered: `body` is a template (None: what the effect and target imply)."""

    status: int | None = None
    body: Any = None
    empty: bool = False
    headers: Mapping[str, Any] = member(default_factory=dict)
    content_type: str | None = None
    links: tuple[str, ...] | None = None
    only: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    example: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What a parameter does. `use` names the treatment, `options` its details.

    page.limit, page.cursor, page.offset, page.number; filter, search, prefix, contains, equals,
    range; sort, order; expand; fields; value (used by expressions); moot; ignored; refused.
    """

    use: str
    fields: tuple[str, ...] = ()
    options: Mapping[str, Any] = member(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    """What a request does instead while `when` holds (a delete that only deactivates at first)."""

    when: str
    move: str | None = None
    set: Mapping[str, Any] = member(default_factory=dict)
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Through:
    """A list that goes over an edge: edge resource, and the end whose records are listed."""

    edge: str
    take: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spawn:
    """A record made elsewhere when one is created or an operation runs.

    With `each`, an expression for a list, one for every member; the member is `each`.
    """

    resource: str
    data: Mapping[str, Any] = member(default_factory=dict)
    refs: Mapping[str, Any] = member(default_factory=dict)
    when: str | None = None
    each: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A set of records changed: those of `resource` that `where` selects are deleted, moved or set."""

    resource: str
    where: Mapping[str, Any] = member(default_factory=dict)
    delete: bool = False
    move: str | None = None
    set: Mapping[str, Any] = member(default_factory=dict)
    when: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What a resource does when something happens to another (`user.deleted`, `app.moved`).

    `after` is a template for how long afterwards: a duration (`5m`) or seconds; None: at once.
    `handler` names a function in the resource's Python file that is run instead.
    """

    event: str
    change: Change
    after: Any = None
    spawn: Spawn | None = None
    handler: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of request behind an operation that dispatches."""

    name: str
    operation: Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """`each` is an expression for the list of requests, each an object with one member: its kind."""

    each: str
    kinds: tuple[Kind, ...]
    documented: tuple[str, ...] = ()
    unknown: str = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """How one operation behaves: effect × target × answer, and the parts around them."""

    key: str
    does: str
    effect: Effect
    target: Target
    resource: str
    many: bool = False
    each: str | None = None
    handler: str | None = None
    find: tuple[Find, ...] = ()
    guards: tuple[Guard, ...] = ()
    input: Any = None
    only: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    merge: Literal["deep", "shallow", "replace"] = "deep"
    mask: str | None = None
    set: Mapping[str, Any] = member(default_factory=dict)
    move: str | None = None
    first: tuple[FirstStep, ...] = ()
    field: str | None = None
    where: Mapping[str, Any] = member(default_factory=dict)
    keep: str | None = None
    through: Through | None = None
    parameters: Mapping[str, Treatment] = member(default_factory=dict)
    page: str | None = None
    order: str | None = None
    descending: bool = False
    spawn: tuple[Spawn, ...] = ()
    change: tuple[Change, ...] = ()
    event: str | None = None
    dispatch: Dispatch | None = None
    answer: Answer = Answer()
    public: bool = False
    only_without: tuple[str, ...] = ()
    cite: tuple[str, ...] = ()
    tested: str | None = None
    inferred: tuple[str, ...] = ()
    place: Place | None = member(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How records are named: the field of the id, the style it is minted in, other names for it."""

    field: str | None = "id"
    mint: str = "{base62:20}"
    take: str | None = None
    also: tuple[str, ...] = ()
    words: Mapping[str, Any] = member(default_factory=dict)
    fold_case: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """Fields that no two records of the collection (or of one parent) share."""

    fields: tuple[str, ...]
    error: str = "conflict"
    give: Mapping[str, Any] = member(default_factory=dict)
    within: tuple[str, ...] = ()
    fold_case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A row of a link table: shown as `rel` while `when` holds."""

    rel: str
    href: Any
    when: str | None = None
    method: str | None = None
    more: Mapping[str, Any] = member(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    at: str = "_links"
    table: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A legal move of a lifecycle: from these states (none named: any) to `to` (None: stays)."""

    name: str
    to: Any = None
    sources: tuple[str, ...] = ()
    set: Mapping[str, Any] = member(default_factory=dict)
    guards: tuple[Guard, ...] = ()
    error: str = "illegal_move"
    give: Mapping[str, Any] = member(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    field: str
    moves: Mapping[str, Move] = member(default_factory=dict)
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What differs for records whose discriminator has this value."""

    tag: str
    schema: str | None = None
    defaults: Mapping[str, Any] = member(default_factory=dict)
    server_set: Mapping[str, Any] = member(default_factory=dict)
    spawn: tuple[Spawn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A record of the default world; `name` lets later ones refer to it.

    `sample` names a published example (`KEY STATUS #NAME @path[0]`) that `data` is laid over.
    """

    resource: str
    data: Any = None
    refs: Mapping[str, Any] = member(default_factory=dict)
    id: str | None = None
    name: str | None = None
    sample: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of record, its facets, and the operations that work on it."""

    name: str
    about: str = ""
    schema: str | None = None
    store: str = ""
    identity: Identity = Identity()
    parents: tuple[str, ...] = ()
    edge: Mapping[str, str] = member(default_factory=dict)
    singleton: bool = False
    unique: tuple[Unique, ...] = ()
    samples: tuple[str, ...] = ()
    unsent: Mapping[str, Any] = member(default_factory=dict)
    defaults: Mapping[str, Any] = member(default_factory=dict)
    server_set: Mapping[str, Any] = member(default_factory=dict)
    touch: Mapping[str, Any] = member(default_factory=dict)
    read_only: tuple[str, ...] = ()
    write_only: Mapping[str, Any] = member(default_factory=dict)
    derived: Mapping[str, Any] = member(default_factory=dict)
    links: Links | None = None
    lifecycle: Lifecycle | None = None
    discriminator: str | None = None
    variants: Mapping[str, Variant] = member(default_factory=dict)
    spawn: tuple[Spawn, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    indexes: tuple[str, ...] = ()
    seeds: tuple[Seed, ...] = ()
    operations: tuple[Operation, ...] = ()
    cite: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    place: Place | None = member(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCase:
    """A named failure: its HTTP status and the fields that the envelope's template uses.

    `instead` lists (condition, other case): the first condition that holds passes the failure on.
    """

    name: str
    status: int
    fields: Mapping[str, Any] = member(default_factory=dict)
    headers: Mapping[str, Any] = member(default_factory=dict)
    body: Any = None
    content_type: str | None = None
    instead: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """`body` is the envelope (None: the documents show none, so a plain JSON error serves)."""

    body: Any = None
    content_type: str = "application/json"
    headers: Mapping[str, Any] = member(default_factory=dict)
    cases: Mapping[str, ErrorCase] = member(default_factory=dict)
    messages: Mapping[str, Any] = member(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """A paging style: `next` is where the following page is told (Link header, or in `body`)."""

    name: str
    limit: str | None = None
    cursor: str | None = None
    offset: str | None = None
    number: str | None = None
    default_limit: int = 100
    max_limit: int = 1000
    min_limit: int = 1
    over: Literal["clamp", "error"] = "clamp"
    under: Literal["error", "default"] = "error"
    link_header: bool = False
    self_link: bool = False
    by_id: bool = False
    body: Any = None
    bad_cursor: str = "bad_cursor"
    bad_limit: str = "invalid"
    cite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """Which documented scheme the credential uses, how the token reads, and how others are refused."""

    scheme: str | None = None
    token: str = "{base62:42}"
    missing: str = "unauthenticated"
    refused: str = "unauthenticated"
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """How strictly requests are checked against the contract, and what a null member means.

    With `types` only the types of scalars are checked. A null where the contract has none counts
    as `missing`, or is `kept` if the contract marks no nulls at all, and else refused.
    """

    bodies: Literal["strict", "lenient", "types", "off"] = "lenient"
    parameters: Literal["strict", "lenient", "types", "off"] = "lenient"
    nulls: Literal["kept", "missing"] = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The conventions that hold for every operation of a service."""

    name: str
    about: str = ""
    time: str = "iso-millis"
    auth: Authentication = Authentication()
    errors: Errors = Errors()
    paging: Mapping[str, Paging] = member(default_factory=dict)
    validation: Validation = Validation()
    headers: Mapping[str, Any] = member(default_factory=dict)
    arguments: bool = False
    any_method: bool = False
    names: Mapping[str, str] = member(default_factory=dict)
    preconditions: tuple[Guard, ...] = ()
    parameters: Mapping[str, Treatment] = member(default_factory=dict)
    wrap: Any = None
    prefixes: tuple[str, ...] = ()
    cite: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    place: Place | None = member(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How the UI shows a resource's records. Fields are dotted paths into a record.

    `label` is the field by which a person knows a record, `columns` what a table shows of it, `by`
    what a board has its columns of, or what names the parent in a tree. A `minor` resource stands
    apart: clients never see it by itself.
    """

    resource: str
    view: ViewKind = "table"
    title: str = ""
    label: str | None = None
    columns: tuple[str, ...] = ()
    by: str | None = None
    minor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A whole twin: the contract, the behaviour over it, and what is on record about both.

    `world` names the shared state (twins of one run with the same world share it); `path` is where
    the twin was read from; `handlers` are the Python files by resource name, as text; `pages` the
    files of its UI by name.
    """

    name: str
    contract: Contract
    service: Service
    title: str = ""
    world: str = ""
    seed: str = ""
    resources: tuple[Resource, ...] = ()
    seeds: tuple[Seed, ...] = ()
    base_aliases: Mapping[str, str] = member(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()
    views: tuple[View, ...] = ()
    pages: Mapping[str, bytes] = member(default_factory=dict)
    lock: Lock = member(default_factory=Lock)
    handlers: Mapping[str, str] = member(default_factory=dict)
    digests: Mapping[str, str] = member(default_factory=dict)
    path: Path | None = member(default=None, compare=False)
