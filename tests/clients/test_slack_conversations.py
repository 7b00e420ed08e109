"""The Slack twin's conversations.* through slack_sdk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

ADMIN, BOT, COLLEAGUE = "U0TWINADM1", "U0TWINBOT1", "U0TWINJO01"


@pytest.fixture
def slack(served: Callable[..., Any]) -> WebClient:
    twin = served("slack", options=["--clock", "ticking"])
    twin.reset()
    return WebClient(token=twin.token("slack"), base_url=f"{twin.url('slack')}/api/")


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    """Return the code with which a call is refused."""
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def channel(slack: WebClient, name: str) -> dict[str, Any]:
    found = slack.conversations_list()["channels"]
    return next(one for one in found if one["name"] == name)


def subtypes(slack: WebClient, channel: str) -> list[str]:
    """Return the subtypes of a channel's messages, newest first."""
    messages = slack.conversations_history(channel=channel)["messages"]
    return [message.get("subtype", "") for message in messages]


def test_list_by_kind(slack: WebClient) -> None:
    general, random, project = slack.conversations_list()["channels"]
    assert (general["name"], general["is_general"], general["num_members"]) == ("general", True, 3)
    assert random["is_member"] and not random["is_im"] and project["previous_names"] == []
    secret = slack.conversations_create(name="secret", is_private=True)["channel"]
    assert secret["is_private"]
    names = [one["name"] for one in slack.conversations_list(types="private_channel")["channels"]]
    assert names == ["secret"]
    (direct,) = slack.conversations_list(types="im")["channels"]
    assert direct["user"] == "USLACKBOT"
    assert set(direct) == {
        "id", "created", "is_archived", "is_im", "is_org_shared", "user", "is_user_deleted", "priority",
    }  # fmt: skip
    assert refused(slack.conversations_list, types="im,pigeon") == "invalid_types"
    slack.conversations_archive(channel=random["id"])
    assert len(slack.conversations_list()["channels"]) == 3
    assert len(slack.conversations_list(exclude_archived=True)["channels"]) == 2
    assert slack.conversations_list(team_id="T0ELSEWHERE")["channels"] == []


def test_list_by_pages(slack: WebClient) -> None:
    pages = [page["channels"] for page in slack.conversations_list(limit=2)]
    assert [len(page) for page in pages] == [2, 1]
    last = slack.conversations_list()
    assert last["response_metadata"]["next_cursor"] == ""
    assert refused(slack.conversations_list, cursor="made-up") == "invalid_cursor"
    assert refused(slack.conversations_list, limit="many") == "invalid_limit"
    assert len(slack.conversations_list(limit=0)["channels"]) == 3
    assert len(slack.conversations_list(limit=5000)["channels"]) == 3


def test_info(slack: WebClient) -> None:
    general = channel(slack, "general")["id"]
    plain = slack.conversations_info(channel=general)["channel"]
    assert "num_members" not in plain and "locale" not in plain
    more = slack.conversations_info(channel=general, include_num_members=True, include_locale=True)
    assert (more["channel"]["num_members"], more["channel"]["locale"]) == (3, "en-US")
    assert refused(slack.conversations_info, channel="C0NOWHERE1") == "channel_not_found"
    assert refused(slack.conversations_info, channel="general") == "channel_not_found"


def test_create_names(slack: WebClient) -> None:
    made = slack.conversations_create(name="herbs")["channel"]
    assert made["is_member"] and made["creator"] == BOT and made["latest"] is None
    assert subtypes(slack, made["id"]) == ["channel_join"]
    assert refused(slack.conversations_create, name="herbs") == "name_taken"
    away = {"name": "x", "team_id": "T0ELSEWHERE"}
    assert refused(slack.conversations_create, **away) == "invalid_arguments"
    assert refused(slack.conversations_create, name="") == "invalid_name_required"
    assert refused(slack.conversations_create, name="x" * 81) == "invalid_name_maxlength"
    assert refused(slack.conversations_create, name="--..") == "invalid_name_punctuation"
    assert refused(slack.conversations_create, name="Herbs and more") == "invalid_name_specials"


def test_rename(slack: WebClient) -> None:
    made = slack.conversations_create(name="herbs")["channel"]["id"]
    renamed = slack.conversations_rename(channel=made, name="spices")["channel"]
    assert (renamed["name"], renamed["name_normalized"]) == ("spices", "spices")
    assert renamed["previous_names"] == ["herbs"]
    note = slack.conversations_history(channel=made)["messages"][0]
    assert (note["subtype"], note["old_name"], note["name"]) == ("channel_name", "herbs", "spices")
    assert refused(slack.conversations_rename, channel=made, name="general") == "name_taken"
    assert refused(slack.conversations_rename, channel=made, name="NO") == "invalid_name_specials"
    slack.conversations_create(name="herbs")


