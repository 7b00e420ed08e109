"""Short names spelled out: from the YAML of a twin to the records of twin/model.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.twin.model import (
    Answer,
    Authentication,
    Change,
    Dispatch,
    Effect,
    ErrorCase,
    Errors,
    Find,
    FirstStep,
    Guard,
    Identity,
    Kind,
    Lifecycle,
    Link,
    Links,
    Move,
    Operation,
    Paging,
    Place,
    Reaction,
    Resource,
    Seed,
    Service,
    Spawn,
    Target,
    Through,
    Treatment,
    Unique,
    Validation,
    Variant,
)  # fmt: skip

SHORT: dict[str, tuple[Effect, Target]] = {
    "list": ("none", "collection"),
    "read": ("none", "item"),
    "create": ("create", "collection"),
    "upsert": ("upsert", "item"),
    "replace": ("replace", "item"),
    "update": ("update", "item"),
    "delete": ("delete", "item"),
    "transition": ("transition", "item"),
    "link": ("link", "edge"),
    "unlink": ("unlink", "edge"),
    "read-field": ("none", "field"),
    "write-field": ("replace", "field"),
    "delete-field": ("delete", "field"),
    "read-singleton": ("none", "singleton"),
    "write-singleton": ("replace", "singleton"),
    "update-singleton": ("update", "singleton"),
    "delete-singleton": ("delete", "singleton"),
    "view": ("none", "view"),
    "act": ("none", "item"),
    "handle": ("none", "view"),
    "dispatch": ("none", "view"),
    "shape": ("none", "view"),
    "unsupported": ("none", "view"),
}
Data = Mapping[str, Any]
_CASE = frozenset({"status", "headers", "body", "content_type", "instead"})


def _names(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)


def _expression(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def guard(data: Data) -> Guard:
    return Guard(
        error=data["error"],
        when=_expression(data.get("when")),
        unless=_expression(data.get("unless")),
        give=data.get("give", {}),
    )


def find(name: str, data: Any) -> Find:
    if isinstance(data, str):
        return Find(name=name, by=data, resource=name)
    return Find(
        name=name,
        by=str(data["by"]),
        resource=data.get("in", name),
        error=data.get("error", "not_found"),
        give=data.get("give", {}),
        optional=data.get("optional", False),
        within=data.get("within", {}),
    )


def answer(data: Data | None) -> Answer:
    if not data:
        return Answer()
    links = data.get("links")
    return Answer(
        status=data.get("status"),
        body=data.get("body"),
        empty=data.get("empty", False),
        headers=data.get("headers", {}),
        content_type=data.get("content_type"),
        links=None if links is None else tuple(links),
        only=_names(data.get("only")),
        drop=_names(data.get("drop")),
        example=data.get("example"),
    )


def spawn(data: Data) -> Spawn:
    return Spawn(
        resource=data["resource"],
        data=data.get("data", {}),
        refs=data.get("refs", {}),
        when=_expression(data.get("when")),
        each=data.get("each"),
        name=data.get("name"),
    )


def change(data: Data, resource: str | None = None) -> Change:
    return Change(
        resource=data.get("resource", resource),
        where=data.get("where", {}),
        delete=data.get("delete", False),
        move=data.get("move"),
        set=data.get("set", {}),
        when=_expression(data.get("when")),
    )


def treatment(data: Any) -> Treatment:
    if isinstance(data, str):
        return Treatment(use=data)
    rest = {key: value for key, value in data.items() if key not in {"use", "fields"}}
    return Treatment(use=data["use"], fields=_names(data.get("fields")), options=rest)


def operation(key: str, data: Data, resource: str, place: Place | None = None) -> Operation:
    """Return the operation that a YAML entry describes; `resource` is its file's."""
    does = data.get("does") or (
        "dispatch" if "dispatch" in data else "handle" if "handler" in data else ""
    )
    effect, target = SHORT.get(does, ("none", "view"))
    effect, target = data.get("effect", effect), data.get("target", target)
    through = data.get("through")
    dispatch = data.get("dispatch")
    own = data.get("of", resource)
    return Operation(
        key=key,
        does=does or f"{effect} {target}",
        effect=effect,
        target=target,
        resource=own,
        many=data.get("many", False),
        each=data.get("each"),
        handler=data.get("handler"),
        find=tuple(find(name, value) for name, value in data.get("find", {}).items()),
        guards=tuple(guard(item) for item in data.get("guards", ())),
        input=data.get("input"),
        only=_names(data.get("only")),
        required=_names(data.get("required")),
        merge=data.get("merge", "deep"),
        mask=_expression(data.get("mask")),
        set=data.get("set", {}),
        move=data.get("move"),
        first=tuple(
            FirstStep(
                when=str(_expression(item["when"])),
                move=item.get("move"),
                set=item.get("set", {}),
                answer=answer(item["answer"]) if "answer" in item else None,
            )
            for item in data.get("first", ())
        ),
        field=data.get("field"),
        where=data.get("where", {}),
        keep=_expression(data.get("keep")),
        through=Through(edge=through["edge"], take=through["take"]) if through else None,
        parameters={name: treatment(value) for name, value in data.get("parameters", {}).items()},
        page=data.get("page"),
        order=data.get("order"),
        descending=data.get("descending", False),
        spawn=tuple(spawn(item) for item in data.get("spawn", ())),
        change=tuple(change(item, own) for item in data.get("change", ())),
        event=data.get("event"),
        dispatch=None
        if not dispatch
        else Dispatch(
            each=str(dispatch["each"]),
            kinds=tuple(
                Kind(name=name, operation=operation(f"{key} {name}", value, own, place))
                for name, value in dispatch["kinds"].items()
            ),
            documented=_names(dispatch.get("documented")),
            unknown=dispatch.get("unknown", "invalid"),
        ),
        answer=answer(data.get("answer")),
        public=data.get("public", False),
        only_without=_names(data.get("only_without")),
        cite=_names(data.get("cite")),
        tested=data.get("tested"),
        inferred=_names(data.get("inferred")),
        place=place,
    )


