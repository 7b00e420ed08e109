"""TypedDicts of the contract's schemas; written by twingen, not to be edited."""
from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

UserStatus: TypeAlias = Literal['ACTIVE', 'DEPROVISIONED', 'LOCKED_OUT', 'PASSWORD_EXPIRED', 'PROVISIONED', 'RECOVERY', 'STAGED', 'SUSPENDED']


UserNextLogin: TypeAlias = Literal['changePassword']


class UserProfile(TypedDict):
    login: NotRequired[str]
    email: NotRequired[str]
    secondEmail: NotRequired[str | None]
    firstName: NotRequired[str | None]
    lastName: NotRequired[str | None]
    middleName: NotRequired[str | None]
    honorificPrefix: NotRequired[str | None]
    honorificSuffix: NotRequired[str | None]
    title: NotRequired[str | None]
    displayName: NotRequired[str | None]
    nickName: NotRequired[str | None]
    profileUrl: NotRequired[str | None]
    preferredLanguage: NotRequired[str | None]
    timezone: NotRequired[str | None]
    userType: NotRequired[str | None]
    costCenter: NotRequired[str | None]
    organization: NotRequired[str | None]
    division: NotRequired[str | None]
    manager: NotRequired[str | None]
    managerId: NotRequired[str | None]
    department: NotRequired[str]
    employeeNumber: NotRequired[str]
    locale: NotRequired[str]
    primaryPhone: NotRequired[str | None]
    mobilePhone: NotRequired[str | None]
    streetAddress: NotRequired[str | None]
    city: NotRequired[str | None]
    state: NotRequired[str | None]
    zipCode: NotRequired[str | None]
    countryCode: NotRequired[str | None]
    postalAddress: NotRequired[str | None]


class NewUserProfile(UserProfile):
    login: str
    email: str
    firstName: str | None
    lastName: str | None


class PasswordHash(TypedDict):
    algorithm: NotRequired[Literal['BCRYPT', 'MD5', 'PBKDF2', 'SHA-1', 'SHA-256', 'SHA-512']]
    digestAlgorithm: NotRequired[Literal['SHA256_HMAC', 'SHA512_HMAC']]
    iterationCount: NotRequired[int]
    keySize: NotRequired[int]
    salt: NotRequired[str]
    saltOrder: NotRequired[str]
    value: NotRequired[str]
    workFactor: NotRequired[int]


class Hook(TypedDict):
    type: NotRequired[str]


class PasswordCredential(TypedDict):
    value: NotRequired[str]
    hash: NotRequired[PasswordHash]
    hook: NotRequired[Hook]


class RecoveryQuestionCredential(TypedDict):
    question: NotRequired[str]
    answer: NotRequired[str]


class AuthenticationProvider(TypedDict):
    type: NotRequired[Literal['ACTIVE_DIRECTORY', 'FEDERATION', 'IMPORT', 'LDAP', 'OKTA', 'SOCIAL']]
    name: NotRequired[str]


class EmailCredential(TypedDict):
    value: NotRequired[str]
    status: NotRequired[Literal['VERIFIED', 'UNVERIFIED']]
    type: NotRequired[Literal['PRIMARY', 'SECONDARY']]


class UserCredentials(TypedDict):
    password: NotRequired[PasswordCredential]
    emails: NotRequired[list[EmailCredential]]
    recovery_question: NotRequired[RecoveryQuestionCredential]
    provider: NotRequired[AuthenticationProvider]


class Link(TypedDict):
    href: str
    method: NotRequired[Literal['GET', 'POST', 'PUT', 'DELETE']]
    name: NotRequired[str]
    type: NotRequired[str]


class UserTypeRef(TypedDict):
    id: NotRequired[str]


class UserLinks(TypedDict):
    self: Link
    schema: NotRequired[Link]
    type: NotRequired[Link]
    activate: NotRequired[Link]
    reactivate: NotRequired[Link]
    deactivate: NotRequired[Link]
    suspend: NotRequired[Link]
    unsuspend: NotRequired[Link]
    unlock: NotRequired[Link]
    resetPassword: NotRequired[Link]
    expirePassword: NotRequired[Link]
    forgotPassword: NotRequired[Link]
    changePassword: NotRequired[Link]
    changeRecoveryQuestion: NotRequired[Link]
    resetFactors: NotRequired[Link]


class User(TypedDict):
    id: str
    status: UserStatus
    created: str
    activated: str | None
    statusChanged: str | None
    lastLogin: str | None
    lastUpdated: str
    passwordChanged: str | None
    transitioningToStatus: NotRequired[Literal['ACTIVE', 'DEPROVISIONED', 'PROVISIONED'] | None]
    realmId: NotRequired[str]
    type: UserTypeRef
    profile: UserProfile
    credentials: UserCredentials
    field_embedded: NotRequired[dict[str, Any]]
    field_links: UserLinks


class CreateUserRequest(TypedDict):
    profile: NewUserProfile
    credentials: NotRequired[UserCredentials]
    groupIds: NotRequired[list[str]]
    type: NotRequired[UserTypeRef]
    realmId: NotRequired[str]


class UpdateUserRequest(TypedDict):
    profile: NotRequired[UserProfile]
    credentials: NotRequired[UserCredentials]
    type: NotRequired[UserTypeRef]
    realmId: NotRequired[str]


class UserActivationToken(TypedDict):
    activationUrl: NotRequired[str]
    activationToken: NotRequired[str]


