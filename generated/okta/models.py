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


class Hints(TypedDict):
    allow: NotRequired[list[Literal['DELETE', 'GET', 'POST', 'PUT']]]


class HintedLink(TypedDict):
    href: str
    hints: NotRequired[Hints]
    name: NotRequired[str]
    type: NotRequired[str]
    templated: NotRequired[bool]


class AuthorizationServerSigning(TypedDict):
    kid: NotRequired[str]
    lastRotated: NotRequired[str]
    nextRotation: NotRequired[str]
    rotationMode: NotRequired[Literal['AUTO', 'MANUAL']]
    use: NotRequired[Literal['sig']]


class AuthorizationServerCredentials(TypedDict):
    signing: NotRequired[AuthorizationServerSigning]


class AuthorizationServerLinks(TypedDict):
    scopes: NotRequired[HintedLink]
    claims: NotRequired[HintedLink]
    policies: NotRequired[HintedLink]
    self: NotRequired[HintedLink]
    rotateKey: NotRequired[HintedLink]
    deactivate: NotRequired[HintedLink]
    metadata: NotRequired[list[HintedLink]]


class AuthorizationServer(TypedDict):
    id: str
    name: str
    description: NotRequired[str]
    audiences: list[str]
    issuer: str
    issuerMode: NotRequired[Literal['CUSTOM_URL', 'DYNAMIC', 'ORG_URL']]
    status: Literal['ACTIVE', 'INACTIVE']
    created: str
    lastUpdated: str
    credentials: NotRequired[AuthorizationServerCredentials]
    accessTokenEncryptedResponseAlgorithm: NotRequired[Literal['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512']]
    jwks_uri: NotRequired[str]
    field_links: AuthorizationServerLinks


class AuthorizationServerRequest(TypedDict):
    name: str
    description: NotRequired[str]
    audiences: list[str]
    issuerMode: NotRequired[Literal['CUSTOM_URL', 'DYNAMIC', 'ORG_URL']]
    status: NotRequired[Literal['ACTIVE', 'INACTIVE']]
    credentials: NotRequired[AuthorizationServerCredentials]
    accessTokenEncryptedResponseAlgorithm: NotRequired[Literal['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512']]
    jwks_uri: NotRequired[str]


class FieldLinks(TypedDict):
    self: NotRequired[HintedLink]


class OAuth2Scope(TypedDict):
    id: str
    name: str
    description: NotRequired[str]
    displayName: NotRequired[str]
    consent: Literal['FLEXIBLE', 'IMPLICIT', 'REQUIRED']
    optional: NotRequired[bool]
    default: bool
    metadataPublish: Literal['ALL_CLIENTS', 'NO_CLIENTS']
    system: bool
    field_links: NotRequired[FieldLinks]


class OAuth2ScopeRequest(TypedDict):
    name: str
    description: NotRequired[str]
    displayName: NotRequired[str]
    consent: NotRequired[Literal['FLEXIBLE', 'IMPLICIT', 'REQUIRED']]
    optional: NotRequired[bool]
    default: NotRequired[bool]
    metadataPublish: NotRequired[Literal['ALL_CLIENTS', 'NO_CLIENTS']]


class OAuth2ClaimConditions(TypedDict):
    scopes: NotRequired[list[str]]


class OAuth2Claim(TypedDict):
    id: str
    name: str
    status: NotRequired[Literal['ACTIVE', 'INACTIVE']]
    claimType: Literal['IDENTITY', 'RESOURCE']
    valueType: Literal['EXPRESSION', 'GROUPS', 'SYSTEM']
    value: NotRequired[str]
    group_filter_type: NotRequired[Literal['CONTAINS', 'EQUALS', 'REGEX', 'STARTS_WITH']]
    conditions: NotRequired[OAuth2ClaimConditions]
    alwaysIncludeInToken: NotRequired[bool]
    system: bool
    field_links: NotRequired[FieldLinks]


class OAuth2ClaimRequest(TypedDict):
    name: str
    status: NotRequired[Literal['ACTIVE', 'INACTIVE']]
    claimType: Literal['IDENTITY', 'RESOURCE']
    valueType: Literal['EXPRESSION', 'GROUPS', 'SYSTEM']
    value: NotRequired[str]
    group_filter_type: NotRequired[Literal['CONTAINS', 'EQUALS', 'REGEX', 'STARTS_WITH']]
    conditions: NotRequired[OAuth2ClaimConditions]
    alwaysIncludeInToken: NotRequired[bool]


class Clients(TypedDict):
    include: NotRequired[list[str]]


class AuthorizationServerPolicyConditions(TypedDict):
    clients: NotRequired[Clients]


class AuthorizationServerPolicyLinks(TypedDict):
    self: NotRequired[HintedLink]
    activate: NotRequired[HintedLink]
    deactivate: NotRequired[HintedLink]
    rules: NotRequired[HintedLink]


class AuthorizationServerPolicy(TypedDict):
    id: str
    type: NotRequired[Literal['OAUTH_AUTHORIZATION_POLICY']]
    name: str
    description: NotRequired[str]
    priority: NotRequired[int]
    status: Literal['ACTIVE', 'INACTIVE']
    conditions: NotRequired[AuthorizationServerPolicyConditions]
    system: bool
    created: str
    lastUpdated: str
    field_links: AuthorizationServerPolicyLinks


class AuthorizationServerPolicyRequest(TypedDict):
    type: NotRequired[Literal['OAUTH_AUTHORIZATION_POLICY']]
    name: str
    description: str
    priority: NotRequired[int]
    status: NotRequired[Literal['ACTIVE', 'INACTIVE']]
    conditions: NotRequired[AuthorizationServerPolicyConditions]


class Users1(TypedDict):
    include: NotRequired[list[str]]
    exclude: NotRequired[list[str]]


class Groups1(TypedDict):
    include: NotRequired[list[str]]
    exclude: NotRequired[list[str]]


class AuthorizationServerPeople(TypedDict):
    users: NotRequired[Users1]
    groups: NotRequired[Groups1]


class GrantTypes(TypedDict):
    include: NotRequired[list[str]]


class Scopes(TypedDict):
    include: NotRequired[list[str]]


class AuthorizationServerRuleConditions(TypedDict):
    people: NotRequired[AuthorizationServerPeople]
    grantTypes: NotRequired[GrantTypes]
    scopes: NotRequired[Scopes]


class InlineHook(TypedDict):
    id: NotRequired[str]


class Token(TypedDict):
    accessTokenLifetimeMinutes: NotRequired[int]
    refreshTokenLifetimeMinutes: NotRequired[int]
    refreshTokenWindowMinutes: NotRequired[int]
    inlineHook: NotRequired[InlineHook]


class AuthorizationServerRuleActions(TypedDict):
    token: NotRequired[Token]


class AuthorizationServerRuleLinks(TypedDict):
    self: NotRequired[HintedLink]
    activate: NotRequired[HintedLink]
    deactivate: NotRequired[HintedLink]


class AuthorizationServerPolicyRule(TypedDict):
    id: str
    type: Literal['RESOURCE_ACCESS']
    name: str
    priority: NotRequired[int]
    status: Literal['ACTIVE', 'INACTIVE']
    conditions: AuthorizationServerRuleConditions
    actions: NotRequired[AuthorizationServerRuleActions]
    system: bool
    created: str
    lastUpdated: str
    field_links: AuthorizationServerRuleLinks


class AuthorizationServerPolicyRuleRequest(TypedDict):
    type: Literal['RESOURCE_ACCESS']
    name: str
    priority: NotRequired[int]
    status: NotRequired[Literal['ACTIVE', 'INACTIVE']]
    conditions: AuthorizationServerRuleConditions
    actions: NotRequired[AuthorizationServerRuleActions]


class AuthorizationServerJsonWebKey(TypedDict):
    status: Literal['ACTIVE', 'EXPIRED', 'NEXT']
    alg: str
    e: NotRequired[str]
    n: NotRequired[str]
    kid: str
    kty: str
    use: str
    field_links: NotRequired[FieldLinks]


