"""Contract → Twin by deterministic passes, each citing its rule and evidence."""

from __future__ import annotations

from collections.abc import Callable

from twingen.contract.model import Contract
from twingen.contract.pages import Page
from twingen.infer.aliases import aliases
from twingen.infer.bulk import bulk
from twingen.infer.catalogues import catalogues
from twingen.infer.chosen import chosen
from twingen.infer.collections import collections
from twingen.infer.conventions import conventions
from twingen.infer.copies import copies
from twingen.infer.default_world import default_world
from twingen.infer.draft import Draft
from twingen.infer.edges import edges
from twingen.infer.expansions import expansions
from twingen.infer.filters import filters
from twingen.infer.keyed import keyed
from twingen.infer.lifecycles import lifecycles
from twingen.infer.methods import methods
from twingen.infer.moot import moot
from twingen.infer.nested import nested
from twingen.infer.parts import parts
from twingen.infer.retired import retired
from twingen.infer.singletons import singletons
from twingen.infer.views import views
from twingen.twin.model import Service

Pass = Callable[[Draft], Draft]

# Conventions first: what follows relies on the envelope and the credential being known.
PASSES: tuple[Pass, ...] = (
    conventions,
    aliases,
    methods,
    retired,
    collections,
    nested,
    bulk,
    # Before edges: what a query names is no far end.
    keyed,
    edges,
    singletons,
    lifecycles,
    parts,
    copies,
    chosen,
    views,
    catalogues,
    filters,
    moot,
    expansions,
    # Last: it looks at what every list came to.
    default_world,
)


def infer(contract: Contract, name: str, pages: tuple[Page, ...] = ()) -> Draft:
    """Return what the rules conclude about a service from its contract and prose alone."""
    draft = Draft(contract=contract, service=Service(name=name), pages=pages)
    for run in PASSES:
        draft = run(draft)
    return draft


__all__ = ["PASSES", "Draft", "Pass", "infer"]