class ResetPasswordToken(TypedDict):
    resetPasswordUrl: NotRequired[str]


class ForgotPasswordResponse(TypedDict):
    resetPasswordUrl: NotRequired[str]


class TempPassword(TypedDict):
    tempPassword: NotRequired[str]


class ChangePasswordRequest(TypedDict):
    oldPassword: NotRequired[PasswordCredential]
    newPassword: NotRequired[PasswordCredential]
    revokeSessions: NotRequired[bool]


class AssignedAppLink(TypedDict):
    id: NotRequired[str]
    label: NotRequired[str]
    linkUrl: NotRequired[str]
    logoUrl: NotRequired[str]
    appName: NotRequired[str]
    appInstanceId: NotRequired[str]
    appAssignmentId: NotRequired[str]
    credentialsSetup: NotRequired[bool]
    hidden: NotRequired[bool]
    sortOrder: NotRequired[int]


GroupType: TypeAlias = Literal['APP_GROUP', 'BUILT_IN', 'OKTA_GROUP']


class GroupProfile(TypedDict):
    name: NotRequired[str]
    description: NotRequired[str | None]


class GroupRequest(TypedDict):
    profile: GroupProfile


class GroupLinks(TypedDict):
    self: NotRequired[Link]
    logo: NotRequired[list[Link]]
    users: NotRequired[Link]
    apps: NotRequired[Link]
    source: NotRequired[Link]


class Stats(TypedDict):
    usersCount: NotRequired[int]
    appsCount: NotRequired[int]
    groupPushMappingsCount: NotRequired[int]
    hasAdminPrivlege: NotRequired[bool]


class App(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    label: NotRequired[str]
    signOnMode: NotRequired[str]


class FieldEmbedded(TypedDict):
    stats: NotRequired[Stats]
    app: NotRequired[App]


class Group(TypedDict):
    id: str
    created: str
    lastUpdated: str
    lastMembershipUpdated: str
    objectClass: list[str]
    type: GroupType
    profile: GroupProfile
    field_embedded: NotRequired[FieldEmbedded]
    field_links: GroupLinks


GroupRuleStatus: TypeAlias = Literal['ACTIVE', 'INACTIVE', 'INVALID']


class Expression(TypedDict):
    type: NotRequired[str]
    value: NotRequired[str]


class Users(TypedDict):
    exclude: NotRequired[list[str]]


class Groups(TypedDict):
    exclude: NotRequired[list[str]]


class People(TypedDict):
    users: NotRequired[Users]
    groups: NotRequired[Groups]


class GroupRuleConditions(TypedDict):
    expression: NotRequired[Expression]
    people: NotRequired[People]


class AssignUserToGroups(TypedDict):
    groupIds: NotRequired[list[str]]


class GroupRuleAction(TypedDict):
    assignUserToGroups: NotRequired[AssignUserToGroups]


class FieldEmbedded1(TypedDict):
    groupIdToGroupNameMap: NotRequired[dict[str, str]]


class GroupRule(TypedDict):
    type: Literal['group_rule']
    id: str
    status: GroupRuleStatus
    name: str
    created: str
    lastUpdated: str
    conditions: GroupRuleConditions
    actions: GroupRuleAction
    allGroupsValid: NotRequired[bool]
    field_embedded: NotRequired[FieldEmbedded1]


class CreateGroupRuleRequest(TypedDict):
    type: NotRequired[Literal['group_rule']]
    name: NotRequired[str]
    conditions: NotRequired[GroupRuleConditions]
    actions: NotRequired[GroupRuleAction]


class ReplaceGroupRuleRequest(TypedDict):
    type: NotRequired[Literal['group_rule']]
    id: NotRequired[str]
    status: NotRequired[Literal['ACTIVE', 'INACTIVE', 'INVALID']]
    name: NotRequired[str]
    conditions: NotRequired[GroupRuleConditions]
    actions: NotRequired[GroupRuleAction]


GroupOwnerType: TypeAlias = Literal['GROUP', 'USER']


class GroupOwner(TypedDict):
    id: str
    type: GroupOwnerType
    resolved: NotRequired[bool]
    originId: NotRequired[str | None]
    originType: NotRequired[Literal['APPLICATION', 'OKTA_DIRECTORY']]
    displayName: NotRequired[str]
    lastUpdated: NotRequired[str]


class AssignGroupOwnerRequestBody(TypedDict):
    id: NotRequired[str]
    type: NotRequired[GroupOwnerType]


class Application(TypedDict):
    id: str
    name: NotRequired[str]
    label: NotRequired[str]
    status: NotRequired[Literal['ACTIVE', 'DELETED', 'INACTIVE']]
    created: NotRequired[str]
    lastUpdated: NotRequired[str]
    signOnMode: NotRequired[str]
    features: NotRequired[list[str]]
    accessibility: NotRequired[dict[str, Any]]
    visibility: NotRequired[dict[str, Any]]
    credentials: NotRequired[dict[str, Any]]
    settings: NotRequired[dict[str, Any]]
    field_links: NotRequired[dict[str, Any]]


class ErrorCause(TypedDict):
    errorSummary: NotRequired[str]


class Error(TypedDict):
    errorCode: str
    errorSummary: str
    errorLink: str
    errorId: str
    errorCauses: list[ErrorCause]


class Empty(TypedDict):
    pass
