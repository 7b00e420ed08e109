"""TypedDicts of the contract's schemas; written by twingen, not to be edited."""
from __future__ import annotations

from typing import NotRequired, TypedDict


class DriveTheme(TypedDict):
    backgroundImageLink: NotRequired[str]
    colorRgb: NotRequired[str]
    id: NotRequired[str]


class StorageQuota(TypedDict):
    limit: NotRequired[str]
    usage: NotRequired[str]
    usageInDrive: NotRequired[str]
    usageInDriveTrash: NotRequired[str]


class Capabilities(TypedDict):
    canAddChildren: NotRequired[bool]
    canComment: NotRequired[bool]
    canCopy: NotRequired[bool]
    canDelete: NotRequired[bool]
    canDownload: NotRequired[bool]
    canEdit: NotRequired[bool]
    canListChildren: NotRequired[bool]
    canModifyContent: NotRequired[bool]
    canReadRevisions: NotRequired[bool]
    canRemoveChildren: NotRequired[bool]
    canRename: NotRequired[bool]
    canShare: NotRequired[bool]
    canTrash: NotRequired[bool]
    canUntrash: NotRequired[bool]


class ShortcutDetails(TypedDict):
    targetId: NotRequired[str]
    targetMimeType: NotRequired[str]
    targetResourceKey: NotRequired[str]


class GeneratedIds(TypedDict):
    ids: NotRequired[list[str]]
    kind: NotRequired[str]
    space: NotRequired[str]


class PermissionDetail(TypedDict):
    inherited: NotRequired[bool]
    inheritedFrom: NotRequired[str]
    permissionType: NotRequired[str]
    role: NotRequired[str]


class Permission(TypedDict):
    allowFileDiscovery: NotRequired[bool]
    deleted: NotRequired[bool]
    displayName: NotRequired[str]
    domain: NotRequired[str]
    emailAddress: NotRequired[str]
    expirationTime: NotRequired[str]
    id: NotRequired[str]
    inheritedPermissionsDisabled: NotRequired[bool]
    kind: NotRequired[str]
    pendingOwner: NotRequired[bool]
    permissionDetails: NotRequired[list[PermissionDetail]]
    photoLink: NotRequired[str]
    role: NotRequired[str]
    type: NotRequired[str]
    view: NotRequired[str]


class PermissionList(TypedDict):
    kind: NotRequired[str]
    nextPageToken: NotRequired[str]
    permissions: NotRequired[list[Permission]]


class User(TypedDict):
    displayName: NotRequired[str]
    emailAddress: NotRequired[str]
    kind: NotRequired[str]
    me: NotRequired[bool]
    permissionId: NotRequired[str]
    photoLink: NotRequired[str]


class About(TypedDict):
    appInstalled: NotRequired[bool]
    canCreateDrives: NotRequired[bool]
    driveThemes: NotRequired[list[DriveTheme]]
    exportFormats: NotRequired[dict[str, list[str]]]
    folderColorPalette: NotRequired[list[str]]
    importFormats: NotRequired[dict[str, list[str]]]
    kind: NotRequired[str]
    maxImportSizes: NotRequired[dict[str, str]]
    maxUploadSize: NotRequired[str]
    storageQuota: NotRequired[StorageQuota]
    user: NotRequired[User]


class File(TypedDict):
    appProperties: NotRequired[dict[str, str]]
    capabilities: NotRequired[Capabilities]
    copyRequiresWriterPermission: NotRequired[bool]
    createdTime: NotRequired[str]
    description: NotRequired[str]
    driveId: NotRequired[str]
    explicitlyTrashed: NotRequired[bool]
    exportLinks: NotRequired[dict[str, str]]
    fileExtension: NotRequired[str]
    folderColorRgb: NotRequired[str]
    fullFileExtension: NotRequired[str]
    hasThumbnail: NotRequired[bool]
    headRevisionId: NotRequired[str]
    iconLink: NotRequired[str]
    id: NotRequired[str]
    isAppAuthorized: NotRequired[bool]
    kind: NotRequired[str]
    lastModifyingUser: NotRequired[User]
    md5Checksum: NotRequired[str]
    mimeType: NotRequired[str]
    modifiedByMe: NotRequired[bool]
    modifiedByMeTime: NotRequired[str]
    modifiedTime: NotRequired[str]
    name: NotRequired[str]
    originalFilename: NotRequired[str]
    ownedByMe: NotRequired[bool]
    owners: NotRequired[list[User]]
    parents: NotRequired[list[str]]
    permissionIds: NotRequired[list[str]]
    permissions: NotRequired[list[Permission]]
    properties: NotRequired[dict[str, str]]
    quotaBytesUsed: NotRequired[str]
    shared: NotRequired[bool]
    sharedWithMeTime: NotRequired[str]
    sharingUser: NotRequired[User]
    shortcutDetails: NotRequired[ShortcutDetails]
    size: NotRequired[str]
    spaces: NotRequired[list[str]]
    starred: NotRequired[bool]
    thumbnailLink: NotRequired[str]
    trashed: NotRequired[bool]
    trashedTime: NotRequired[str]
    trashingUser: NotRequired[User]
    version: NotRequired[str]
    viewedByMe: NotRequired[bool]
    viewedByMeTime: NotRequired[str]
    viewersCanCopyContent: NotRequired[bool]
    webContentLink: NotRequired[str]
    webViewLink: NotRequired[str]
    writersCanShare: NotRequired[bool]


class FileList(TypedDict):
    files: NotRequired[list[File]]
    incompleteSearch: NotRequired[bool]
    kind: NotRequired[str]
    nextPageToken: NotRequired[str]
