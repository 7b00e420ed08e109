"""Scheduled messages: kept until their time, then posted."""

from __future__ import annotations

from typing import Any

from twin.message import author, read_content, reply_of, short


def schedule(scope: Any) -> dict[str, Any]:
    """Keep a message, whole as it will be posted, until `post_at`."""
    conversation = scope.conversation
    content = read_content(scope)
    short(scope, content)
    message = {**author(scope, plain=True), **content, **reply_of(scope, conversation, touch=False)}
    post_at = int(scope.args["post_at"])
    kept = scope.create(
        "scheduled-message",
        {
            "channel_id": conversation.id,
            "post_at": post_at,
            "date_created": int(scope.epoch),
            "text": message["text"],
            "message": message,
        },
        conversation=conversation,
    )
    hidden = {"unfurl_links", "unfurl_media", "mrkdwn", "metadata"}
    shown = {name: value for name, value in message.items() if name not in hidden}
    return {
        "scheduled_message_id": kept.id,
        "channel": conversation.id,
        "post_at": post_at,
        "message": {**shown, "type": "delayed_message"},
    }


def post_due(scope: Any) -> None:
    """Post what is due, unless the conversation was archived meanwhile."""
    kept = scope.record
    conversation = scope.get("conversation", kept.refs["conversation"])
    message = scope.do_secret(kept, "message")
    if not conversation.data.get("is_archived"):
        parent = scope.get("message", message.get("thread_ts"))
        if parent is not None and "thread_ts" not in parent.data:
            scope.change(parent, thread_ts=parent.id)
        scope.create("message", message, conversation=conversation)
    scope.delete(kept)
