"""TypedDicts of the contract's schemas; written by twingen, not to be edited."""
from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class Icons(TypedDict):
    image_36: NotRequired[str]
    image_48: NotRequired[str]
    image_72: NotRequired[str]


ChannelId: TypeAlias = str


class InviteError(TypedDict):
    user: str
    ok: Literal[False]
    error: str


class Icons1(TypedDict):
    emoji: NotRequired[str]
    image_64: NotRequired[str]


class NextCursor(TypedDict):
    next_cursor: str


class ResponseMetadata(TypedDict):
    next_cursor: NotRequired[str]
    warnings: NotRequired[list[str]]
    messages: NotRequired[list[str]]


class ScheduledMessage(TypedDict):
    id: str
    channel_id: ChannelId
    post_at: int
    date_created: int
    text: NotRequired[str]


class Success(TypedDict):
    ok: Literal[True]
    warning: NotRequired[str]
    response_metadata: NotRequired[ResponseMetadata]


TeamId: TypeAlias = str


Timestamp: TypeAlias = str


class TopicOrPurpose(TypedDict):
    value: str
    creator: str
    last_set: int


UserId: TypeAlias = str


class UserProfile(TypedDict):
    title: NotRequired[str]
    phone: NotRequired[str]
    skype: NotRequired[str]
    real_name: str
    real_name_normalized: NotRequired[str]
    display_name: NotRequired[str]
    display_name_normalized: NotRequired[str]
    first_name: NotRequired[str]
    last_name: NotRequired[str]
    email: NotRequired[str | None]
    status_text: NotRequired[str]
    status_text_canonical: NotRequired[str]
    status_emoji: NotRequired[str]
    status_expiration: NotRequired[int]
    avatar_hash: NotRequired[str]
    fields: NotRequired[dict[str, Any] | None]
    always_active: NotRequired[bool]
    api_app_id: NotRequired[str]
    bot_id: NotRequired[str]
    is_custom_image: NotRequired[bool]
    image_original: NotRequired[str]
    image_1024: NotRequired[str]
    team: NotRequired[TeamId]
    image_24: NotRequired[str]
    image_32: NotRequired[str]
    image_48: NotRequired[str]
    image_72: NotRequired[str]
    image_192: NotRequired[str]
    image_512: NotRequired[str]


class BotProfile(TypedDict):
    id: str
    app_id: str
    name: str
    icons: Icons
    deleted: bool
    updated: int
    team_id: TeamId


class DelayedMessage(TypedDict):
    type: Literal['delayed_message']
    subtype: NotRequired[str]
    text: str
    username: NotRequired[str]
    user: NotRequired[UserId]
    bot_id: NotRequired[str]
    team: NotRequired[TeamId]
    bot_profile: NotRequired[BotProfile]
    blocks: NotRequired[list[dict[str, Any]]]
    attachments: NotRequired[list[dict[str, Any]]]


class Error(TypedDict):
    ok: Literal[False]
    error: str
    warning: NotRequired[str]
    needed: NotRequired[str]
    provided: NotRequired[str]
    req_method: NotRequired[str]
    response_metadata: NotRequired[ResponseMetadata]
    errors: NotRequired[list[InviteError]]


class Edited(TypedDict):
    user: UserId
    ts: Timestamp


class Reaction(TypedDict):
    name: str
    users: list[UserId]
    count: int


class User(TypedDict):
    id: UserId
    team_id: TeamId
    name: str
    deleted: bool
    color: NotRequired[str]
    real_name: NotRequired[str]
    tz: NotRequired[str | None]
    tz_label: NotRequired[str]
    tz_offset: NotRequired[int]
    profile: UserProfile
    is_admin: NotRequired[bool]
    is_owner: NotRequired[bool]
    is_primary_owner: NotRequired[bool]
    is_restricted: NotRequired[bool]
    is_ultra_restricted: NotRequired[bool]
    is_bot: NotRequired[bool]
    is_app_user: NotRequired[bool]
    is_invited_user: NotRequired[bool]
    updated: NotRequired[int]
    has_2fa: NotRequired[bool]
    two_factor_type: NotRequired[str]
    locale: NotRequired[str]


class Message(TypedDict):
    type: Literal['message']
    subtype: NotRequired[str]
    text: NotRequired[str]
    ts: Timestamp
    user: NotRequired[UserId]
    bot_id: NotRequired[str]
    bot_profile: NotRequired[BotProfile]
    app_id: NotRequired[str]
    username: NotRequired[str]
    icons: NotRequired[Icons1]
    team: NotRequired[TeamId]
    client_msg_id: NotRequired[str]
    blocks: NotRequired[list[dict[str, Any]]]
    attachments: NotRequired[list[dict[str, Any]]]
    edited: NotRequired[Edited]
    thread_ts: NotRequired[Timestamp]
    parent_user_id: NotRequired[UserId]
    reply_count: NotRequired[int]
    reply_users: NotRequired[list[UserId]]
    reply_users_count: NotRequired[int]
    latest_reply: NotRequired[Timestamp]
    subscribed: NotRequired[bool]
    last_read: NotRequired[str]
    unread_count: NotRequired[int]
    reactions: NotRequired[list[Reaction]]
    pinned_to: NotRequired[list[ChannelId]]
    permalink: NotRequired[str]
    inviter: NotRequired[UserId]
    topic: NotRequired[str]
    purpose: NotRequired[str]
    name: NotRequired[str]
    old_name: NotRequired[str]
    bot_link: NotRequired[str]


class PinnedItem(TypedDict):
    type: Literal['message', 'file', 'file_comment']
    created: int
    created_by: UserId
    channel: NotRequired[ChannelId]
    message: NotRequired[Message]


class Conversation(TypedDict):
    id: ChannelId
    name: NotRequired[str]
    is_channel: NotRequired[bool]
    is_group: NotRequired[bool]
    is_im: NotRequired[bool]
    is_mpim: NotRequired[bool]
    is_private: NotRequired[bool]
    created: NotRequired[int]
    creator: NotRequired[UserId]
    is_archived: NotRequired[bool]
    is_general: NotRequired[bool]
    unlinked: NotRequired[int]
    name_normalized: NotRequired[str]
    is_shared: NotRequired[bool]
    is_ext_shared: NotRequired[bool]
    is_org_shared: NotRequired[bool]
    is_pending_ext_shared: NotRequired[bool]
    pending_shared: NotRequired[list[str]]
    pending_connected_team_ids: NotRequired[list[str]]
    shared_team_ids: NotRequired[list[TeamId]]
    parent_conversation: NotRequired[str | None]
    context_team_id: NotRequired[TeamId]
    updated: NotRequired[int]
    is_member: NotRequired[bool]
    topic: NotRequired[TopicOrPurpose]
    purpose: NotRequired[TopicOrPurpose]
    previous_names: NotRequired[list[str]]
    num_members: NotRequired[int]
    last_read: NotRequired[str]
    latest: NotRequired[Message | None]
    unread_count: NotRequired[int]
    unread_count_display: NotRequired[int]
    locale: NotRequired[str]
    user: NotRequired[UserId]
    is_user_deleted: NotRequired[bool]
    is_open: NotRequired[bool]
    priority: NotRequired[float]
