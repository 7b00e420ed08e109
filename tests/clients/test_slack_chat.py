"""The Slack twin's messages, reactions and pins through slack_sdk."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

ADMIN, BOT, COLLEAGUE = "U0TWINADM1", "U0TWINBOT1", "U0TWINJO01"
# The SDK warns of messages without a text; here they are the point.
pytestmark = pytest.mark.filterwarnings("ignore:.*argument is missing:UserWarning")
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Frost*"}}


@pytest.fixture
def slack(served: Callable[..., Any]) -> WebClient:
    twin = served("slack", options=["--clock", "ticking"])
    twin.reset()
    return WebClient(token=twin.token("slack"), base_url=f"{twin.url('slack')}/api/")


@pytest.fixture
def random(slack: WebClient) -> str:
    """The id of a channel without messages."""
    return str(slack.conversations_list()["channels"][1]["id"])


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    """Return the code with which a call is refused."""
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def texts(answer: Any) -> list[str]:
    return [message["text"] for message in answer["messages"]]


def test_post(slack: WebClient, random: str) -> None:
    posted = slack.chat_postMessage(channel=random, text="Frost tonight")
    assert list(posted.data) == ["ok", "channel", "ts", "message"]
    message = posted["message"]
    assert re.fullmatch(r"\d{10}\.\d{6}", posted["ts"]) and message["ts"] == posted["ts"]
    assert (message["user"], message["text"]) == (BOT, "Frost tonight")
    assert "subtype" not in message and message["bot_profile"]["id"] == message["bot_id"]
    assert slack.chat_postMessage(channel="#random", text="By name")["channel"] == random
    assert slack.chat_postMessage(channel="random", text="By name")["channel"] == random
    direct = slack.chat_postMessage(channel=ADMIN, text="Psst")["channel"]
    assert direct.startswith("D")
    assert slack.chat_postMessage(channel="@robin", text="Psst")["channel"] == direct
    for nowhere in ("nowhere", "C0NOWHERE1", "", "@nobody"):
        assert refused(slack.chat_postMessage, channel=nowhere, text="") == "channel_not_found"
    assert refused(slack.chat_postMessage, channel=random, text="") == "no_text"


def test_post_content(slack: WebClient, random: str) -> None:
    text = f"a < b & c > d \x07 <@{ADMIN}> &amp;"
    posted = slack.chat_postMessage(channel=random, text=text)["message"]["text"]
    assert posted == f"a &lt; b &amp; c &gt; d  <@{ADMIN}> &amp;"
    linked = slack.chat_postMessage(channel=random, text="@robin in #random", link_names=True)
    assert linked["message"]["text"] == f"<@{ADMIN}> in <#{random}|random>"
    blocks = slack.chat_postMessage(channel=random, text="Frost", blocks=[SECTION])["message"][
        "blocks"
    ]
    assert blocks[0]["text"] == SECTION["text"] and blocks[0]["block_id"]
    attached = slack.chat_postMessage(channel=random, attachments=json.dumps([{"text": "x"}]))
    assert attached["message"]["attachments"] == [{"id": 1, "text": "x"}]
    assert refused(slack.chat_postMessage, channel=random, blocks="[{") == "invalid_blocks_format"
    assert refused(slack.chat_postMessage, channel=random, blocks=[{"x": 1}]) == "invalid_blocks"
    many = [{"text": "x"}] * 101
    assert (
        refused(slack.chat_postMessage, channel=random, attachments=many) == "too_many_attachments"
    )
    both = {"channel": random, "text": "x", "markdown_text": "y"}
    assert (
        refused(slack.api_call, api_method="chat.postMessage", json=both)
        == "markdown_text_conflict"
    )
    odd = {"channel": random, "text": "x", "metadata": "{"}
    assert (
        refused(slack.api_call, api_method="chat.postMessage", data=odd)
        == "invalid_metadata_format"
    )
    half = {"channel": random, "text": "x", "metadata": {"event_type": "frost"}}
    assert (
        refused(slack.api_call, api_method="chat.postMessage", json=half)
        == "invalid_metadata_schema"
    )


def test_post_under_another_name(slack: WebClient, random: str) -> None:
    named = slack.chat_postMessage(
        channel=random, text="x", username="Weather", icon_emoji=":cloud:"
    )
    message = named["message"]
    assert (message["subtype"], message["username"]) == ("bot_message", "Weather")
    assert message["icons"] == {"emoji": ":cloud:"} and "user" not in message
    plain = slack.chat_postMessage(channel=random, text="x", username="Weather", as_user=True)
    assert "subtype" not in plain["message"]


def test_long_text(slack: WebClient, random: str) -> None:
    posted = slack.chat_postMessage(channel=random, text="x" * 40_001)
    assert posted["warning"] == "message_truncated"
    assert posted["response_metadata"]["warnings"] == ["message_truncated"]
    assert posted["response_metadata"]["messages"][0].startswith("[WARN]")
    assert len(posted["message"]["text"]) == 4_000
    assert len(slack.conversations_history(channel=random)["messages"]) == 10


def test_history(slack: WebClient, random: str) -> None:
    stamps = [slack.chat_postMessage(channel=random, text=f"n{n}")["ts"] for n in range(5)]
    assert stamps == sorted(stamps)
    whole = slack.conversations_history(channel=random)
    assert texts(whole) == ["n4", "n3", "n2", "n1", "n0"]
    assert "response_metadata" not in whole.data and whole["has_more"] is False
    assert (whole["pin_count"], whole["channel_actions_ts"]) == (0, None)
    pages = slack.conversations_history(channel=random, limit=2)
    assert [(texts(page), page["has_more"]) for page in pages] == [
        (["n4", "n3"], True), (["n2", "n1"], True), (["n0"], False),
    ]  # fmt: skip
    between = slack.conversations_history(channel=random, oldest=stamps[1], latest=stamps[3])
    assert texts(between) == ["n2"] and between["latest"] == stamps[3]
    closed = slack.conversations_history(
        channel=random, oldest=stamps[1], latest=stamps[3], inclusive=True
    )
    assert texts(closed) == ["n3", "n2", "n1"]
    one = slack.conversations_history(channel=random, latest=stamps[2], inclusive=True, limit=1)
    assert texts(one) == ["n2"]
    assert (
        refused(slack.conversations_history, channel=random, latest="noon") == "invalid_ts_latest"
    )
    assert (
        refused(slack.conversations_history, channel=random, oldest="noon") == "invalid_ts_oldest"
    )
    assert refused(slack.conversations_history, channel=random, cursor="x") == "invalid_cursor"
    assert refused(slack.conversations_history, channel=ADMIN) == "channel_not_found"
    metadata = {"event_type": "frost", "event_payload": {"degrees": -2}}
    slack.chat_postMessage(channel=random, text="cold", metadata=metadata)
    assert "metadata" not in slack.conversations_history(channel=random)["messages"][0]
    shown = slack.conversations_history(channel=random, include_all_metadata=True, limit=1)
    assert shown["messages"][0]["metadata"] == metadata


def test_threads(slack: WebClient, random: str) -> None:
    parent = slack.chat_postMessage(channel=random, text="Who waters?")["ts"]
    assert texts(slack.conversations_replies(channel=random, ts=parent)) == ["Who waters?"]
    first = slack.chat_postMessage(channel=random, text="I do", thread_ts=parent)
    assert first["message"]["thread_ts"] == parent and first["message"]["parent_user_id"] == BOT
    second = slack.chat_postMessage(
        channel=random, text="Me too", thread_ts=first["ts"], reply_broadcast=True
    )
    assert second["message"]["thread_ts"] == parent
    thread = slack.conversations_replies(channel=random, ts=parent)
    assert texts(thread) == ["Who waters?", "I do", "Me too"] and thread["has_more"] is False
    head = thread["messages"][0]
    assert (head["thread_ts"], head["reply_count"]) == (parent, 2)
    assert (head["reply_users"], head["reply_users_count"]) == ([BOT], 1)
    assert head["latest_reply"] == second["ts"]
    assert texts(slack.conversations_replies(channel=random, ts=second["ts"])) == texts(thread)
    history = slack.conversations_history(channel=random)
    assert texts(history) == ["Me too", "Who waters?"]
    assert history["messages"][0]["subtype"] == "thread_broadcast"
    pages = slack.conversations_replies(channel=random, ts=parent, limit=2)
    assert [texts(page) for page in pages] == [["Who waters?", "I do"], ["Me too"]]
    late = slack.conversations_replies(channel=random, ts=parent, oldest=first["ts"])
    assert texts(late) == ["Who waters?", "Me too"]
    slack.chat_delete(channel=random, ts=second["ts"])
    slack.chat_delete(channel=random, ts=first["ts"])
    head = slack.conversations_history(channel=random)["messages"][0]
    assert (head["reply_count"], head["thread_ts"]) == (0, parent) and "latest_reply" not in head
    assert refused(slack.conversations_replies, channel=random, ts="1.0") == "thread_not_found"
    absent = {"channel": random}
    assert (
        refused(slack.api_call, api_method="conversations.replies", data=absent)
        == "thread_not_found"
    )
    code = refused(slack.chat_postMessage, channel=random, text="x", thread_ts="1.0")
    assert code == "cannot_reply_to_message"


def test_update(slack: WebClient, random: str) -> None:
    ts = slack.chat_postMessage(channel=random, text="Forst", blocks=[SECTION])["ts"]
    changed = slack.chat_update(channel=random, ts=ts, text="Frost <3")
    assert (changed["ts"], changed["text"]) == (ts, "Frost &lt;3")
    message = slack.conversations_history(channel=random)["messages"][0]
    assert message["text"] == "Frost &lt;3" and message["edited"]["user"] == BOT
    assert message["blocks"]
    assert refused(slack.chat_update, channel=random, ts="1.0", text="x") == "message_not_found"
    general = slack.conversations_list()["channels"][0]["id"]
    assert refused(slack.chat_update, channel=general, ts=ts, text="x") == "message_not_found"
    assert refused(slack.chat_update, channel=random, ts=ts, text="") == "no_text"
    assert refused(slack.chat_update, channel=random, ts=ts, text="x" * 4_001) == "msg_too_long"
    slack.conversations_setTopic(channel=random, topic="t")
    note = slack.conversations_history(channel=random)["messages"][0]["ts"]
    assert refused(slack.chat_update, channel=random, ts=note, text="x") == "cant_update_message"
    reply = slack.chat_postMessage(channel=random, text="r", thread_ts=ts)["ts"]
    slack.chat_update(channel=random, ts=reply, reply_broadcast=True)
    assert slack.conversations_history(channel=random)["messages"][0]["ts"] == reply
    again = refused(slack.chat_update, channel=random, ts=reply, text="x", reply_broadcast=True)
    assert again == "no_dual_broadcast_content_update"
    slack.conversations_archive(channel=random)
    assert refused(slack.chat_update, channel=random, ts=ts, text="x") == "is_inactive"


def test_delete(slack: WebClient, random: str) -> None:
    ts = slack.chat_postMessage(channel=random, text="Oops")["ts"]
    assert slack.chat_delete(channel=random, ts=ts).data == {
        "ok": True,
        "channel": random,
        "ts": ts,
    }
    assert texts(slack.conversations_history(channel=random)) == []
    assert refused(slack.chat_delete, channel=random, ts=ts) == "message_not_found"
    slack.conversations_setTopic(channel=random, topic="t")
    note = slack.conversations_history(channel=random)["messages"][0]["ts"]
    assert refused(slack.chat_delete, channel=random, ts=note) == "cant_delete_message"


def test_ephemeral(slack: WebClient, random: str) -> None:
    shown = slack.chat_postEphemeral(channel=random, user=ADMIN, text="Only you")
    assert re.fullmatch(r"\d{10}\.\d{6}", shown["message_ts"])
    assert texts(slack.conversations_history(channel=random)) == []
    code = refused(slack.chat_delete, channel=random, ts=shown["message_ts"])
    assert code == "message_not_found"
    code = refused(slack.chat_postEphemeral, channel=random, user="U0NOBODY1", text="x")
    assert code == "user_not_in_channel"
    assert refused(slack.chat_postEphemeral, channel=random, user=ADMIN, text="") == "no_text"
    long = "x" * 40_001
    assert (
        refused(slack.chat_postEphemeral, channel=random, user=ADMIN, text=long) == "msg_too_long"
    )


def test_me_message(slack: WebClient, random: str) -> None:
    ts = slack.chat_meMessage(channel=random, text="waves")["ts"]
    (message,) = slack.conversations_history(channel=random)["messages"]
    assert (message["ts"], message["subtype"], message["text"]) == (ts, "me_message", "waves")
    assert refused(slack.chat_meMessage, channel=random, text="") == "no_text"
    assert refused(slack.chat_meMessage, channel=random, text="x" * 40_001) == "msg_too_long"


def test_permalink(slack: WebClient, random: str) -> None:
    ts = slack.chat_postMessage(channel=random, text="x")["ts"]
    link = slack.chat_getPermalink(channel=random, message_ts=ts)["permalink"]
    assert link == f"{slack.auth_test()['url']}archives/{random}/p{ts.replace('.', '')}"
    reply = slack.chat_postMessage(channel=random, text="y", thread_ts=ts)["ts"]
    link = slack.chat_getPermalink(channel=random, message_ts=reply)["permalink"]
    assert link.endswith(f"/p{reply.replace('.', '')}?thread_ts={ts}&cid={random}")
    code = refused(slack.chat_getPermalink, channel=random, message_ts="1.0")
    assert code == "message_not_found"


def test_scheduled(slack: WebClient, random: str) -> None:
    now = slack.users_list()["cache_ts"]
    kept = slack.chat_scheduleMessage(channel=random, post_at=now + 10, text="Later")
    assert kept["scheduled_message_id"].startswith("Q") and kept["post_at"] == now + 10
    assert kept["message"]["type"] == "delayed_message" and "ts" not in kept["message"]
    other = slack.chat_scheduleMessage(channel=random, post_at=now + 500, text="Much later")
    listed = slack.chat_scheduledMessages_list(channel=random)["scheduled_messages"]
    assert [one["text"] for one in listed] == ["Later", "Much later"]
    late = slack.chat_scheduledMessages_list(oldest=str(now + 100))["scheduled_messages"]
    assert [one["id"] for one in late] == [other["scheduled_message_id"]]
    early = slack.chat_scheduledMessages_list(latest=str(now + 100), limit=1)["scheduled_messages"]
    assert [one["id"] for one in early] == [kept["scheduled_message_id"]]
    while slack.users_list()["cache_ts"] < now + 10:
        pass
    assert texts(slack.conversations_history(channel=random)) == ["Later"]
    assert len(slack.chat_scheduledMessages_list()["scheduled_messages"]) == 1
    cancel = {"channel": random, "scheduled_message_id": other["scheduled_message_id"]}
    assert slack.chat_deleteScheduledMessage(**cancel).data == {"ok": True}
    assert refused(slack.chat_deleteScheduledMessage, **cancel) == "invalid_scheduled_message_id"
    assert slack.chat_scheduledMessages_list()["scheduled_messages"] == []
    schedule = slack.chat_scheduleMessage
    assert refused(schedule, channel=random, post_at=now - 5, text="x") == "time_in_past"
    assert refused(schedule, channel=random, post_at=now + 121 * 86_400, text="x") == "time_too_far"
    assert refused(schedule, channel=random, post_at="noon", text="x") == "invalid_time"
    assert refused(slack.chat_scheduledMessages_list, channel="C0NOWHERE1") == "invalid_channel"


def test_reactions(slack: WebClient, random: str) -> None:
    ts = slack.chat_postMessage(channel=random, text="Frost")["ts"]
    here = {"channel": random, "timestamp": ts}
    assert slack.reactions_add(**here, name="snowflake").data == {"ok": True}
    assert refused(slack.reactions_add, **here, name="snowflake") == "already_reacted"
    slack.reactions_add(**here, name="+1")
    expected = [
        {"name": "snowflake", "users": [BOT], "count": 1}, {"name": "+1", "users": [BOT], "count": 1},
    ]  # fmt: skip
    found = slack.reactions_get(**here, full=True)
    assert (found["type"], found["channel"]) == ("message", random)
    assert found["message"]["reactions"] == expected and found["message"]["permalink"]
    assert slack.conversations_history(channel=random)["messages"][0]["reactions"] == expected
    slack.reactions_remove(**here, name="snowflake")
    assert refused(slack.reactions_remove, **here, name="snowflake") == "no_reaction"
    slack.reactions_remove(**here, name="+1")
    assert "reactions" not in slack.reactions_get(**here)["message"]
    assert refused(slack.reactions_add, **here, name=":x:") == "invalid_name"
    add = slack.reactions_add
    assert refused(add, channel=random, timestamp="1.0", name="x") == "message_not_found"
    assert refused(add, channel=random, timestamp="noon", name="x") == "bad_timestamp"
    assert refused(add, channel="C0NOWHERE1", timestamp=ts, name="x") == "channel_not_found"
    assert refused(slack.reactions_get, channel=random) == "no_item_specified"
    assert refused(slack.reactions_get, file="F0NOWHERE1") == "file_not_found"
    code = refused(slack.reactions_remove, name="x", file_comment="Fc0NOWHERE")
    assert code == "file_comment_not_found"


def test_pins(slack: WebClient, random: str) -> None:
    first, second = (slack.chat_postMessage(channel=random, text=text)["ts"] for text in "ab")
    for ts in (first, second):
        assert slack.pins_add(channel=random, timestamp=ts).data == {"ok": True}
    assert refused(slack.pins_add, channel=random, timestamp=first) == "already_pinned"
    newest, oldest = slack.pins_list(channel=random)["items"]
    assert (newest["message"]["ts"], oldest["message"]["ts"]) == (second, first)
    assert (newest["type"], newest["created_by"]) == ("message", BOT)
    assert newest["message"]["pinned_to"] == [random] and newest["message"]["permalink"]
    assert slack.conversations_history(channel=random)["pin_count"] == 2
    assert slack.pins_remove(channel=random, timestamp=first).data == {"ok": True}
    assert refused(slack.pins_remove, channel=random, timestamp=first) == "no_pin"
    slack.chat_delete(channel=random, ts=second)
    assert slack.pins_list(channel=random)["items"] == []
    assert refused(slack.pins_add, channel=random, timestamp="1.0") == "message_not_found"
    assert refused(slack.pins_add, channel=random, timestamp="noon") == "bad_timestamp"
    assert refused(slack.pins_add, channel=random) == "no_item_specified"
    assert refused(slack.pins_list, channel="C0NOWHERE1") == "channel_not_found"