def test_archive(slack: WebClient) -> None:
    general, random = channel(slack, "general")["id"], channel(slack, "random")["id"]
    assert refused(slack.conversations_archive, channel=general) == "cant_archive_general"
    assert refused(slack.conversations_unarchive, channel=random) == "not_archived"
    assert slack.conversations_archive(channel=random).data == {"ok": True}
    assert slack.conversations_info(channel=random)["channel"]["is_archived"]
    assert refused(slack.conversations_archive, channel=random) == "already_archived"
    assert refused(slack.chat_postMessage, channel=random, text="Hi") == "is_archived"
    assert refused(slack.conversations_join, channel=random) == "is_archived"
    assert refused(slack.conversations_setTopic, channel=random, topic="x") == "is_archived"
    slack.conversations_unarchive(channel=random)
    assert subtypes(slack, random) == ["channel_unarchive", "channel_archive"]
    (direct,) = slack.conversations_list(types="im")["channels"]
    code = refused(slack.conversations_archive, channel=direct["id"])
    assert code == "method_not_supported_for_channel_type"


def test_topic_and_purpose(slack: WebClient) -> None:
    project = channel(slack, "garden-plan")["id"]
    topic = slack.conversations_setTopic(channel=project, topic="Frost")["channel"]["topic"]
    assert (topic["value"], topic["creator"]) == ("Frost", BOT) and topic["last_set"] > 0
    slack.conversations_setPurpose(channel=project, purpose="Cuttings")
    assert slack.conversations_info(channel=project)["channel"]["purpose"]["value"] == "Cuttings"
    purpose, topic = slack.conversations_history(channel=project)["messages"]
    assert topic["text"] == f"<@{BOT}> set the channel topic: Frost"
    assert (purpose["subtype"], purpose["purpose"]) == ("channel_purpose", "Cuttings")
    assert refused(slack.conversations_setTopic, channel=project, topic="x" * 251) == "too_long"
    assert refused(slack.conversations_setPurpose, channel=project, purpose="x" * 251) == "too_long"
    with pytest.raises(SlackApiError) as caught:
        slack.api_call("conversations.setPurpose", data={"channel": project})
    told = caught.value.response["response_metadata"]["messages"]
    assert told == ["[ERROR] missing required field: purpose"]


def test_join_and_leave(slack: WebClient) -> None:
    general, random = channel(slack, "general")["id"], channel(slack, "random")["id"]
    again = slack.conversations_join(channel=random)
    assert again["warning"] == "already_in_channel"
    assert again["response_metadata"]["warnings"] == ["already_in_channel"]
    assert refused(slack.conversations_leave, channel=general) == "cant_leave_general"
    assert slack.conversations_leave(channel=random).data == {"ok": True}
    assert not channel(slack, "random")["is_member"]
    with pytest.raises(SlackApiError) as caught:
        slack.conversations_leave(channel=random)
    assert caught.value.response.data == {"ok": False, "not_in_channel": True}
    assert refused(slack.chat_postMessage, channel=random, text="Hi") == "not_in_channel"
    assert refused(slack.conversations_history, channel=random) == "not_in_channel"
    assert slack.conversations_join(channel=random)["channel"]["is_member"]
    assert subtypes(slack, random) == ["channel_join", "channel_leave"]
    own = slack.conversations_create(name="alone")["channel"]["id"]
    assert refused(slack.conversations_leave, channel=own) == "last_member"


