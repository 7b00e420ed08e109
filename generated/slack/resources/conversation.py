"""Invitations and direct messages: one call about several members."""

from __future__ import annotations

from typing import Any

MOST_INVITED = 100
MOST_IN_GROUP = 8


def ids(text: Any) -> list[str]:
    """Return the ids of a comma-separated list, each once."""
    return list(dict.fromkeys(part.strip() for part in str(text or "").split(",") if part.strip()))


def on(flag: Any) -> bool:
    """Return whether a flag is set, however it was written."""
    return str(flag).strip().lower() in {"true", "1"}


def invite(scope: Any) -> dict[str, Any]:
    """Invite every member named, or say of each why not."""
    users = ids(scope.args.get("users"))
    if len(users) > MOST_INVITED:
        raise scope.fail("too_many_users")
    conversation = scope.conversation
    welcome, errors = [], []
    for name in users:
        error = _refusal(scope, conversation, name)
        if error is None:
            welcome.append(name)
        else:
            errors.append({"user": name, "ok": False, "error": error})
    if errors and not (welcome and on(scope.args.get("force"))):
        raise scope.fail(errors[0]["error"], more={"errors": errors})
    for name in welcome:
        scope.create("member", {}, conversation=conversation, user=name)
        note = {
            "subtype": "channel_join",
            "user": name,
            "text": f"<@{name}> has joined the channel",
            "inviter": scope.me.id,
        }
        scope.create("message", note, conversation=conversation)
    answer: dict[str, Any] = {"channel": shown(scope, conversation)}
    if errors:
        answer["errors"] = errors
    return answer


def _refusal(scope: Any, conversation: Any, name: str) -> str | None:
    if name == scope.me.id:
        return "cant_invite_self"
    user = scope.get("user", name)
    if user is None or user.data["deleted"]:
        return "user_not_found"
    if scope.get("member", f"{conversation.id}|{name}") is not None:
        return "already_in_channel"
    return None


def shown(scope: Any, conversation: Any) -> dict[str, Any]:
    """Return a conversation as the methods show it that are not about numbers."""
    seen: dict[str, Any] = scope.do_render(conversation)
    return {name: value for name, value in seen.items() if name != "num_members"}


def open_conversation(scope: Any) -> dict[str, Any]:
    """Open the direct or group message with the members named, or the one named by its id."""
    args = scope.args
    users = [name for name in ids(args.get("users")) if name != scope.me.id]
    if args.get("channel"):
        found = scope.get("conversation", args["channel"])
        if found is None:
            raise scope.fail("channel_not_found")
        if not (found.data.get("is_im") or found.data.get("is_mpim")):
            raise scope.fail("method_not_supported_for_channel_type")
    elif not ids(args.get("users")):
        raise scope.fail("users_list_not_supplied")
    else:
        _check(scope, users)
        found = direct(scope, users[0]) if len(users) == 1 else group(scope, users)
        if found is None:
            if on(args.get("prevent_creation")):
                return {}
            found = make(scope, users)
            return {"channel": _brief(scope, found)}
    if scope.do_secret(found, "is_open"):
        return {"no_op": True, "already_open": True, "channel": _brief(scope, found)}
    return {"channel": _brief(scope, scope.change(found, is_open=True))}


def _check(scope: Any, users: list[str]) -> None:
    if not users:
        raise scope.fail("not_enough_users")
    if len(users) > MOST_IN_GROUP:
        raise scope.fail("too_many_users")
    for name in users:
        user = scope.get("user", name)
        if user is None:
            raise scope.fail("user_not_found")
        if user.data["deleted"]:
            raise scope.fail("user_disabled")


def _brief(scope: Any, conversation: Any) -> dict[str, Any]:
    return (
        shown(scope, conversation) if on(scope.args.get("return_im")) else {"id": conversation.id}
    )


def direct(scope: Any, user: str) -> Any:
    """Return the caller's direct message with a member, or None."""
    return next(
        (one for one in scope.all("conversation", user=user) if one.data.get("is_im")), None
    )


def group(scope: Any, users: list[str]) -> Any:
    """Return the group message of the caller and these members, or None."""
    return next(iter(scope.all("conversation", name=_name(scope, users))), None)


def _name(scope: Any, users: list[str]) -> str:
    handles = sorted(scope.get("user", name).data["name"] for name in [*users, scope.me.id])
    return f"mpdm-{'--'.join(handles)}-1"


def make(scope: Any, users: list[str]) -> Any:
    """Make the direct or group message of the caller and these members."""
    data: dict[str, Any] = {"is_open": True}
    if len(users) == 1:
        data |= {"kind": "im", "user": users[0]}
    else:
        data |= {
            "kind": "channel",
            "name": _name(scope, users),
            "is_mpim": True,
            "is_private": True,
        }
    made = scope.create("conversation", data)
    for name in [scope.me.id, *users]:
        scope.create("member", {}, conversation=made, user=name)
    return made