class AuthorizationServerKeyRotation(TypedDict):
    use: Literal['sig']


AppSignOnMode: TypeAlias = Literal['AUTO_LOGIN', 'BASIC_AUTH', 'BOOKMARK', 'BROWSER_PLUGIN', 'OPENID_CONNECT', 'SAML_1_1', 'SAML_2_0', 'SECURE_PASSWORD_STORE', 'WS_FEDERATION']


class AppAccessibility(TypedDict):
    selfService: NotRequired[bool]
    errorRedirectUrl: NotRequired[str | None]
    loginRedirectUrl: NotRequired[str | None]


class Hide(TypedDict):
    iOS: NotRequired[bool]
    web: NotRequired[bool]


class AppVisibility(TypedDict):
    autoLaunch: NotRequired[bool]
    autoSubmitToolbar: NotRequired[bool]
    hide: NotRequired[Hide]
    appLinks: NotRequired[dict[str, bool]]


class AppUserNameTemplate(TypedDict):
    template: NotRequired[str]
    type: NotRequired[Literal['NONE', 'BUILT_IN', 'CUSTOM', '']]
    pushStatus: NotRequired[Literal['PUSH', 'DONT_PUSH', 'NOT_CONFIGURED']]
    userSuffix: NotRequired[str]


class AppSigning(TypedDict):
    kid: NotRequired[str]
    rotationMode: NotRequired[str]
    lastRotated: NotRequired[str]
    nextRotation: NotRequired[str]
    use: NotRequired[Literal['sig']]


class AppOAuthClientCredentials(TypedDict):
    client_id: NotRequired[str]
    client_secret: NotRequired[str]
    token_endpoint_auth_method: NotRequired[Literal['client_secret_basic', 'client_secret_jwt', 'client_secret_post', 'none', 'private_key_jwt']]
    autoKeyRotation: NotRequired[bool]
    pkce_required: NotRequired[bool]


class Password(TypedDict):
    value: NotRequired[str]


class AppCredentials(TypedDict):
    scheme: NotRequired[Literal['ADMIN_SETS_CREDENTIALS', 'EDIT_PASSWORD_ONLY', 'EDIT_USERNAME_AND_PASSWORD', 'EXTERNAL_PASSWORD_SYNC', 'SHARED_USERNAME_AND_PASSWORD']]
    userName: NotRequired[str]
    password: NotRequired[Password]
    revealPassword: NotRequired[bool]
    userNameTemplate: NotRequired[AppUserNameTemplate]
    signing: NotRequired[AppSigning]
    oauthClient: NotRequired[AppOAuthClientCredentials]


class RefreshToken(TypedDict):
    rotation_type: Literal['ROTATE', 'STATIC']
    leeway: NotRequired[int]


class IdpInitiatedLogin(TypedDict):
    mode: Literal['DISABLED', 'SPEC', 'OKTA']
    default_scope: NotRequired[list[str]]