def _identity(data: Any) -> Identity:
    if data is None:
        return Identity()
    if isinstance(data, str):
        return Identity(mint=data)
    return Identity(
        field=data.get("field", "id"),
        mint=data.get("mint", "{base62:20}"),
        take=data.get("take"),
        also=_names(data.get("also")),
        words=data.get("words", {}),
        fold_case=data.get("fold_case", False),
        number=data.get("number", False),
    )


def _lifecycle(data: Data | None) -> Lifecycle | None:
    if not data:
        return None
    return Lifecycle(
        field=data["field"],
        states=_names(data.get("states")),
        moves={
            name: Move(
                name=name,
                to=move.get("to"),
                sources=_names(move.get("from")),
                set=move.get("set", {}),
                guards=tuple(guard(item) for item in move.get("guards", ())),
                error=move.get("error", "illegal_move"),
                give=move.get("give", {}),
            )
            for name, move in data["moves"].items()
        },
    )


def _reaction(data: Data, resource: str) -> Reaction:
    return Reaction(
        event=data["event"],
        change=change(data, resource),
        after=data.get("after"),
        spawn=spawn(data["spawn"]) if "spawn" in data else None,
        handler=data.get("handler"),
    )


def resource(data: Data, service: str, place: Place | None = None) -> Resource:
    """Return the resource that a resources/NAME.yaml describes."""
    name = data["resource"]
    store = data.get("store", name)
    write_only = data.get("write_only", {})
    variants = data.get("variants", {})
    links = data.get("links")
    return Resource(
        name=name,
        about=data.get("about", ""),
        schema=data.get("schema"),
        store=store if "/" in store else f"{service}/{store}",
        identity=_identity(data.get("id")),
        parents=_names(data.get("parent")),
        edge=data.get("edge", {}),
        singleton=data.get("singleton", False),
        unique=tuple(
            Unique(
                fields=_names(item["fields"]),
                error=item.get("error", "conflict"),
                give=item.get("give", {}),
                within=_names(item.get("within")),
                fold_case=item.get("fold_case", False),
            )
            for item in data.get("unique", ())
        ),
        samples=_names(data.get("samples")),
        unsent=data.get("unsent", {}),
        defaults=data.get("defaults", {}),
        server_set=data.get("server_set", {}),
        touch=data.get("touch", {}),
        read_only=_names(data.get("read_only")),
        write_only=dict.fromkeys(write_only)
        if isinstance(write_only, (list, tuple))
        else write_only,
        derived=data.get("derived", {}),
        links=None
        if not links
        else Links(
            at=links.get("at", "_links"),
            table=tuple(
                Link(
                    rel=item["rel"],
                    href=item["href"],
                    when=_expression(item.get("when")),
                    method=item.get("method"),
                    more=item.get("more", {}),
                )
                for item in links["table"]
            ),
        ),
        lifecycle=_lifecycle(data.get("lifecycle")),
        discriminator=variants.get("by") if variants else None,
        variants={
            tag: Variant(
                tag=tag,
                schema=item.get("schema"),
                defaults=item.get("defaults", {}),
                server_set=item.get("server_set", {}),
                spawn=tuple(spawn(entry) for entry in item.get("spawn", ())),
            )
            for tag, item in (variants.get("cases", {}) if variants else {}).items()
        },
        spawn=tuple(spawn(item) for item in data.get("spawn", ())),
        reactions=tuple(_reaction(item, name) for item in data.get("on", ())),
        indexes=_names(data.get("indexes")),
        seeds=tuple(seed({"resource": name, **item}) for item in data.get("seed", ())),
        operations=tuple(
            operation(key, value, name, place) for key, value in data.get("operations", {}).items()
        ),
        cite=_names(data.get("cite")),
        inferred=_names(data.get("inferred")),
        place=place,
    )


