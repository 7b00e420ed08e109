"""Twin records → the YAML a person reads: short names, only what is not the default, fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.twin.model import (
    Answer,
    Authentication,
    Change,
    Errors,
    Find,
    FirstStep,
    Guard,
    Identity,
    Lifecycle,
    Links,
    Operation,
    Paging,
    Reaction,
    Resource,
    Seed,
    Service,
    Spawn,
    Treatment,
    Unique,
    Validation,
    View,
)  # fmt: skip
from twingen.twin.shorthand import SHORT
from twingen.twin.yaml import dump

Data = dict[str, Any]


def _some(**members: Any) -> Data:
    """Return the members that say something: not None, False, or empty."""
    return {
        name.rstrip("_"): value
        for name, value in members.items()
        if value is not None and value is not False and value not in ((), {}, [], "")
    }


def _list(values: tuple[Any, ...]) -> list[Any]:
    return list(values)


def _guard(guard: Guard) -> Data:
    return _some(when=guard.when, unless=guard.unless, error=guard.error, give=dict(guard.give))


def _find(find: Find) -> Any:
    details = _some(
        in_=None if find.resource == find.name else find.resource,
        error=None if find.error == "not_found" else find.error,
        give=dict(find.give),
        optional=find.optional,
        within=dict(find.within),
    )
    return {"by": find.by, **details} if details else find.by


def _answer(answer: Answer) -> Data:
    data = _some(
        status=answer.status,
        empty=answer.empty,
        headers=dict(answer.headers),
        content_type=answer.content_type,
        only=_list(answer.only),
        drop=_list(answer.drop),
        example=answer.example,
    )
    if answer.body is not None:
        data["body"] = answer.body
    if answer.links is not None:
        data["links"] = list(answer.links)
    return data


def _spawn(spawn: Spawn) -> Data:
    return _some(
        resource=spawn.resource, name=spawn.name, when=spawn.when, each=spawn.each,
        refs=dict(spawn.refs),
        data=dict(spawn.data) if isinstance(spawn.data, Mapping) else spawn.data,
    )  # fmt: skip


def _change(change: Change) -> Data:
    return _some(
        resource=change.resource, when=change.when, where=dict(change.where), delete=change.delete,
        move=change.move, set=dict(change.set),
    )  # fmt: skip


def _treatment(treatment: Treatment) -> Any:
    options = dict(treatment.options)
    if not options and not treatment.fields:
        return treatment.use
    return {"use": treatment.use, **_some(fields=_list(treatment.fields)), **options}


def _first(step: FirstStep) -> Data:
    return _some(
        when=step.when, move=step.move, set=dict(step.set),
        answer=_answer(step.answer) if step.answer else None,
    )  # fmt: skip


def operation_data(operation: Operation, resource: str) -> Data:
    """Return an operation as its YAML entry in the file of `resource`."""
    short = operation.does in SHORT
    effect, target = SHORT.get(operation.does, (None, None))
    dispatch = operation.dispatch
    implied = (operation.does == "handle" and operation.handler) or (
        operation.does == "dispatch" and dispatch
    )
    data = _some(
        does=operation.does if short and not implied else None,
        effect=operation.effect if operation.effect != effect else None,
        target=operation.target if operation.target != target else None,
        many=operation.many,
        each=operation.each,
        of=None if operation.resource == resource else operation.resource,
        handler=operation.handler,
        move=operation.move,
        field=operation.field,
        find={find.name: _find(find) for find in operation.find},
        guards=[_guard(guard) for guard in operation.guards],
        first=[_first(step) for step in operation.first],
        input=operation.input or None,
        only=_list(operation.only),
        required=_list(operation.required),
        merge=None if operation.merge == "deep" else operation.merge,
        mask=operation.mask,
        set=dict(operation.set),
        where=dict(operation.where),
        through=_some(edge=operation.through.edge, take=operation.through.take)
        if operation.through
        else None,
        keep=operation.keep,
        order=operation.order,
        descending=operation.descending,
        page=operation.page,
        parameters={name: _treatment(value) for name, value in operation.parameters.items()},
        spawn=[_spawn(spawn) for spawn in operation.spawn],
        change=[_change(change) for change in operation.change],
        event=operation.event,
        dispatch=None
        if dispatch is None
        else _some(
            each=dispatch.each,
            unknown=None if dispatch.unknown == "invalid" else dispatch.unknown,
            kinds={kind.name: operation_data(kind.operation, resource) for kind in dispatch.kinds},
            documented=_list(dispatch.documented),
        ),
        answer=_answer(operation.answer),
        public=operation.public,
        only_without=_list(operation.only_without),
        cite=_list(operation.cite),
        tested=operation.tested,
        inferred=_list(operation.inferred),
    )
    if operation.input is not None and "input" not in data:
        data["input"] = operation.input  # an empty one: nothing of the body is taken
    return data


def _identity(identity: Identity) -> Any:
    data = _some(
        field=None if identity.field == "id" else identity.field,
        mint=identity.mint,
        take=identity.take,
        also=_list(identity.also),
        words=dict(identity.words),
        fold_case=identity.fold_case,
        number=identity.number,
    )
    if identity.field is None:
        data = {"field": None, **data}
    return data["mint"] if list(data) == ["mint"] else data


def _unique(unique: Unique) -> Data:
    return _some(
        fields=_list(unique.fields), within=_list(unique.within), fold_case=unique.fold_case,
        error=None if unique.error == "conflict" else unique.error, give=dict(unique.give),
    )  # fmt: skip


def _links(links: Links | None) -> Data | None:
    if links is None:
        return None
    table = [
        _some(rel=link.rel, when=link.when, method=link.method, href=link.href, more=dict(link.more))
        for link in links.table
    ]
    return _some(at=None if links.at == "_links" else links.at, table=table)


def _lifecycle(lifecycle: Lifecycle | None) -> Data | None:
    if lifecycle is None:
        return None
    moves = {
        name: {
            **({"from": list(move.sources)} if move.sources else {}),
            **({} if move.to is None else {"to": move.to}),
            **_some(
                set=dict(move.set),
                guards=[_guard(guard) for guard in move.guards],
                error=None if move.error == "illegal_move" else move.error,
                give=dict(move.give),
            ),
        }
        for name, move in lifecycle.moves.items()
    }
    return _some(field=lifecycle.field, states=_list(lifecycle.states)) | {"moves": moves}


def _reaction(reaction: Reaction, resource: str) -> Data:
    change = _change(reaction.change)
    if change.get("resource") == resource:
        del change["resource"]
    return {
        "event": reaction.event,
        **_some(after=reaction.after),
        **change,
        **_some(spawn=_spawn(reaction.spawn) if reaction.spawn else None, handler=reaction.handler),
    }


def resource_data(resource: Resource, service: str) -> Data:
    """Return a resource as the content of its resources/NAME.yaml."""
    store = resource.store.removeprefix(f"{service}/")
    write_only: Any = dict(resource.write_only)
    if write_only and all(shown is None for shown in write_only.values()):
        write_only = list(write_only)
    variants = {
        tag: _some(
            schema=variant.schema,
            defaults=dict(variant.defaults),
            server_set=dict(variant.server_set),
            spawn=[_spawn(spawn) for spawn in variant.spawn],
        )
        for tag, variant in resource.variants.items()
    }
    parents = _list(resource.parents)
    return _some(
        resource=resource.name,
        about=resource.about,
        schema=resource.schema,
        store=None if store == resource.name else store,
        id=None if resource.edge else _identity(resource.identity),
        parent=parents[0] if len(parents) == 1 else parents,
        edge=dict(resource.edge),
        singleton=resource.singleton,
        unique=[_unique(unique) for unique in resource.unique],
        samples=_list(resource.samples),
        unsent=dict(resource.unsent),
        defaults=dict(resource.defaults),
        server_set=dict(resource.server_set),
        touch=dict(resource.touch),
        read_only=_list(resource.read_only),
        write_only=write_only,
        derived=dict(resource.derived),
        links=_links(resource.links),
        lifecycle=_lifecycle(resource.lifecycle),
        variants={"by": resource.discriminator, "cases": variants} if resource.discriminator else None,
        spawn=[_spawn(spawn) for spawn in resource.spawn],
        on=[_reaction(reaction, resource.name) for reaction in resource.reactions],
        indexes=_list(resource.indexes),
        seed=[_seed(seed) for seed in resource.seeds],
        operations={
            operation.key: operation_data(operation, resource.name)
            for operation in resource.operations
        },
        cite=_list(resource.cite),
        inferred=_list(resource.inferred),
    )


def _paging(style: Paging) -> Data:
    default = Paging(name=style.name)
    names = (
        "limit", "cursor", "offset", "number", "default_limit", "max_limit", "min_limit", "over",
        "under", "link_header", "self_link", "by_id", "body", "bad_cursor", "bad_limit",
    )  # fmt: skip
    data = {
        name: getattr(style, name)
        for name in names
        if getattr(style, name) != getattr(default, name)
    }
    return {**data, **_some(cite=_list(style.cite))}


def _auth(auth: Authentication) -> Data:
    default = Authentication()
    return _some(
        scheme=auth.scheme,
        token=None if auth.token == default.token else auth.token,
        missing=None if auth.missing == default.missing else auth.missing,
        refused=None if auth.refused == auth.missing else auth.refused,
        places=_list(auth.places),
    )


def _errors(errors: Errors) -> Data:
    cases = {
        name: {
            "status": case.status,
            **case.fields,
            **_some(
                headers=dict(case.headers),
                body=case.body,
                content_type=case.content_type,
                instead=[{"when": when, "case": other} for when, other in case.instead],
            ),
        }
        for name, case in errors.cases.items()
    }
    return _some(
        body=errors.body,
        content_type=None if errors.content_type == "application/json" else errors.content_type,
        headers=dict(errors.headers),
        messages=dict(errors.messages),
        cases=cases,
    )


def _validation(validation: Validation) -> Data:
    return _some(
        bodies=None if validation.bodies == "lenient" else validation.bodies,
        parameters=None if validation.parameters == "lenient" else validation.parameters,
        nulls=None if validation.nulls == "kept" else validation.nulls,
    )


def service_data(service: Service) -> Data:
    """Return conventions as the content of service.yaml."""
    return _some(
        service=service.name,
        about=service.about,
        time=None if service.time == "iso-millis" else service.time,
        auth=_auth(service.auth),
        errors=_errors(service.errors),
        paging={name: _paging(style) for name, style in service.paging.items()},
        validation=_validation(service.validation),
        headers=dict(service.headers),
        arguments=service.arguments,
        any_method=service.any_method,
        names=dict(service.names),
        preconditions=[_guard(guard) for guard in service.preconditions],
        parameters={name: _treatment(value) for name, value in service.parameters.items()},
        wrap=service.wrap,
        prefixes=_list(service.prefixes),
        cite=_list(service.cite),
        inferred=_list(service.inferred),
    )


def _seed(seed: Seed) -> Data:
    return _some(
        name=seed.name, id=seed.id, refs=dict(seed.refs), sample=seed.sample, data=seed.data
    )


def seed_data(seeds: tuple[Seed, ...]) -> Data:
    return {"seed": [{"resource": seed.resource, **_seed(seed)} for seed in seeds]}


def dump_resource(resource: Resource, service: str) -> str:
    return dump(resource_data(resource, service))


def dump_service(service: Service) -> str:
    return dump(service_data(service))


def dump_seeds(seeds: tuple[Seed, ...]) -> str:
    return dump(seed_data(seeds))


def views_data(views: tuple[View, ...]) -> Data:
    """Return views as the content of ui.yaml."""
    return {
        "ui": [
            _some(
                resource=view.resource,
                view=view.view,
                title=view.title,
                label=view.label,
                by=view.by,
                columns=_list(view.columns),
                minor=view.minor,
            )
            for view in views
        ]
    }


def dump_views(views: tuple[View, ...]) -> str:
    return dump(views_data(views))
