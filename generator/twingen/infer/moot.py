"""Parameters whose effect no client of the API can see, said with the reason."""

from __future__ import annotations

import re
from dataclasses import replace

from twingen.contract.model import Parameter
from twingen.contract.schemas import types
from twingen.infer.draft import Draft
from twingen.infer.evidence import facts
from twingen.twin.model import Treatment

_GONE = re.compile(r"^(this )?(parameter|property|field|option|\W)*(usage )?(is|are) no longer (available|supported|used)\b", re.I)
_MAIL = re.compile(r"\b(e-?mails?|notifications?)\b", re.I)
_SENDS = re.compile(r"\b(sends?|sent|sending|notif\w+|emailed)\b", re.I)
_SHOWS = re.compile(r"\b(return|respons|link|token|instead|include|creat|status)\w*", re.I)
_RIGHTS = re.compile(
    r"\b(overrid\w+|admin\w* level permissions? (is|are) used|regardless of [^.]*permissions?)\b", re.I
)
_RIGHT = re.compile(r"\bpermissions?\b", re.I)


def moot(draft: Draft) -> Draft:
    """Excuse a parameter that is out of use, that sends mail, or that lifts limits of permission.

    The twin sends no mail, and its one credential may do everything: such a parameter changes
    nothing that could be looked at. One whose description speaks of the answer is not excused.
    """
    documented = {operation.key: operation for operation in draft.contract.operations}
    for operation in list(draft.operations.values()):
        treatments = dict(operation.parameters)
        for parameter in documented[operation.key].parameters:
            known = treatments.get(parameter.name)
            if parameter.location != "query" or known is None or known.use != "ignored":
                continue
            why = _why(parameter, draft)
            if why is not None:
                treatments[parameter.name] = Treatment(use="moot", options={"why": why})
        if treatments != operation.parameters:
            draft = draft.behaving(replace(operation, parameters=treatments))
    return draft


def _why(parameter: Parameter, draft: Draft) -> str | None:
    text = parameter.description.strip()
    if _GONE.search(text):
        return "the documents say that it is no longer in use"
    if types(facts(parameter.schema, draft.contract)) != {"boolean"}:
        return None
    if _MAIL.search(text) and _SENDS.search(text) and not _SHOWS.search(text):
        return "what it sends goes another way than the API"
    if _RIGHTS.search(text) and _RIGHT.search(text):
        return "the twin's credential has every permission"
    return None
