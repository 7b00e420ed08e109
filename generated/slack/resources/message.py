"""Posting: who speaks, where to, and what becomes of the content."""

from __future__ import annotations

import json
import re
from typing import Any

from twin.conversation import direct, make, on

LONGEST = 40_000  # characters of a text that is posted; the rest is cut
PIECE = 4_000  # a text that was cut is stored in messages of this length; edits take no more
MOST_ATTACHMENTS = 100
MOST_BLOCKS = 50

# What stands between angle brackets in a text that a program wrote on purpose.
_MARKUP = re.compile(r"<(?:[@#!][^<>\s][^<>]*|(?:https?|mailto|tel|ftp)[:/][^<>\s]+(?:\|[^<>]*)?)>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MENTION = re.compile(r"(?<![\w<@])@([a-z0-9][a-z0-9._-]*)")
_CHANNEL = re.compile(r"(?<![\w<#&])#([a-z0-9_-]+)")


def post_message(scope: Any) -> dict[str, Any]:
    """Post to a conversation, to a channel by its name, or to a member."""
    conversation = target(scope, str(scope.args.get("channel") or ""))
    _may_post(scope, conversation)
    content = read_content(scope)
    data = {**author(scope), **content, **reply_of(scope, conversation)}
    warning: dict[str, Any] = {}
    if len(data["text"]) > LONGEST:
        pieces = [data["text"][at : at + PIECE] for at in range(0, LONGEST, PIECE)]
        for piece in pieces[:-1]:
            scope.create("message", {**data, "text": piece}, conversation=conversation)
        data["text"] = pieces[-1]
        note = f"[WARN] A text of more than {LONGEST} characters was cut"
        warning = {"warning": "message_truncated", "response_metadata": {"messages": [note]}}
    posted = scope.create("message", data, conversation=conversation)
    return {
        "channel": conversation.id,
        "ts": posted.id,
        "message": scope.do_render(posted),
        **warning,
    }


def post_ephemeral(scope: Any) -> dict[str, Any]:
    """Show something to one member; it is in no history, and no other method takes its ts."""
    short(scope, read_content(scope))
    reply_of(scope, scope.conversation, touch=False)
    return {"message_ts": stamp(scope)}


def post_me_message(scope: Any) -> dict[str, Any]:
    content = {"subtype": "me_message", "text": clean(scope, scope.args["text"])}
    short(scope, content)
    posted = scope.create(
        "message", {**author(scope, plain=True), **content}, conversation=scope.conversation
    )
    return {"channel": scope.conversation.id, "ts": posted.id}


def update_message(scope: Any) -> dict[str, Any]:
    """Change what the caller wrote; what is not sent stays."""
    message, args = scope.message, scope.args
    sent = [name for name in ("text", "blocks", "attachments", "markdown_text") if args.get(name)]
    data = dict(message.data)
    if on(args.get("reply_broadcast")):
        if sent:
            raise scope.fail("no_dual_broadcast_content_update")
        if data.get("thread_ts") in (None, message.id):
            raise scope.fail("cant_broadcast_message")
        data["subtype"] = "thread_broadcast"
    else:
        content = read_content(scope, strict=True)
        if len(content["text"]) > PIECE:
            raise scope.fail("msg_too_long")
        if not content["text"] and "text" not in args:
            del content["text"]
        data |= content
        data["edited"] = {"user": scope.me.id, "ts": f"{int(scope.epoch)}.000000"}
    changed = scope.do_render(scope.write(message, data))
    return {
        "channel": scope.conversation.id,
        "ts": message.id,
        "text": changed["text"],
        "message": changed,
    }


def target(scope: Any, name: str) -> Any:
    """Return the conversation that an argument means; a direct message is made if need be."""
    found = scope.get("conversation", name)
    if found is None and name and name[0] not in "@DUW":
        found = next(iter(scope.all("conversation", name=name.removeprefix("#"))), None)
    if found is not None:
        hidden = found.data.get("is_private") and not _inside(scope, found)
        if not hidden:
            return found
        raise scope.fail("channel_not_found")
    user = scope.get("user", name)
    if name.startswith("@"):
        user = next(iter(scope.all("user", name=name[1:])), None)
    if user is None or user.data["deleted"]:
        raise scope.fail("channel_not_found")
    return direct(scope, user.id) or make(scope, [user.id])


def _inside(scope: Any, conversation: Any) -> bool:
    return scope.get("member", f"{conversation.id}|{scope.me.id}") is not None


def _may_post(scope: Any, conversation: Any) -> None:
    if not _inside(scope, conversation):
        raise scope.fail("not_in_channel")
    if conversation.data.get("is_archived"):
        raise scope.fail("is_archived")


def author(scope: Any, *, plain: bool = False) -> dict[str, Any]:
    """Return who a message is from: the caller, or a name of its own choice."""
    args, bot = scope.args, scope.me.data["profile"]["bot_id"]
    emoji, picture = args.get("icon_emoji"), args.get("icon_url")
    named = any(args.get(name) for name in ("username", "icon_emoji", "icon_url"))
    if plain or not named or on(args.get("as_user")):
        return {
            "bot_id": bot,
            "type": "message",
            "text": "",
            "user": scope.me.id,
            "team": scope.team.id,
            "bot_profile": scope.bot_profile,
        }
    data: dict[str, Any] = {
        "type": "message",
        "subtype": "bot_message",
        "text": "",
        "username": str(args.get("username") or scope.me.data["real_name"]),
        "bot_id": bot,
    }
    if emoji:
        data["icons"] = {"emoji": str(emoji)}
    elif picture:
        data["icons"] = {"image_64": str(picture)}
    return data


def read_content(scope: Any, *, strict: bool = False) -> dict[str, Any]:
    """Return the fields of a message that its content gives; `strict` refuses odd attachments."""
    args = scope.args
    text, markdown = args.get("text"), args.get("markdown_text")
    if markdown and (text or args.get("blocks")):
        raise scope.fail("markdown_text_conflict")
    data: dict[str, Any] = {"text": clean(scope, markdown or text or "")}
    blocks = _blocks(scope, args.get("blocks"))
    attachments = _attachments(scope, args.get("attachments"), strict)
    if blocks is not None:
        data["blocks"] = blocks
    if attachments is not None:
        data["attachments"] = attachments
    if not (data["text"] or blocks or attachments):
        raise scope.fail("no_text")
    for name in ("unfurl_links", "unfurl_media", "mrkdwn"):
        if args.get(name) is not None:
            data[name] = on(args[name])
    metadata = _metadata(scope, args.get("metadata"))
    if metadata is not None:
        data["metadata"] = metadata
    return data


def short(scope: Any, content: dict[str, Any]) -> None:
    if len(content["text"]) > LONGEST:
        raise scope.fail("msg_too_long")


def _structure(value: Any) -> Any:
    """Return what a JSON text or a plain value says; raises ValueError."""
    return json.loads(value) if isinstance(value, str) else value


def _blocks(scope: Any, value: Any) -> list[dict[str, Any]] | None:
    if value is None or value == "":
        return None
    try:
        blocks = _structure(value)
    except ValueError:
        raise scope.fail("invalid_blocks_format") from None
    if not isinstance(blocks, list):
        raise scope.fail("invalid_blocks_format")
    if len(blocks) > MOST_BLOCKS or not all(
        isinstance(one, dict) and one.get("type") for one in blocks
    ):
        raise scope.fail("invalid_blocks")
    return [{"type": one["type"], "block_id": scope.do_mint("{base62:5}"), **one} for one in blocks]


def _attachments(scope: Any, value: Any, strict: bool) -> list[dict[str, Any]] | None:
    if value is None or value == "":
        return None
    try:
        found = _structure(value)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        if strict:
            raise scope.fail("invalid_attachments")
        return None
    if len(found) > MOST_ATTACHMENTS:
        raise scope.fail("too_many_attachments")
    return [{"id": place, **one} for place, one in enumerate(found, 1)]


def _metadata(scope: Any, value: Any) -> dict[str, Any] | None:
    if value is None or value == "":
        return None
    try:
        metadata = _structure(value)
    except ValueError:
        raise scope.fail("invalid_metadata_format") from None
    if not isinstance(metadata, dict):
        raise scope.fail("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or "event_payload" not in metadata:
        raise scope.fail("invalid_metadata_schema")
    return metadata


def clean(scope: Any, text: Any) -> str:
    """Return a text as it is stored: no control characters; `&`, `<`, `>` escaped outside markup."""
    text = _CONTROL.sub("", str(text))
    parts, end = [], 0
    for markup in _MARKUP.finditer(text):
        parts += [_escape(text[end : markup.start()]), markup.group()]
        end = markup.end()
    text = "".join([*parts, _escape(text[end:])])
    if on(scope.args.get("link_names")) or scope.args.get("parse") == "full":
        text = _MENTION.sub(lambda found: _mention(scope, found), text)
        text = _CHANNEL.sub(lambda found: _channel(scope, found), text)
    return text


def _escape(text: str) -> str:
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _mention(scope: Any, found: re.Match[str]) -> str:
    user = next(iter(scope.all("user", name=found[1])), None)
    return f"@{found[1]}" if user is None else f"<@{user.id}>"


def _channel(scope: Any, found: re.Match[str]) -> str:
    name = found[1]
    channel = next(iter(scope.all("conversation", name=name)), None)
    return f"#{name}" if channel is None else f"<#{channel.id}|{name}>"


def reply_of(scope: Any, conversation: Any, *, touch: bool = True) -> dict[str, Any]:
    """Return the fields that make a message a reply, and mark its parent."""
    wanted = scope.args.get("thread_ts")
    if not wanted:
        return {}
    parent = scope.get("message", str(wanted))
    if parent is not None and parent.data.get("thread_ts", parent.id) != parent.id:
        parent = scope.get("message", parent.data["thread_ts"])
    if parent is None or parent.refs["conversation"] != conversation.id:
        raise scope.fail("cannot_reply_to_message")
    if touch and "thread_ts" not in parent.data:
        scope.change(parent, thread_ts=parent.id)
    reply = {"thread_ts": parent.id, "parent_user_id": parent.data.get("user", scope.me.id)}
    if on(scope.args.get("reply_broadcast")):
        reply["subtype"] = "thread_broadcast"
    return reply


def stamp(scope: Any) -> str:
    """Return a ts that no message has."""
    return f"{int(scope.epoch)}.{scope.do_serial(6)}"