class AppOAuthClientSettings(TypedDict):
    application_type: NotRequired[Literal['browser', 'native', 'service', 'web']]
    grant_types: list[Literal['authorization_code', 'client_credentials', 'implicit', 'interaction_code', 'password', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code', 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'urn:ietf:params:oauth:grant-type:saml2-bearer', 'urn:ietf:params:oauth:grant-type:token-exchange', 'urn:openid:params:grant-type:ciba', 'urn:okta:params:oauth:grant-type:otp', 'urn:okta:params:oauth:grant-type:oob', 'http://auth0.com/oauth/grant-type/mfa-otp', 'http://auth0.com/oauth/grant-type/mfa-oob']]
    response_types: NotRequired[list[Literal['code', 'id_token', 'token']] | None]
    redirect_uris: NotRequired[list[str] | None]
    post_logout_redirect_uris: NotRequired[list[str]]
    client_uri: NotRequired[str]
    logo_uri: NotRequired[str]
    tos_uri: NotRequired[str]
    policy_uri: NotRequired[str]
    consent_method: NotRequired[Literal['REQUIRED', 'TRUSTED']]
    issuer_mode: NotRequired[Literal['CUSTOM_URL', 'DYNAMIC', 'ORG_URL']]
    wildcard_redirect: NotRequired[Literal['DISABLED', 'SUBDOMAIN']]
    dpop_bound_access_tokens: NotRequired[bool]
    initiate_login_uri: NotRequired[str]
    jwks_uri: NotRequired[str]
    refresh_token: NotRequired[RefreshToken]
    idp_initiated_login: NotRequired[IdpInitiatedLogin]


class Network(TypedDict):
    connection: NotRequired[Literal['ANYWHERE', 'DISABLED', 'OFF_NETWORK', 'ON_NETWORK']]


class Vpn(TypedDict):
    network: Network
    message: NotRequired[str | None]
    helpUrl: NotRequired[str | None]


class Notifications(TypedDict):
    vpn: NotRequired[Vpn]


class Notes(TypedDict):
    admin: NotRequired[str | None]
    enduser: NotRequired[str | None]


class AppSettings(TypedDict):
    app: NotRequired[dict[str, Any]]
    signOn: NotRequired[dict[str, Any]]
    oauthClient: NotRequired[AppOAuthClientSettings]
    notifications: NotRequired[Notifications]
    notes: NotRequired[Notes]
    manualProvisioning: NotRequired[bool]
    implicitAssignment: NotRequired[bool]
    inlineHookId: NotRequired[str]
    identityStoreId: NotRequired[str]
    emOptInStatus: NotRequired[Literal['DISABLED', 'DISABLING', 'ENABLED', 'ENABLING', 'NONE']]


class Licensing(TypedDict):
    seatCount: NotRequired[int]


class AppReplacement(TypedDict):
    label: str
    signOnMode: AppSignOnMode
    accessibility: NotRequired[AppAccessibility]
    visibility: NotRequired[AppVisibility]
    credentials: NotRequired[AppCredentials]
    settings: NotRequired[AppSettings]
    licensing: NotRequired[Licensing]
    profile: NotRequired[dict[str, Any]]


class AppRequest(AppReplacement):
    name: NotRequired[str]


class AppUserCredentials(TypedDict):
    userName: NotRequired[str]
    password: NotRequired[Password]


class FieldEmbedded3(TypedDict):
    user: NotRequired[dict[str, Any]]


class AppUserAssignment(TypedDict):
    id: str
    scope: NotRequired[Literal['USER', 'GROUP']]
    credentials: NotRequired[AppUserCredentials]
    profile: NotRequired[dict[str, Any]]


class AppUserChange(TypedDict):
    scope: NotRequired[Literal['USER', 'GROUP']]
    credentials: NotRequired[AppUserCredentials]
    profile: NotRequired[dict[str, Any]]


class FieldEmbedded4(TypedDict):
    group: NotRequired[dict[str, Any]]
    metadata: NotRequired[dict[str, Any]]


class AppGroupAssignmentRequest(TypedDict):
    priority: NotRequired[int]
    profile: NotRequired[dict[str, Any]]


class AppGroupPatchItem(TypedDict):
    op: Literal['remove', 'replace']
    path: str
    value: NotRequired[Any]


AppGroupPatch: TypeAlias = list[AppGroupPatchItem]


ApplicationKey = TypedDict(
    'ApplicationKey',
    {
        'kid': str,
        'created': NotRequired[str],
        'lastUpdated': NotRequired[str],
        'expiresAt': NotRequired[str],
        'kty': Literal['RSA'],
        'use': Literal['sig'],
        'e': NotRequired[str],
        'n': NotRequired[str],
        'x5c': NotRequired[list[str]],
        'x5t#S256': NotRequired[str],
    },
)


class OAuth2ClientSecretRequest(TypedDict):
    client_secret: NotRequired[str]
    status: NotRequired[Literal['ACTIVE', 'INACTIVE']]


class Hints1(TypedDict):
    allow: NotRequired[list[Literal['GET', 'POST', 'PUT', 'PATCH', 'DELETE']]]


class LinkWithHints(TypedDict):
    href: str
    name: NotRequired[str]
    type: NotRequired[str]
    hints: NotRequired[Hints1]


class NetworkZoneAddress(TypedDict):
    type: Literal['CIDR', 'RANGE']
    value: str


class NetworkZoneLocation(TypedDict):
    country: NotRequired[str]
    region: NotRequired[str | None]


NetworkZoneIpService: TypeAlias = Literal['ABCPROXY_PROXY', 'ALL_ANONYMIZERS', 'ALL_ANONYMIZERS_EXCEPT_TOR', 'ALL_IP_SERVICES', 'ALL_PROXIES_VPNS', 'ANONYMIZER_TOR', 'APPLE_ICLOUD_RELAY_PROXY', 'ASTRILL_VPN', 'AVAST_VPN', 'BIGMAMA_PROXY', 'CYBERGHOST_VPN', 'DATAIMPULSE_PROXY', 'EXPRESS_VPN', 'FACELESS_PROXY', 'FROXY_PROXY', 'GEONODE_PROXY', 'GLOBALPROTECT_VPN', 'GOOGLE_VPN', 'IPCOLA_PROXY', 'IPIDEA_PROXY', 'IPROXYSHOP_PROXY', 'LUMINATI_PROXY', 'MULLVAD_VPN', 'NETNUT_PROXY', 'NEXUS_PROXY', 'NORD_VPN', 'OCULUS_PROXY', 'OXYLABS_PROXY', 'PIA_VPN', 'PROXYRACK_PROXY', 'SAMSUNG_VPN', 'SPACEPROXIES_PROXY', 'SURFSHARK_VPN', 'SYMANTEC_VPN', 'TRENDMICRO_VPN', 'ULTRASURF_VPN', 'WARP_VPN', 'YILU_PROXY']


class Locations(TypedDict):
    include: NotRequired[list[NetworkZoneLocation]]
    exclude: NotRequired[list[NetworkZoneLocation]]


class Asns(TypedDict):
    include: NotRequired[list[str]]
    exclude: NotRequired[list[str]]


class IpServiceCategories(TypedDict):
    include: NotRequired[list[NetworkZoneIpService]]
    exclude: NotRequired[list[NetworkZoneIpService]]


class FieldLinks6(TypedDict):
    self: NotRequired[HintedLink]
    activate: NotRequired[HintedLink]
    deactivate: NotRequired[HintedLink]


class NetworkZone(TypedDict):
    type: Literal['DYNAMIC', 'DYNAMIC_V2', 'IP']
    id: str
    name: str
    status: Literal['ACTIVE', 'INACTIVE']
    usage: NotRequired[Literal['BLOCKLIST', 'POLICY']]
    created: str
    lastUpdated: str
    system: bool
    gateways: NotRequired[list[NetworkZoneAddress] | None]
    proxies: NotRequired[list[NetworkZoneAddress] | None]
    proxyType: NotRequired[Literal['Any', 'NotTorAnonymizer', 'Tor', ''] | None]
    locations: NotRequired[list[NetworkZoneLocation] | Locations]
    asns: NotRequired[list[str] | Asns]
    ipServiceCategories: NotRequired[IpServiceCategories]
    field_links: FieldLinks6


class NetworkZoneRequest(TypedDict):
    type: Literal['DYNAMIC', 'DYNAMIC_V2', 'IP']
    name: str
    status: NotRequired[Literal['ACTIVE', 'INACTIVE']]
    usage: NotRequired[Literal['BLOCKLIST', 'POLICY']]
    gateways: NotRequired[list[NetworkZoneAddress] | None]
    proxies: NotRequired[list[NetworkZoneAddress] | None]
    proxyType: NotRequired[Literal['Any', 'NotTorAnonymizer', 'Tor', ''] | None]
    locations: NotRequired[list[NetworkZoneLocation] | Locations]
    asns: NotRequired[list[str] | Asns]
    ipServiceCategories: NotRequired[IpServiceCategories]
    useAsExemptList: NotRequired[bool]


class TrustedOriginScope(TypedDict):
    type: Literal['CORS', 'IFRAME_EMBED', 'REDIRECT']
    allowedOktaApps: NotRequired[list[Literal['OKTA_ENDUSER']]]


class TrustedOrigin(TypedDict):
    id: str
    name: str
    origin: str
    scopes: list[TrustedOriginScope]
    status: Literal['ACTIVE', 'INACTIVE']
    created: str
    createdBy: str
    lastUpdated: str
    lastUpdatedBy: str
    field_links: FieldLinks6


class CreateTrustedOriginRequest(TypedDict):
    name: str
    origin: str
    scopes: list[TrustedOriginScope]


class ReplaceTrustedOriginRequest(TypedDict):
    name: str
    origin: str
    scopes: list[TrustedOriginScope]
    status: NotRequired[Literal['ACTIVE', 'INACTIVE']]


class EventHookHeader(TypedDict):
    key: NotRequired[str]
    value: NotRequired[str]


class AuthScheme(TypedDict):
    type: NotRequired[Literal['HEADER']]
    key: NotRequired[str]


class Config(TypedDict):
    uri: str
    headers: NotRequired[list[EventHookHeader]]
    method: NotRequired[str]
    authScheme: NotRequired[AuthScheme]


class EventHookChannel(TypedDict):
    type: Literal['HTTP']
    version: str
    config: Config


class AuthScheme1(TypedDict):
    type: NotRequired[Literal['HEADER']]
    key: NotRequired[str]
    value: NotRequired[str]


class Config1(TypedDict):
    uri: str
    headers: NotRequired[list[EventHookHeader]]
    method: NotRequired[str]
    authScheme: NotRequired[AuthScheme1]


class EventHookChannelRequest(TypedDict):
    type: Literal['HTTP']
    version: str
    config: Config1


class Condition(TypedDict):
    version: NotRequired[str | None]
    expression: NotRequired[str]


class EventFilterMapItem(TypedDict):
    event: NotRequired[str]
    condition: NotRequired[Condition]


class Filter(TypedDict):
    type: NotRequired[str]
    eventFilterMap: NotRequired[list[EventFilterMapItem]]


class EventHookSubscriptions(TypedDict):
    type: Literal['EVENT_TYPE']
    items: list[str]
    filter: NotRequired[Filter | None]


class FieldLinks8(TypedDict):
    self: NotRequired[HintedLink]
    activate: NotRequired[HintedLink]
    deactivate: NotRequired[HintedLink]
    verify: NotRequired[HintedLink]


class EventHook(TypedDict):
    id: str
    status: Literal['ACTIVE', 'INACTIVE']
    verificationStatus: Literal['UNVERIFIED', 'VERIFIED']
    name: str
    description: NotRequired[str | None]
    created: str
    createdBy: str
    lastUpdated: str
    events: EventHookSubscriptions
    channel: EventHookChannel
    field_links: FieldLinks8


class EventHookRequest(TypedDict):
    name: str
    description: NotRequired[str | None]
    events: EventHookSubscriptions
    channel: EventHookChannelRequest


PolicyKind: TypeAlias = Literal['ACCESS_POLICY', 'ENTITY_RISK', 'IDP_DISCOVERY', 'MFA_ENROLL', 'OKTA_SIGN_ON', 'PASSWORD', 'POST_AUTH_SESSION', 'PROFILE_ENROLLMENT', 'DEVICE_SIGNAL_COLLECTION', 'SESSION_VIOLATION_DETECTION', 'CLIENT_UPDATE', 'IDENTITY_CLAIM_SOURCING']


PolicyRuleKind: TypeAlias = Literal['ACCESS_POLICY', 'DEVICE_SIGNAL_COLLECTION', 'ENTITY_RISK', 'IDP_DISCOVERY', 'MFA_ENROLL', 'PASSWORD', 'POST_AUTH_SESSION', 'PROFILE_ENROLLMENT', 'SIGN_ON', 'SESSION_VIOLATION_DETECTION', 'CLIENT_UPDATE', 'IDENTITY_CLAIM_SOURCING']


class PolicyPeople(TypedDict):
    users: NotRequired[Users1]
    groups: NotRequired[Groups1]


class PolicyNetwork(TypedDict):
    connection: NotRequired[Literal['ANYWHERE', 'ZONE']]
    include: NotRequired[list[str]]
    exclude: NotRequired[list[str]]


class AuthProvider(TypedDict):
    provider: NotRequired[Literal['ACTIVE_DIRECTORY', 'ANY', 'LDAP', 'OKTA']]
    include: NotRequired[list[str]]


class PolicyConditions(TypedDict):
    people: NotRequired[PolicyPeople]
    authProvider: NotRequired[AuthProvider]


class Common(TypedDict):
    exclude: NotRequired[bool]


class Dictionary(TypedDict):
    common: NotRequired[Common]


class Complexity(TypedDict):
    minLength: NotRequired[int]
    minLowerCase: NotRequired[int]
    minUpperCase: NotRequired[int]
    minNumber: NotRequired[int]
    minSymbol: NotRequired[int]
    excludeUsername: NotRequired[bool]
    excludeAttributes: NotRequired[list[str]]
    dictionary: NotRequired[Dictionary]
    maxConsecutiveCharacters: NotRequired[int]


class Age(TypedDict):
    maxAgeDays: NotRequired[int]
    expireWarnDays: NotRequired[int]
    minAgeMinutes: NotRequired[int]
    historyCount: NotRequired[int]


class Lockout(TypedDict):
    maxAttempts: NotRequired[int]
    autoUnlockMinutes: NotRequired[int]
    showLockoutFailures: NotRequired[bool]
    userLockoutNotificationChannels: NotRequired[list[Literal['EMAIL']]]


class PasswordSettings(TypedDict):
    complexity: NotRequired[Complexity]
    age: NotRequired[Age]
    lockout: NotRequired[Lockout]


class Recovery(TypedDict):
    factors: NotRequired[dict[str, Any]]


class Options(TypedDict):
    skipUnlock: NotRequired[bool]


class Delegation(TypedDict):
    options: NotRequired[Options]


class Enroll(TypedDict):
    self: NotRequired[Literal['NOT_ALLOWED', 'OPTIONAL', 'REQUIRED']]


class Authenticator(TypedDict):
    key: str
    enroll: NotRequired[Enroll]


class PolicySettings(TypedDict):
    password: NotRequired[PasswordSettings]
    recovery: NotRequired[Recovery]
    delegation: NotRequired[Delegation]
    type: NotRequired[Literal['AUTHENTICATORS', 'FACTORS']]
    authenticators: NotRequired[list[Authenticator]]


class PolicyLinks(TypedDict):
    self: NotRequired[LinkWithHints]
    activate: NotRequired[LinkWithHints]
    deactivate: NotRequired[LinkWithHints]
    rules: NotRequired[LinkWithHints]
    mappings: NotRequired[LinkWithHints]


class PolicyRequest(TypedDict):
    type: PolicyKind
    name: str
    description: NotRequired[str | None]
    priority: NotRequired[int]
    status: NotRequired[Literal['ACTIVE', 'INACTIVE']]
    conditions: NotRequired[PolicyConditions | None]
    settings: NotRequired[PolicySettings]


class AuthContext(TypedDict):
    authType: NotRequired[Literal['ANY', 'LDAP_INTERFACE', 'RADIUS']]


class IdentityProvider(TypedDict):
    provider: NotRequired[Literal['ANY', 'OKTA', 'SPECIFIC_IDP']]
    idpIds: NotRequired[list[str]]


class Risk(TypedDict):
    behaviors: NotRequired[list[str]]


class RiskScore(TypedDict):
    level: Literal['ANY', 'LOW', 'MEDIUM', 'HIGH']


class UserType(TypedDict):
    include: NotRequired[list[str]]
    exclude: NotRequired[list[str]]


class ElCondition(TypedDict):
    condition: str


class App1(TypedDict):
    include: NotRequired[list[str]]
    exclude: NotRequired[list[str]]


class PolicyRuleConditions(TypedDict):
    people: NotRequired[PolicyPeople]
    network: NotRequired[PolicyNetwork]
    authContext: NotRequired[AuthContext]
    identityProvider: NotRequired[IdentityProvider]
    risk: NotRequired[Risk]
    riskScore: NotRequired[RiskScore]
    userType: NotRequired[UserType]
    platform: NotRequired[dict[str, Any]]
    device: NotRequired[dict[str, Any]]
    elCondition: NotRequired[ElCondition]
    app: NotRequired[App1]


class Session(TypedDict):
    maxSessionIdleMinutes: NotRequired[int]
    maxSessionLifetimeMinutes: NotRequired[int]
    usePersistentCookie: NotRequired[bool]


class SignOnAction(TypedDict):
    access: NotRequired[Literal['ALLOW', 'DENY']]
    requireFactor: NotRequired[bool]
    factorPromptMode: NotRequired[Literal['ALWAYS', 'DEVICE', 'SESSION']]
    factorLifetime: NotRequired[int]
    rememberDeviceByDefault: NotRequired[bool]
    primaryFactor: NotRequired[Literal['PASSWORD_IDP', 'PASSWORD_IDP_ANY_FACTOR']]
    session: NotRequired[Session]


class PasswordChange(TypedDict):
    access: NotRequired[Literal['ALLOW', 'DENY']]


class Primary(TypedDict):
    methods: NotRequired[list[Literal['push', 'sms', 'voice', 'email', 'otp']]]


class StepUp(TypedDict):
    required: NotRequired[bool]
    methods: NotRequired[list[Literal['security_question']]]


class Requirement(TypedDict):
    primary: NotRequired[Primary]
    stepUp: NotRequired[StepUp]
    accessControl: NotRequired[Literal['AUTH_POLICY', 'LEGACY']]


class SelfServicePasswordReset(TypedDict):
    access: NotRequired[Literal['ALLOW', 'DENY']]
    requirement: NotRequired[Requirement]


class SelfServiceUnlock(TypedDict):
    access: NotRequired[Literal['ALLOW', 'DENY']]


class Enroll1(TypedDict):
    self: NotRequired[Literal['CHALLENGE', 'LOGIN', 'NEVER', 'NEVER_INCLUDING_RECOVERY']]


class VerificationMethod(TypedDict):
    type: NotRequired[Literal['ASSURANCE', 'AUTH_METHOD_CHAIN', 'ID_PROOFING']]
    factorMode: NotRequired[Literal['1FA', '2FA']]
    reauthenticateIn: NotRequired[str]
    inactivityPeriod: NotRequired[str]
    constraints: NotRequired[list[dict[str, Any]]]


class KeepMeSignedIn(TypedDict):
    postAuth: NotRequired[Literal['ALLOWED', 'NOT_ALLOWED']]
    postAuthPromptFrequency: NotRequired[str]


class AppSignOn(TypedDict):
    access: NotRequired[Literal['ALLOW', 'DENY']]
    verificationMethod: NotRequired[VerificationMethod]
    keepMeSignedIn: NotRequired[KeepMeSignedIn]


class PolicyRuleActions(TypedDict):
    signon: NotRequired[SignOnAction]
    passwordChange: NotRequired[PasswordChange]
    selfServicePasswordReset: NotRequired[SelfServicePasswordReset]
    selfServiceUnlock: NotRequired[SelfServiceUnlock]
    enroll: NotRequired[Enroll1]
    appSignOn: NotRequired[AppSignOn]
    idp: NotRequired[dict[str, Any]]
    profileEnrollment: NotRequired[dict[str, Any]]


class FieldLinks9(TypedDict):
    self: NotRequired[LinkWithHints]
    activate: NotRequired[LinkWithHints]
    deactivate: NotRequired[LinkWithHints]


class PolicyRule(TypedDict):
    id: str
    status: Literal['ACTIVE', 'INACTIVE']
    name: str
    priority: NotRequired[int | None]
    created: NotRequired[str | None]
    lastUpdated: NotRequired[str | None]
    system: bool
    conditions: NotRequired[PolicyRuleConditions | None]
    actions: NotRequired[PolicyRuleActions]
    type: PolicyRuleKind
    field_links: NotRequired[FieldLinks9]


class PolicyRuleRequest(TypedDict):
    type: PolicyRuleKind
    name: str
    priority: NotRequired[int | None]
    status: NotRequired[Literal['ACTIVE', 'INACTIVE']]
    conditions: NotRequired[PolicyRuleConditions | None]
    actions: NotRequired[PolicyRuleActions]


class FieldLinks10(TypedDict):
    application: NotRequired[LinkWithHints]
    authenticator: NotRequired[LinkWithHints]
    policy: NotRequired[LinkWithHints]
    self: NotRequired[LinkWithHints]


class PolicyMapping(TypedDict):
    id: str
    field_links: NotRequired[FieldLinks10]


class PolicyMappingRequest(TypedDict):
    resourceId: NotRequired[str]
    resourceType: NotRequired[Literal['ACCESS_POLICY']]


class ProfileAttributePermission(TypedDict):
    principal: NotRequired[str]
    action: NotRequired[str]


class PriorityItem(TypedDict):
    type: NotRequired[str]
    value: NotRequired[str]


class ProfileAttributeMaster(TypedDict):
    type: NotRequired[Literal['OKTA', 'OVERRIDE', 'PROFILE_MASTER']]
    priority: NotRequired[list[PriorityItem]]


class ProfileAttributeChoice(TypedDict):
    const: str
    title: str


class Items(TypedDict):
    type: NotRequired[str]
    enum: NotRequired[list[str]]
    oneOf: NotRequired[list[ProfileAttributeChoice]]


class ProfileAttribute(TypedDict):
    title: NotRequired[str]
    description: NotRequired[str]
    type: NotRequired[Literal['array', 'boolean', 'integer', 'number', 'string']]
    items: NotRequired[Items | None]
    format: NotRequired[Literal['country-code', 'date-time', 'email', 'encrypted', 'hashed', 'language-code', 'locale', 'ref-id', 'timezone', 'uri']]
    required: NotRequired[bool | None]
    minLength: NotRequired[int | None]
    maxLength: NotRequired[int | None]
    pattern: NotRequired[str]
    enum: NotRequired[list[Any] | None]
    oneOf: NotRequired[list[ProfileAttributeChoice] | None]
    default: NotRequired[Any]
    permissions: NotRequired[list[ProfileAttributePermission] | None]
    mutability: NotRequired[Literal['IMMUTABLE', 'READ_ONLY', 'READ_WRITE', 'WRITE_ONLY']]
    scope: NotRequired[Literal['NONE', 'SELF']]
    master: NotRequired[ProfileAttributeMaster | None]
    unique: NotRequired[Literal[True, False, 'UNIQUE_VALIDATED', 'PENDING_UNIQUENESS'] | None]
    externalName: NotRequired[str]
    externalNamespace: NotRequired[str]


class ProfileBaseSubschema(TypedDict):
    id: NotRequired[str]
    type: NotRequired[str]
    properties: NotRequired[dict[str, ProfileAttribute]]
    required: NotRequired[list[str]]


class ProfileCustomSubschema(TypedDict):
    id: NotRequired[str]
    type: NotRequired[str]
    properties: NotRequired[dict[str, ProfileAttribute]]
    required: NotRequired[list[str]]


class ProfileDefinitions(TypedDict):
    base: NotRequired[ProfileBaseSubschema]
    custom: NotRequired[ProfileCustomSubschema]


AllOfItem = TypedDict(
    'AllOfItem',
    {
        '$ref': NotRequired[str]
    },
)


class Profile(TypedDict):
    allOf: NotRequired[list[AllOfItem]]


class Properties(TypedDict):
    profile: NotRequired[Profile]


class FieldLinks11(TypedDict):
    self: NotRequired[HintedLink]
    type: NotRequired[HintedLink]


UserSchema = TypedDict(
    'UserSchema',
    {
        'id': str,
        '$schema': str,
        'name': str,
        'title': str,
        'description': NotRequired[str],
        'lastUpdated': str,
        'created': str,
        'definitions': ProfileDefinitions,
        'type': str,
        'properties': Properties,
        '_links': NotRequired[FieldLinks11],
    },
)


class Profile1(TypedDict):
    allOf: NotRequired[list[AllOfItem]]


class Properties1(TypedDict):
    profile: NotRequired[Profile1]


class FieldLinks12(TypedDict):
    self: NotRequired[HintedLink]


GroupSchema = TypedDict(
    'GroupSchema',
    {
        'id': str,
        '$schema': str,
        'name': str,
        'title': str,
        'description': NotRequired[str],
        'lastUpdated': str,
        'created': str,
        'definitions': ProfileDefinitions,
        'type': str,
        'properties': Properties1,
        '_links': NotRequired[FieldLinks12],
    },
)


class Base(TypedDict):
    id: NotRequired[str]
    type: NotRequired[str]
    properties: NotRequired[dict[str, ProfileAttribute | None]]
    required: NotRequired[list[str]]


class Custom(TypedDict):
    id: NotRequired[str]
    type: NotRequired[str]
    properties: NotRequired[dict[str, ProfileAttribute | None]]
    required: NotRequired[list[str]]


class Definitions(TypedDict):
    base: NotRequired[Base]
    custom: NotRequired[Custom]


class ProfileSchemaUpdate(TypedDict):
    title: NotRequired[str]
    description: NotRequired[str]
    definitions: NotRequired[Definitions]


class FieldLinks13(TypedDict):
    self: NotRequired[HintedLink]
    schema: NotRequired[HintedLink]


class UserType1(TypedDict):
    id: str
    name: str
    displayName: str
    description: NotRequired[str]
    default: bool
    created: str
    createdBy: str
    lastUpdated: str
    lastUpdatedBy: str
    field_links: FieldLinks13


class CreateUserTypeRequest(TypedDict):
    name: str
    displayName: str
    description: NotRequired[str]


class UpdateUserTypeRequest(TypedDict):
    displayName: NotRequired[str]
    description: NotRequired[str]


class ReplaceUserTypeRequest(TypedDict):
    name: str
    displayName: str
    description: str


class LinkedObjectEnd(TypedDict):
    name: str
    title: str
    description: NotRequired[str]
    type: Literal['USER']


class FieldLinks14(TypedDict):
    self: NotRequired[HintedLink]


class LinkedObject(TypedDict):
    primary: LinkedObjectEnd
    associated: LinkedObjectEnd
    field_links: NotRequired[FieldLinks14]


class LinkedObjectRequest(TypedDict):
    primary: LinkedObjectEnd
    associated: LinkedObjectEnd


IdentityProviderType: TypeAlias = Literal['AMAZON', 'APPLE', 'DISCORD', 'FACEBOOK', 'GITHUB', 'GITLAB', 'GOOGLE', 'IDV_CLEAR', 'IDV_INCODE', 'IDV_PERSONA', 'IDV_STANDARD', 'LINKEDIN', 'LOGINGOV', 'LOGINGOV_SANDBOX', 'MICROSOFT', 'OIDC', 'OKTA_INTEGRATION', 'PAYPAL', 'PAYPAL_SANDBOX', 'SALESFORCE', 'SAML2', 'SPOTIFY', 'X509', 'XERO', 'YAHOO', 'YAHOOJP']


class IdpEndpoint(TypedDict):
    url: NotRequired[str]
    binding: NotRequired[Literal['HTTP-POST', 'HTTP-REDIRECT']]
    destination: NotRequired[str]
    type: NotRequired[Literal['INSTANCE', 'ORG']]


class Signature(TypedDict):
    algorithm: NotRequired[str]
    scope: NotRequired[str]


class IdpSignature(TypedDict):
    signature: NotRequired[Signature]


class IdpClientCredentials(TypedDict):
    client_id: NotRequired[str]
    client_secret: NotRequired[str]
    pkce_required: NotRequired[bool]
    token_endpoint_auth_method: NotRequired[Literal['private_key_jwt']]


class IdpTrust(TypedDict):
    issuer: NotRequired[str]
    audience: NotRequired[str]
    kid: NotRequired[str]
    additionalKids: NotRequired[list[str]]


class Signing(TypedDict):
    kid: NotRequired[str]
    teamId: NotRequired[str]
    privateKey: NotRequired[str]


class IdpCredentials(TypedDict):
    client: NotRequired[IdpClientCredentials]
    trust: NotRequired[IdpTrust]
    signing: NotRequired[Signing]


class IdpProtocolSettings(TypedDict):
    nameFormat: NotRequired[Literal['urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified', 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient']]
    honorPersistentNameId: NotRequired[bool]
    participateSlo: NotRequired[bool]
    sendApplicationContext: NotRequired[bool]


class Endpoints(TypedDict):
    authorization: NotRequired[IdpEndpoint]
    token: NotRequired[IdpEndpoint]
    userInfo: NotRequired[IdpEndpoint]
    jwks: NotRequired[IdpEndpoint]
    sso: NotRequired[IdpEndpoint]
    slo: NotRequired[IdpEndpoint]
    acs: NotRequired[IdpEndpoint]


class Issuer(TypedDict):
    url: NotRequired[str]


class Algorithms(TypedDict):
    request: NotRequired[IdpSignature]
    response: NotRequired[IdpSignature]


class IdpProtocol(TypedDict):
    type: Literal['ID_PROOFING', 'MTLS', 'OAUTH2', 'OIDC', 'SAML2']
    endpoints: NotRequired[Endpoints]
    scopes: NotRequired[list[str]]
    issuer: NotRequired[Issuer]
    algorithms: NotRequired[Algorithms]
    settings: NotRequired[IdpProtocolSettings]
    credentials: NotRequired[IdpCredentials]
    oktaIdpOrgUrl: NotRequired[str]


class Groups3(TypedDict):
    action: NotRequired[Literal['APPEND', 'ASSIGN', 'NONE', 'SYNC']]
    assignments: NotRequired[list[str]]
    filter: NotRequired[list[str]]
    sourceAttributeName: NotRequired[str]


class Deprovisioned(TypedDict):
    action: NotRequired[Literal['NONE', 'REACTIVATE']]


class Suspended(TypedDict):
    action: NotRequired[Literal['NONE', 'UNSUSPEND']]


class Conditions(TypedDict):
    deprovisioned: NotRequired[Deprovisioned]
    suspended: NotRequired[Suspended]


class IdpProvisioning(TypedDict):
    action: NotRequired[Literal['AUTO', 'DISABLED']]
    profileMaster: NotRequired[bool]
    groups: NotRequired[Groups3]
    conditions: NotRequired[Conditions]


class Groups4(TypedDict):
    include: NotRequired[list[str]]


class Users3(TypedDict):
    exclude: NotRequired[list[str]]
    excludeAdmins: NotRequired[bool]


class Filter1(TypedDict):
    groups: NotRequired[Groups4]
    users: NotRequired[Users3]


class IdpAccountLink(TypedDict):
    action: NotRequired[Literal['AUTO', 'DISABLED']]
    filter: NotRequired[Filter1 | None]


class UserNameTemplate(TypedDict):
    template: NotRequired[str]


class IdpSubject(TypedDict):
    userNameTemplate: NotRequired[UserNameTemplate]
    filter: NotRequired[str | None]
    matchType: NotRequired[Literal['CUSTOM_ATTRIBUTE', 'EMAIL', 'USERNAME', 'USERNAME_OR_EMAIL']]
    matchAttribute: NotRequired[str | None]


class IdpPolicy(TypedDict):
    provisioning: NotRequired[IdpProvisioning]
    accountLink: NotRequired[IdpAccountLink]
    subject: NotRequired[IdpSubject]
    mapAMRClaims: NotRequired[bool]
    trustClaims: NotRequired[bool]
    maxClockSkew: NotRequired[int]


class IdentityProviderLinks(TypedDict):
    metadata: NotRequired[HintedLink]
    acs: NotRequired[HintedLink]
    authorize: NotRequired[HintedLink]
    clientRedirectUri: NotRequired[HintedLink]
    users: NotRequired[HintedLink]
    activate: NotRequired[HintedLink]
    deactivate: NotRequired[HintedLink]
    keys: NotRequired[HintedLink]


class IdentityProvider1(TypedDict):
    id: str
    type: IdentityProviderType
    name: str
    status: Literal['ACTIVE', 'INACTIVE']
    created: str
    lastUpdated: str
    issuerMode: NotRequired[Literal['CUSTOM_URL', 'DYNAMIC', 'ORG_URL']]
    protocol: IdpProtocol
    policy: IdpPolicy
    properties: NotRequired[dict[str, Any] | None]
    field_links: IdentityProviderLinks


class IdentityProviderRequest(TypedDict):
    type: IdentityProviderType
    name: str
    issuerMode: NotRequired[Literal['CUSTOM_URL', 'DYNAMIC', 'ORG_URL']]
    protocol: IdpProtocol
    policy: IdpPolicy
    properties: NotRequired[dict[str, Any] | None]


class FieldLinks15(TypedDict):
    self: NotRequired[HintedLink]
    idp: NotRequired[HintedLink]
    user: NotRequired[HintedLink]


class IdentityProviderUser(TypedDict):
    id: str
    externalId: str
    created: str
    lastUpdated: str
    profile: NotRequired[dict[str, Any]]
    field_embedded: NotRequired[dict[str, Any]]
    field_links: FieldLinks15


class IdentityProviderLinkRequest(TypedDict):
    externalId: NotRequired[str]


class SocialAuthToken(TypedDict):
    id: str
    token: str
    tokenType: str
    tokenAuthScheme: NotRequired[str | None]
    expiresAt: NotRequired[str]
    scopes: NotRequired[list[str]]


FactorType: TypeAlias = Literal['call', 'email', 'push', 'question', 'signed_nonce', 'sms', 'token', 'token:hardware', 'token:hotp', 'token:software:totp', 'u2f', 'web', 'webauthn']


FactorProvider: TypeAlias = Literal['CUSTOM', 'DUO', 'FIDO', 'GOOGLE', 'OKTA', 'RSA', 'SYMANTEC', 'YUBICO']


FactorStatus: TypeAlias = Literal['ACTIVE', 'DISABLED', 'ENROLLED', 'EXPIRED', 'INACTIVE', 'NOT_SETUP', 'PENDING_ACTIVATION']


class FactorProfile(TypedDict):
    phoneNumber: NotRequired[str]
    phoneExtension: NotRequired[str | None]
    email: NotRequired[str]
    question: NotRequired[Literal['disliked_food', 'name_of_first_plush_toy', 'first_award', 'favorite_security_question', 'favorite_toy', 'first_computer_game', 'favorite_movie_quote', 'first_sports_team_mascot', 'first_music_purchase', 'favorite_art_piece', 'grandmother_favorite_desert', 'first_thing_cooked', 'childhood_dream_job', 'first_kiss_location', 'place_where_significant_other_was_met', 'favorite_vacation_location', 'new_years_two_thousand', 'favorite_speaker_actor', 'favorite_book_movie_character', 'favorite_sports_player']]
    questionText: NotRequired[str]
    answer: NotRequired[str]
    credentialId: NotRequired[str]
    deviceType: NotRequired[str]
    name: NotRequired[str]
    platform: NotRequired[str]
    version: NotRequired[str]
    sharedSecret: NotRequired[str]
    authenticatorName: NotRequired[str]


class FactorLinks(TypedDict):
    activate: NotRequired[LinkWithHints]
    cancel: NotRequired[LinkWithHints]
    enroll: NotRequired[LinkWithHints]
    poll: NotRequired[LinkWithHints]
    questions: NotRequired[LinkWithHints]
    self: NotRequired[LinkWithHints]
    user: NotRequired[LinkWithHints]
    verify: NotRequired[LinkWithHints]
    factor: NotRequired[LinkWithHints]
    resend: NotRequired[list[LinkWithHints]]
    send: NotRequired[list[LinkWithHints]]


class FieldLinks16(TypedDict):
    qrcode: NotRequired[LinkWithHints]
    send: NotRequired[list[LinkWithHints]]


class FactorActivation(TypedDict):
    timeStep: NotRequired[int]
    sharedSecret: NotRequired[str]
    encoding: NotRequired[str]
    keyLength: NotRequired[int]
    expiresAt: NotRequired[str]
    factorResult: NotRequired[Literal['WAITING', 'CANCELLED', 'TIMEOUT', 'ERROR']]
    challenge: NotRequired[str]
    version: NotRequired[str]
    nonce: NotRequired[str]
    timeoutSeconds: NotRequired[int]
    field_links: NotRequired[FieldLinks16]


class FieldEmbedded6(TypedDict):
    activation: NotRequired[FactorActivation]


class UserFactor(TypedDict):
    id: str
    factorType: FactorType
    provider: FactorProvider
    vendorName: NotRequired[str]
    status: FactorStatus
    created: NotRequired[str]
    lastUpdated: NotRequired[str]
    profile: NotRequired[FactorProfile]
    field_links: NotRequired[FactorLinks]
    field_embedded: NotRequired[FieldEmbedded6]


class Verify(TypedDict):
    passCode: NotRequired[str]
    nextPassCode: NotRequired[str]


class FactorEnrollment(TypedDict):
    factorType: FactorType
    provider: FactorProvider
    profile: NotRequired[FactorProfile]
    factorProfileId: NotRequired[str]
    verify: NotRequired[Verify]


class FactorCode(TypedDict):
    passCode: NotRequired[str]
    attestation: NotRequired[str]
    registrationData: NotRequired[str]
    clientData: NotRequired[str]
    useNumberMatchingChallenge: NotRequired[bool]


class FactorAnswer(TypedDict):
    passCode: NotRequired[str]
    answer: NotRequired[str]
    authenticatorData: NotRequired[str]
    clientData: NotRequired[str]
    signatureData: NotRequired[str]
    useNumberMatchingChallenge: NotRequired[bool]


class FactorResend(TypedDict):
    factorType: Literal['call', 'email', 'sms']
    provider: NotRequired[FactorProvider]
    profile: NotRequired[FactorProfile]


class Phone(TypedDict):
    id: NotRequired[str]
    profile: NotRequired[FactorProfile]
    status: NotRequired[str]


class FieldEmbedded7(TypedDict):
    phones: NotRequired[list[Phone]]


class SupportedFactor(TypedDict):
    factorType: FactorType
    provider: FactorProvider
    vendorName: NotRequired[str]
    status: NotRequired[FactorStatus]
    enrollment: NotRequired[Literal['OPTIONAL', 'REQUIRED']]
    field_links: NotRequired[FactorLinks]
    field_embedded: NotRequired[FieldEmbedded7]


class SecurityQuestion(TypedDict):
    question: Literal['disliked_food', 'name_of_first_plush_toy', 'first_award', 'favorite_security_question', 'favorite_toy', 'first_computer_game', 'favorite_movie_quote', 'first_sports_team_mascot', 'first_music_purchase', 'favorite_art_piece', 'grandmother_favorite_desert', 'first_thing_cooked', 'childhood_dream_job', 'first_kiss_location', 'place_where_significant_other_was_met', 'favorite_vacation_location', 'new_years_two_thousand', 'favorite_speaker_actor', 'favorite_book_movie_character', 'favorite_sports_player']
    questionText: str


class Challenge(TypedDict):
    correctAnswer: NotRequired[int]
    nonce: NotRequired[str]
    challenge: NotRequired[str]


class FieldEmbedded8(TypedDict):
    challenge: NotRequired[Challenge]


class FactorVerification(TypedDict):
    factorResult: Literal['CHALLENGE', 'ERROR', 'EXPIRED', 'FAILED', 'PASSCODE_REPLAYED', 'REJECTED', 'SUCCESS', 'TIMEOUT', 'TIME_WINDOW_EXCEEDED']
    factorMessage: NotRequired[str | None]
    expiresAt: NotRequired[str]
    profile: NotRequired[FactorProfile]
    field_links: NotRequired[FactorLinks]
    field_embedded: NotRequired[FieldEmbedded8]


class FieldEmbedded9(TypedDict):
    challenge: NotRequired[Challenge]


class FactorWaiting(TypedDict):
    factorResult: Literal['WAITING']
    factorMessage: NotRequired[str | None]
    expiresAt: NotRequired[str]
    profile: NotRequired[FactorProfile]
    field_links: NotRequired[FactorLinks]
    field_embedded: NotRequired[FieldEmbedded9]


class FieldEmbedded10(TypedDict):
    challenge: NotRequired[Challenge]


class FactorTransaction(TypedDict):
    factorResult: Literal['WAITING', 'SUCCESS', 'REJECTED', 'TIMEOUT']
    factorMessage: NotRequired[str | None]
    expiresAt: NotRequired[str]
    profile: NotRequired[FactorProfile]
    field_links: NotRequired[FactorLinks]
    field_embedded: NotRequired[FieldEmbedded10]


class LogActor(TypedDict):
    id: str
    type: str
    alternateId: NotRequired[str | None]
    displayName: NotRequired[str | None]
    detailEntry: NotRequired[dict[str, Any] | None]


class LogGeolocation(TypedDict):
    lat: NotRequired[float]
    lon: NotRequired[float]


class LogGeographicalContext(TypedDict):
    city: NotRequired[str | None]
    state: NotRequired[str | None]
    country: NotRequired[str | None]
    postalCode: NotRequired[str | None]
    geolocation: NotRequired[LogGeolocation]


class LogUserAgent(TypedDict):
    rawUserAgent: NotRequired[str | None]
    os: NotRequired[str | None]
    browser: NotRequired[str | None]


class LogClient(TypedDict):
    userAgent: NotRequired[LogUserAgent]
    zone: NotRequired[str | None]
    device: NotRequired[str | None]
    id: NotRequired[str | None]
    ipAddress: NotRequired[str | None]
    geographicalContext: NotRequired[LogGeographicalContext]


class LogAuthenticationContext(TypedDict):
    authenticationProvider: NotRequired[Literal['ACTIVE_DIRECTORY', 'FACTOR_PROVIDER', 'FEDERATION', 'LDAP', 'OKTA_AUTHENTICATION_PROVIDER', 'SOCIAL'] | None]
    authenticationStep: NotRequired[int]
    credentialProvider: NotRequired[Literal['DUO', 'GOOGLE', 'OKTA_AUTHENTICATION_PROVIDER', 'OKTA_CREDENTIAL_PROVIDER', 'RSA', 'SYMANTEC', 'YUBIKEY'] | None]
    credentialType: NotRequired[Literal['ASSERTION', 'CERTIFICATE', 'DEVICE_UDID', 'EMAIL', 'IWA', 'JWT', 'OAuth 2.0', 'OKTA_CLIENT_SESSION', 'OTP', 'PASSWORD', 'PRE_SHARED_SYMMETRIC_KEY', 'SMS'] | None]
    externalSessionId: NotRequired[str | None]
    rootSessionId: NotRequired[str | None]
    interface: NotRequired[str | None]


class LogOutcome(TypedDict):
    result: NotRequired[Literal['SUCCESS', 'FAILURE', 'SKIPPED', 'ALLOW', 'DENY', 'CHALLENGE', 'UNKNOWN', 'RATE_LIMIT', 'DEFERRED', 'SCHEDULED', 'ABANDONED', 'UNANSWERED']]
    reason: NotRequired[str | None]


class LogSecurityContext(TypedDict):
    asNumber: NotRequired[int | None]
    asOrg: NotRequired[str | None]
    isp: NotRequired[str | None]
    domain: NotRequired[str | None]
    isProxy: NotRequired[bool | None]


class LogDebugContext(TypedDict):
    debugData: NotRequired[dict[str, Any]]


class LogTransaction(TypedDict):
    type: NotRequired[str]
    id: NotRequired[str]
    detail: NotRequired[dict[str, Any] | None]


ChangeDetails = TypedDict(
    'ChangeDetails',
    {
        'from': NotRequired[dict[str, Any]],
        'to': NotRequired[dict[str, Any]],
    },
)


class LogTarget(TypedDict):
    id: str
    type: str
    alternateId: NotRequired[str | None]
    displayName: NotRequired[str | None]
    detailEntry: NotRequired[dict[str, Any] | None]
    changeDetails: NotRequired[ChangeDetails]


class LogIpAddress(TypedDict):
    ip: NotRequired[str]
    geographicalContext: NotRequired[LogGeographicalContext]
    version: NotRequired[str]
    source: NotRequired[str | None]


class LogRequest(TypedDict):
    ipChain: NotRequired[list[LogIpAddress]]


class LogEvent(TypedDict):
    actor: LogActor
    client: NotRequired[LogClient]
    authenticationContext: NotRequired[LogAuthenticationContext]
    displayMessage: NotRequired[str | None]
    eventType: str
    outcome: LogOutcome
    published: str
    securityContext: NotRequired[LogSecurityContext]
    severity: Literal['DEBUG', 'ERROR', 'INFO', 'WARN']
    debugContext: NotRequired[LogDebugContext]
    legacyEventType: NotRequired[str | None]
    transaction: LogTransaction
    uuid: str
    version: str
    request: NotRequired[LogRequest]
    target: NotRequired[list[LogTarget] | None]


class Idp(TypedDict):
    id: NotRequired[str]
    type: NotRequired[Literal['ACTIVE_DIRECTORY', 'FEDERATION', 'LDAP', 'OKTA', 'SOCIAL']]


class FieldLinks17(TypedDict):
    self: NotRequired[HintedLink]
    refresh: NotRequired[HintedLink]
    user: NotRequired[HintedLink]


class Session1(TypedDict):
    id: str
    login: str
    userId: str
    createdAt: NotRequired[str]
    expiresAt: str
    status: Literal['ACTIVE', 'MFA_ENROLL', 'MFA_REQUIRED']
    lastPasswordVerification: NotRequired[str | None]
    lastFactorVerification: NotRequired[str | None]
    amr: list[Literal['fpt', 'geo', 'hwk', 'kba', 'mca', 'mfa', 'otp', 'pwd', 'sc', 'sms', 'swk', 'tel']]
    idp: Idp
    field_links: NotRequired[FieldLinks17]


class AppLinks(TypedDict):
    self: NotRequired[LinkWithHints]
    activate: NotRequired[LinkWithHints]
    deactivate: NotRequired[LinkWithHints]
    users: NotRequired[LinkWithHints]
    groups: NotRequired[LinkWithHints]
    accessPolicy: NotRequired[LinkWithHints]
    metadata: NotRequired[LinkWithHints]
    help: NotRequired[LinkWithHints]
    logo: NotRequired[list[LinkWithHints]]
    appLinks: NotRequired[list[LinkWithHints]]
    uploadLogo: NotRequired[LinkWithHints]


class FieldLinks3(TypedDict):
    app: NotRequired[LinkWithHints]
    user: NotRequired[LinkWithHints]
    group: NotRequired[LinkWithHints]


class AppUser(TypedDict):
    id: str
    externalId: NotRequired[str | None]
    created: str
    lastUpdated: str
    scope: Literal['USER', 'GROUP']
    status: Literal['ACTIVE', 'APPROVED', 'DEPROVISIONED', 'IMPLICIT', 'IMPORTED', 'INACTIVE', 'MATCHED', 'PENDING', 'PROVISIONED', 'REVOKED', 'STAGED', 'SUSPENDED', 'UNASSIGNED']
    statusChanged: NotRequired[str]
    passwordChanged: NotRequired[str | None]
    syncState: NotRequired[Literal['DISABLED', 'ERROR', 'OUT_OF_SYNC', 'SYNCHRONIZED', 'SYNCING']]
    lastSync: NotRequired[str | None]
    credentials: NotRequired[AppUserCredentials]
    profile: NotRequired[dict[str, Any]]
    field_embedded: NotRequired[FieldEmbedded3]
    field_links: NotRequired[FieldLinks3]


class FieldLinks4(TypedDict):
    app: NotRequired[LinkWithHints]
    self: NotRequired[LinkWithHints]
    group: NotRequired[LinkWithHints]


class AppGroupAssignment(TypedDict):
    id: str
    lastUpdated: str
    priority: int
    profile: NotRequired[dict[str, Any]]
    field_embedded: NotRequired[FieldEmbedded4]
    field_links: NotRequired[FieldLinks4]


class FieldLinks5(TypedDict):
    activate: NotRequired[LinkWithHints]
    deactivate: NotRequired[LinkWithHints]
    delete: NotRequired[LinkWithHints]


class OAuth2ClientSecret(TypedDict):
    id: str
    status: Literal['ACTIVE', 'INACTIVE']
    client_secret: str
    secret_hash: str
    created: str
    lastUpdated: str
    field_links: NotRequired[FieldLinks5]


class FieldEmbedded5(TypedDict):
    rules: NotRequired[list[PolicyRule]]


class Policy(TypedDict):
    type: PolicyKind
    id: str
    status: Literal['ACTIVE', 'INACTIVE']
    name: str
    description: NotRequired[str | None]
    priority: int
    system: bool
    conditions: NotRequired[PolicyConditions | None]
    created: str
    lastUpdated: str
    settings: NotRequired[PolicySettings]
    field_embedded: NotRequired[FieldEmbedded5]
    field_links: NotRequired[PolicyLinks]


class FieldEmbedded2(TypedDict):
    user: NotRequired[AppUser]


class AppInstance(TypedDict):
    id: str
    orn: NotRequired[str]
    name: str
    label: str
    status: Literal['ACTIVE', 'DELETED', 'INACTIVE']
    lastUpdated: str
    created: str
    accessibility: NotRequired[AppAccessibility]
    visibility: NotRequired[AppVisibility]
    features: NotRequired[list[Literal['GROUP_PUSH', 'IMPORT_NEW_USERS', 'IMPORT_PROFILE_UPDATES', 'IMPORT_USER_SCHEMA', 'PROFILE_MASTERING', 'PUSH_NEW_USERS', 'PUSH_PASSWORD_UPDATES', 'PUSH_PROFILE_UPDATES', 'PUSH_USER_DEACTIVATION', 'REACTIVATE_USERS', 'OUTBOUND_DEL_AUTH', 'DESKTOP_SSO', 'FEDERATED_PROFILE', 'SUPPRESS_ACTIVATION_EMAIL', 'PUSH_PENDING_USERS', 'MFA', 'UPDATE_EXISTING_USERNAME', 'EXCLUDE_USERNAME_UPDATE_ON_PROFILE_PUSH', 'EXCHANGE_ACTIVE_SYNC', 'IMPORT_SYNC', 'IMPORT_SYNC_CONTACTS', 'DEVICE_COMPLIANCE', 'VPN_CONFIG', 'IMPORT_SCHEMA_ENUM_VALUES', 'SCIM_PROVISIONING', 'DEVICE_FILTER_IN_SIGN_ON_RULES', 'PROFILE_TEMPLATE_UPGRADE', 'DEFAULT_PUSH_STATUS_TO_PUSH', 'REAL_TIME_SYNC', 'SSO', 'AUTHN_CONTEXT', 'JIT_PROVISIONING', 'GROUP_SYNC', 'OPP_SCIM_INCREMENTAL_IMPORTS', 'IN_MEMORY_APP_USER', 'LOG_STREAMING', 'OAUTH_INTEGRATION', 'IDP', 'PUSH_NEW_USERS_WITHOUT_PASSWORD', 'SKYHOOK_SERVICE', 'ENTITLEMENT_MANAGEMENT', 'PUSH_NEW_USERS_WITH_HASHED_PASSWORD']]]
    signOnMode: AppSignOnMode
    credentials: NotRequired[AppCredentials]
    settings: NotRequired[AppSettings]
    licensing: NotRequired[Licensing]
    profile: NotRequired[dict[str, Any]]
    field_embedded: NotRequired[FieldEmbedded2]
    field_links: NotRequired[AppLinks]