def service(data: Data, place: Place | None = None) -> Service:
    """Return the conventions that a service.yaml describes."""
    auth = data.get("auth", {})
    errors = data.get("errors", {})
    validation = data.get("validation", {})
    return Service(
        name=data["service"],
        about=data.get("about", ""),
        time=data.get("time", "iso-millis"),
        auth=Authentication(
            scheme=auth.get("scheme"),
            token=auth.get("token", "{base62:42}"),
            missing=auth.get("missing", "unauthenticated"),
            refused=auth.get("refused", auth.get("missing", "unauthenticated")),
            places=_names(auth.get("places")),
        ),
        errors=Errors(
            body=errors.get("body"),
            content_type=errors.get("content_type", "application/json"),
            headers=errors.get("headers", {}),
            cases={
                name: ErrorCase(
                    name=name,
                    status=case["status"],
                    fields={k: v for k, v in case.items() if k not in _CASE},
                    headers=case.get("headers", {}),
                    body=case.get("body"),
                    content_type=case.get("content_type"),
                    instead=tuple(
                        (str(_expression(one["when"])), one["case"])
                        for one in case.get("instead", ())
                    ),
                )
                for name, case in errors.get("cases", {}).items()
            },
            messages=errors.get("messages", {}),
        ),
        paging={name: Paging(name=name, **style) for name, style in data.get("paging", {}).items()},
        validation=Validation(
            bodies=validation.get("bodies", "lenient"),
            parameters=validation.get("parameters", "lenient"),
            nulls=validation.get("nulls", "kept"),
        ),
        headers=data.get("headers", {}),
        arguments=data.get("arguments", False),
        any_method=data.get("any_method", False),
        names={name: str(_expression(value)) for name, value in data.get("names", {}).items()},
        preconditions=tuple(guard(item) for item in data.get("preconditions", ())),
        parameters={name: treatment(value) for name, value in data.get("parameters", {}).items()},
        wrap=data.get("wrap"),
        prefixes=_names(data.get("prefixes")),
        cite=_names(data.get("cite")),
        inferred=_names(data.get("inferred")),
        place=place,
    )


def seed(data: Data) -> Seed:
    return Seed(
        resource=data["resource"],
        data=data.get("data", {}),
        refs=data.get("refs", {}),
        id=data.get("id"),
        name=data.get("name"),
        sample=data.get("sample"),
    )


def seeds(data: Data) -> tuple[Seed, ...]:
    return tuple(seed(item) for item in data.get("seed") or ())