def test_invite(slack: WebClient) -> None:
    made = slack.conversations_create(name="herbs")["channel"]["id"]
    assert slack.conversations_invite(channel=made, users=ADMIN)["channel"]["id"] == made
    note = slack.conversations_history(channel=made)["messages"][0]
    assert (note["user"], note["inviter"]) == (ADMIN, BOT)
    with pytest.raises(SlackApiError) as caught:
        slack.conversations_invite(channel=made, users=[ADMIN])
    assert caught.value.response.data == {
        "ok": False,
        "error": "already_in_channel",
        "errors": [{"user": ADMIN, "ok": False, "error": "already_in_channel"}],
    }
    assert refused(slack.conversations_invite, channel=made, users="") == "no_user"
    assert refused(slack.conversations_invite, channel=made, users=BOT) == "cant_invite_self"
    assert refused(slack.conversations_invite, channel=made, users="U0NOBODY1") == "user_not_found"
    both = f"U0NOBODY1,{COLLEAGUE}"
    assert refused(slack.conversations_invite, channel=made, users=both) == "user_not_found"
    assert COLLEAGUE not in slack.conversations_members(channel=made)["members"]
    forced = slack.conversations_invite(channel=made, users=both, force=True)
    assert [error["user"] for error in forced["errors"]] == ["U0NOBODY1"]
    assert COLLEAGUE in slack.conversations_members(channel=made)["members"]
    crowd = [f"U0CROWD{number}" for number in range(101)]
    assert refused(slack.conversations_invite, channel=made, users=crowd) == "too_many_users"


def test_kick(slack: WebClient) -> None:
    general, random = channel(slack, "general")["id"], channel(slack, "random")["id"]
    assert (
        refused(slack.conversations_kick, channel=general, user=ADMIN) == "cant_kick_from_general"
    )
    assert refused(slack.conversations_kick, channel=random, user=BOT) == "cant_kick_self"
    assert refused(slack.conversations_kick, channel=random, user="U0NOBODY1") == "user_not_found"
    assert slack.conversations_kick(channel=random, user=ADMIN).data == {"ok": True, "errors": {}}
    assert ADMIN not in slack.conversations_members(channel=random)["members"]
    assert refused(slack.conversations_kick, channel=random, user=ADMIN) == "not_in_channel"


def test_members_by_pages(slack: WebClient) -> None:
    general = channel(slack, "general")["id"]
    pages = [page["members"] for page in slack.conversations_members(channel=general, limit=2)]
    assert [len(page) for page in pages] == [2, 1]
    assert {user for page in pages for user in page} == {ADMIN, BOT, COLLEAGUE}
    (direct,) = slack.conversations_list(types="im")["channels"]
    both = slack.conversations_members(channel=direct["id"])["members"]
    assert set(both) == {"USLACKBOT", BOT}
    assert refused(slack.conversations_members, channel="D0NOWHERE1") == "channel_not_found"


def test_mark(slack: WebClient) -> None:
    general = channel(slack, "general")["id"]
    posted = slack.chat_postMessage(channel=general, text="Read me")["ts"]
    assert slack.conversations_mark(channel=general, ts=posted).data == {"ok": True}
    assert slack.conversations_info(channel=general)["channel"]["last_read"] == posted
    assert refused(slack.conversations_mark, channel=general, ts="noon") == "invalid_timestamp"
    slack.conversations_leave(channel=channel(slack, "random")["id"])
    random = channel(slack, "random")["id"]
    assert refused(slack.conversations_mark, channel=random, ts=posted) == "not_in_channel"


def test_open_and_close(slack: WebClient) -> None:
    opened = slack.conversations_open(users=ADMIN)
    assert opened.data == {"ok": True, "channel": {"id": opened["channel"]["id"]}}
    direct = opened["channel"]["id"]
    again = slack.conversations_open(users=[ADMIN], return_im=True)
    assert again["no_op"] and again["already_open"]
    assert (again["channel"]["id"], again["channel"]["user"]) == (direct, ADMIN)
    assert slack.conversations_close(channel=direct).data == {"ok": True}
    assert slack.conversations_close(channel=direct)["already_closed"]
    assert slack.conversations_open(channel=direct).data == {"ok": True, "channel": {"id": direct}}
    group = slack.conversations_open(users=[ADMIN, COLLEAGUE], return_im=True)["channel"]
    assert group["is_mpim"] and group["is_private"]
    assert slack.conversations_open(users=[COLLEAGUE, ADMIN])["channel"]["id"] == group["id"]
    assert set(slack.conversations_members(channel=group["id"])["members"]) == {
        ADMIN,
        BOT,
        COLLEAGUE,
    }
    assert "channel" not in slack.conversations_open(users=[COLLEAGUE], prevent_creation=True).data
    assert refused(slack.api_call, api_method="conversations.open") == "users_list_not_supplied"
    assert refused(slack.conversations_open, users="U0NOBODY1") == "user_not_found"
    assert refused(slack.conversations_open, users=BOT) == "not_enough_users"
    assert refused(slack.conversations_open, users=[f"U{n}" for n in range(9)]) == "too_many_users"
    general = channel(slack, "general")["id"]
    code = refused(slack.conversations_close, channel=general)
    assert code == "method_not_supported_for_channel_type"
