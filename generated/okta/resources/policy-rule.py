"""The order of the rules of a policy (policies.md, Priorities)."""

# Types of rules whose priorities begin at 1 and have no gaps; the others begin at 0 and may have some.
WITHOUT_GAPS = ["SIGN_ON", "MFA_ENROLL", "IDP_DISCOVERY", "PASSWORD"]


def policy_of(scope, record):
    """The id of a rule's policy."""
    for policy in scope.all("policy"):
        if any(one.id == record.id for one in scope.all("policy-rule", policy=policy.id)):
            return policy.id
    return None


def siblings(scope, record):
    """The other rules of the policy in order: those of clients, and the default or catch-all one, which is last."""
    others = [one for one in scope.all("policy-rule", policy=policy_of(scope, record)) if one.id != record.id]
    made = [one for one in others if not one.data.get("system")]
    made.sort(key=lambda one: one.data.get("priority") or 0)
    return made, [one for one in others if one.data.get("system")]


def number(scope, places):
    """Give each rule its priority, where it has another one."""
    for record, priority in places:
        if record.data.get("priority") != priority:
            scope.change(record, priority=priority)


def arranged(made, record, wanted, gaps):
    """Each rule of clients with its priority, once a new one (or a moved one) has its place."""
    if not gaps:
        if record is not None:
            made.insert(len(made) if wanted is None else max(0, min(wanted - 1, len(made))), record)
        return [(one, at + 1) for at, one in enumerate(made)]
    places = {one.data.get("priority") or 0: one for one in made}
    if record is not None:
        at = wanted if wanted is not None else max(places) + 1 if places else 0
        moving = record
        while moving is not None:
            places[at], moving = moving, places.get(at)
            at = at + 1
    return [(one, at) for at, one in places.items()]


def last(places, system, gaps):
    """The default or catch-all rule, below all others."""
    highest = max([at for _, at in places], default=-1 if gaps else 0)
    result = []
    for one in system:
        now = one.data.get("priority")
        result.append((one, now if gaps and now is not None and now > highest else highest + 1))
    return result


def place(scope):
    """A rule takes its place: the one it asks for, else the last above the default or catch-all rule."""
    record = scope.record
    made, system = siblings(scope, record)
    gaps = record.data["type"] not in WITHOUT_GAPS
    if record.data.get("system"):
        places, system = arranged(made, None, None, gaps), [record]
    else:
        places = arranged(made, record, record.data.get("priority"), gaps)
    number(scope, places + last(places, system, gaps))


def close_gap(scope):
    """After a delete those below move up, in types without gaps; the deleted rule is in no list any more."""
    kind = scope.record.data["type"]
    if kind in WITHOUT_GAPS:
        for policy in scope.all("policy", type="OKTA_SIGN_ON" if kind == "SIGN_ON" else kind):
            rules = scope.all("policy-rule", policy=policy.id)
            made = sorted((one for one in rules if not one.data.get("system")), key=lambda one: one.data.get("priority") or 0)
            places = arranged(made, None, None, False)
            number(scope, places + last(places, [one for one in rules if one.data.get("system")], False))
