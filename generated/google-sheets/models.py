"""TypedDicts of the contract's schemas; written by twingen, not to be edited."""
from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class AppendDimensionRequest(TypedDict):
    dimension: NotRequired[Literal['DIMENSION_UNSPECIFIED', 'ROWS', 'COLUMNS']]
    length: NotRequired[int]
    sheetId: NotRequired[int]


class BatchClearValuesRequest(TypedDict):
    ranges: NotRequired[list[str]]


class BatchClearValuesResponse(TypedDict):
    clearedRanges: NotRequired[list[str]]
    spreadsheetId: NotRequired[str]


class ClearValuesRequest(TypedDict):
    pass


class ClearValuesResponse(TypedDict):
    clearedRange: NotRequired[str]
    spreadsheetId: NotRequired[str]


class Color(TypedDict):
    alpha: NotRequired[float]
    blue: NotRequired[float]
    green: NotRequired[float]
    red: NotRequired[float]


class ColorStyle(TypedDict):
    rgbColor: NotRequired[Color]
    themeColor: NotRequired[Literal['THEME_COLOR_TYPE_UNSPECIFIED', 'TEXT', 'BACKGROUND', 'ACCENT1', 'ACCENT2', 'ACCENT3', 'ACCENT4', 'ACCENT5', 'ACCENT6', 'LINK']]


class ConditionValue(TypedDict):
    relativeDate: NotRequired[Literal['RELATIVE_DATE_UNSPECIFIED', 'PAST_YEAR', 'PAST_MONTH', 'PAST_WEEK', 'YESTERDAY', 'TODAY', 'TOMORROW']]
    userEnteredValue: NotRequired[str]


class CopySheetToAnotherSpreadsheetRequest(TypedDict):
    destinationSpreadsheetId: NotRequired[str]


class DeleteNamedRangeRequest(TypedDict):
    namedRangeId: NotRequired[str]


class DeleteProtectedRangeRequest(TypedDict):
    protectedRangeId: NotRequired[int]


class DeleteSheetRequest(TypedDict):
    sheetId: NotRequired[int]


class DimensionProperties(TypedDict):
    hiddenByFilter: NotRequired[bool]
    hiddenByUser: NotRequired[bool]
    pixelSize: NotRequired[int]


class DimensionRange(TypedDict):
    dimension: NotRequired[Literal['DIMENSION_UNSPECIFIED', 'ROWS', 'COLUMNS']]
    endIndex: NotRequired[int]
    sheetId: NotRequired[int]
    startIndex: NotRequired[int]


class DuplicateSheetRequest(TypedDict):
    insertSheetIndex: NotRequired[int]
    newSheetId: NotRequired[int]
    newSheetName: NotRequired[str]
    sourceSheetId: NotRequired[int]


class Editors(TypedDict):
    domainUsersCanEdit: NotRequired[bool]
    groups: NotRequired[list[str]]
    users: NotRequired[list[str]]


class ErrorValue(TypedDict):
    message: NotRequired[str]
    type: NotRequired[Literal['ERROR_TYPE_UNSPECIFIED', 'ERROR', 'NULL_VALUE', 'DIVIDE_BY_ZERO', 'VALUE', 'REF', 'NAME', 'NUM', 'N_A', 'LOADING']]


class ExtendedValue(TypedDict):
    boolValue: NotRequired[bool]
    errorValue: NotRequired[ErrorValue]
    formulaValue: NotRequired[str]
    numberValue: NotRequired[float]
    stringValue: NotRequired[str]


class FindReplaceResponse(TypedDict):
    formulasChanged: NotRequired[int]
    occurrencesChanged: NotRequired[int]
    rowsChanged: NotRequired[int]
    sheetsChanged: NotRequired[int]
    valuesChanged: NotRequired[int]


class GridCoordinate(TypedDict):
    columnIndex: NotRequired[int]
    rowIndex: NotRequired[int]
    sheetId: NotRequired[int]


class GridProperties(TypedDict):
    columnCount: NotRequired[int]
    columnGroupControlAfter: NotRequired[bool]
    frozenColumnCount: NotRequired[int]
    frozenRowCount: NotRequired[int]
    hideGridlines: NotRequired[bool]
    rowCount: NotRequired[int]
    rowGroupControlAfter: NotRequired[bool]


class GridRange(TypedDict):
    endColumnIndex: NotRequired[int]
    endRowIndex: NotRequired[int]
    sheetId: NotRequired[int]
    startColumnIndex: NotRequired[int]
    startRowIndex: NotRequired[int]


class InsertDimensionRequest(TypedDict):
    inheritFromBefore: NotRequired[bool]
    range: NotRequired[DimensionRange]


class IterativeCalculationSettings(TypedDict):
    convergenceThreshold: NotRequired[float]
    maxIterations: NotRequired[int]


class Link(TypedDict):
    uri: NotRequired[str]


class NamedRange(TypedDict):
    name: NotRequired[str]
    namedRangeId: NotRequired[str]
    range: NotRequired[GridRange]


class NumberFormat(TypedDict):
    pattern: NotRequired[str]
    type: NotRequired[Literal['NUMBER_FORMAT_TYPE_UNSPECIFIED', 'TEXT', 'NUMBER', 'PERCENT', 'CURRENCY', 'DATE', 'TIME', 'DATE_TIME', 'SCIENTIFIC']]


class Padding(TypedDict):
    bottom: NotRequired[int]
    left: NotRequired[int]
    right: NotRequired[int]
    top: NotRequired[int]


class ProtectedRange(TypedDict):
    description: NotRequired[str]
    editors: NotRequired[Editors]
    namedRangeId: NotRequired[str]
    protectedRangeId: NotRequired[int]
    range: NotRequired[GridRange]
    requestingUserCanEdit: NotRequired[bool]
    tableId: NotRequired[str]
    unprotectedRanges: NotRequired[list[GridRange]]
    warningOnly: NotRequired[bool]


class SheetProperties(TypedDict):
    gridProperties: NotRequired[GridProperties]
    hidden: NotRequired[bool]
    index: NotRequired[int]
    rightToLeft: NotRequired[bool]
    sheetId: NotRequired[int]
    sheetType: NotRequired[Literal['SHEET_TYPE_UNSPECIFIED', 'GRID', 'OBJECT', 'DATA_SOURCE']]
    tabColor: NotRequired[Color]
    tabColorStyle: NotRequired[ColorStyle]
    title: NotRequired[str]


class TableRowsProperties(TypedDict):
    firstBandColorStyle: NotRequired[ColorStyle]
    footerColorStyle: NotRequired[ColorStyle]
    headerColorStyle: NotRequired[ColorStyle]
    secondBandColorStyle: NotRequired[ColorStyle]


class TextFormat(TypedDict):
    bold: NotRequired[bool]
    fontFamily: NotRequired[str]
    fontSize: NotRequired[int]
    foregroundColor: NotRequired[Color]
    foregroundColorStyle: NotRequired[ColorStyle]
    italic: NotRequired[bool]
    link: NotRequired[Link]
    strikethrough: NotRequired[bool]
    underline: NotRequired[bool]


class TextFormatRun(TypedDict):
    format: NotRequired[TextFormat]
    startIndex: NotRequired[int]


class TextRotation(TypedDict):
    angle: NotRequired[int]
    vertical: NotRequired[bool]


class TextToColumnsRequest(TypedDict):
    delimiter: NotRequired[str]
    delimiterType: NotRequired[Literal['DELIMITER_TYPE_UNSPECIFIED', 'COMMA', 'SEMICOLON', 'PERIOD', 'SPACE', 'CUSTOM', 'AUTODETECT']]
    source: NotRequired[GridRange]


class ThemeColorPair(TypedDict):
    color: NotRequired[ColorStyle]
    colorType: NotRequired[Literal['THEME_COLOR_TYPE_UNSPECIFIED', 'TEXT', 'BACKGROUND', 'ACCENT1', 'ACCENT2', 'ACCENT3', 'ACCENT4', 'ACCENT5', 'ACCENT6', 'LINK']]


class UpdateDimensionPropertiesRequest(TypedDict):
    fields: NotRequired[str]
    properties: NotRequired[DimensionProperties]
    range: NotRequired[DimensionRange]


class UpdateSheetPropertiesRequest(TypedDict):
    fields: NotRequired[str]
    properties: NotRequired[SheetProperties]


class ValueRange(TypedDict):
    majorDimension: NotRequired[Literal['DIMENSION_UNSPECIFIED', 'ROWS', 'COLUMNS']]
    range: NotRequired[str]
    values: NotRequired[list[list[Any]]]


class AddDimensionGroupRequest(TypedDict):
    range: NotRequired[DimensionRange]


class AddNamedRangeRequest(TypedDict):
    namedRange: NotRequired[NamedRange]


class AddNamedRangeResponse(TypedDict):
    namedRange: NotRequired[NamedRange]


class AddProtectedRangeRequest(TypedDict):
    protectedRange: NotRequired[ProtectedRange]


class AddProtectedRangeResponse(TypedDict):
    protectedRange: NotRequired[ProtectedRange]


class AddSheetRequest(TypedDict):
    properties: NotRequired[SheetProperties]


class AddSheetResponse(TypedDict):
    properties: NotRequired[SheetProperties]


class BandingProperties(TypedDict):
    firstBandColor: NotRequired[Color]
    firstBandColorStyle: NotRequired[ColorStyle]
    footerColor: NotRequired[Color]
    footerColorStyle: NotRequired[ColorStyle]
    headerColor: NotRequired[Color]
    headerColorStyle: NotRequired[ColorStyle]
    secondBandColor: NotRequired[Color]
    secondBandColorStyle: NotRequired[ColorStyle]


class BatchGetValuesResponse(TypedDict):
    spreadsheetId: NotRequired[str]
    valueRanges: NotRequired[list[ValueRange]]


class BatchUpdateValuesRequest(TypedDict):
    data: NotRequired[list[ValueRange]]
    includeValuesInResponse: NotRequired[bool]
    responseDateTimeRenderOption: NotRequired[Literal['SERIAL_NUMBER', 'FORMATTED_STRING']]
    responseValueRenderOption: NotRequired[Literal['FORMATTED_VALUE', 'UNFORMATTED_VALUE', 'FORMULA']]
    valueInputOption: NotRequired[Literal['INPUT_VALUE_OPTION_UNSPECIFIED', 'RAW', 'USER_ENTERED']]


class BooleanCondition(TypedDict):
    type: NotRequired[Literal['CONDITION_TYPE_UNSPECIFIED', 'NUMBER_GREATER', 'NUMBER_GREATER_THAN_EQ', 'NUMBER_LESS', 'NUMBER_LESS_THAN_EQ', 'NUMBER_EQ', 'NUMBER_NOT_EQ', 'NUMBER_BETWEEN', 'NUMBER_NOT_BETWEEN', 'TEXT_CONTAINS', 'TEXT_NOT_CONTAINS', 'TEXT_STARTS_WITH', 'TEXT_ENDS_WITH', 'TEXT_EQ', 'TEXT_IS_EMAIL', 'TEXT_IS_URL', 'DATE_EQ', 'DATE_BEFORE', 'DATE_AFTER', 'DATE_ON_OR_BEFORE', 'DATE_ON_OR_AFTER', 'DATE_BETWEEN', 'DATE_NOT_BETWEEN', 'DATE_IS_VALID', 'ONE_OF_RANGE', 'ONE_OF_LIST', 'BLANK', 'NOT_BLANK', 'CUSTOM_FORMULA', 'BOOLEAN', 'TEXT_NOT_EQ', 'DATE_NOT_EQ', 'FILTER_EXPRESSION']]
    values: NotRequired[list[ConditionValue]]


class Border(TypedDict):
    color: NotRequired[Color]
    colorStyle: NotRequired[ColorStyle]
    style: NotRequired[Literal['STYLE_UNSPECIFIED', 'DOTTED', 'DASHED', 'SOLID', 'SOLID_MEDIUM', 'SOLID_THICK', 'NONE', 'DOUBLE']]
    width: NotRequired[int]


class Borders(TypedDict):
    bottom: NotRequired[Border]
    left: NotRequired[Border]
    right: NotRequired[Border]
    top: NotRequired[Border]


class CellFormat(TypedDict):
    backgroundColor: NotRequired[Color]
    backgroundColorStyle: NotRequired[ColorStyle]
    borders: NotRequired[Borders]
    horizontalAlignment: NotRequired[Literal['HORIZONTAL_ALIGN_UNSPECIFIED', 'LEFT', 'CENTER', 'RIGHT']]
    hyperlinkDisplayType: NotRequired[Literal['HYPERLINK_DISPLAY_TYPE_UNSPECIFIED', 'LINKED', 'PLAIN_TEXT']]
    numberFormat: NotRequired[NumberFormat]
    padding: NotRequired[Padding]
    textDirection: NotRequired[Literal['TEXT_DIRECTION_UNSPECIFIED', 'LEFT_TO_RIGHT', 'RIGHT_TO_LEFT']]
    textFormat: NotRequired[TextFormat]
    textRotation: NotRequired[TextRotation]
    verticalAlignment: NotRequired[Literal['VERTICAL_ALIGN_UNSPECIFIED', 'TOP', 'MIDDLE', 'BOTTOM']]
    wrapStrategy: NotRequired[Literal['WRAP_STRATEGY_UNSPECIFIED', 'OVERFLOW_CELL', 'LEGACY_WRAP', 'CLIP', 'WRAP']]


class CopyPasteRequest(TypedDict):
    destination: NotRequired[GridRange]
    pasteOrientation: NotRequired[Literal['NORMAL', 'TRANSPOSE']]
    pasteType: NotRequired[Literal['PASTE_NORMAL', 'PASTE_VALUES', 'PASTE_FORMAT', 'PASTE_NO_BORDERS', 'PASTE_FORMULA', 'PASTE_DATA_VALIDATION', 'PASTE_CONDITIONAL_FORMATTING']]
    source: NotRequired[GridRange]


class CutPasteRequest(TypedDict):
    destination: NotRequired[GridCoordinate]
    pasteType: NotRequired[Literal['PASTE_NORMAL', 'PASTE_VALUES', 'PASTE_FORMAT', 'PASTE_NO_BORDERS', 'PASTE_FORMULA', 'PASTE_DATA_VALIDATION', 'PASTE_CONDITIONAL_FORMATTING']]
    source: NotRequired[GridRange]


class DataValidationRule(TypedDict):
    condition: NotRequired[BooleanCondition]
    inputMessage: NotRequired[str]
    showCustomUi: NotRequired[bool]
    strict: NotRequired[bool]


class DeleteDimensionGroupRequest(TypedDict):
    range: NotRequired[DimensionRange]


class DeleteDimensionRequest(TypedDict):
    range: NotRequired[DimensionRange]


class DimensionGroup(TypedDict):
    collapsed: NotRequired[bool]
    depth: NotRequired[int]
    range: NotRequired[DimensionRange]


class DuplicateSheetResponse(TypedDict):
    properties: NotRequired[SheetProperties]


class FindReplaceRequest(TypedDict):
    allSheets: NotRequired[bool]
    find: NotRequired[str]
    includeFormulas: NotRequired[bool]
    matchCase: NotRequired[bool]
    matchEntireCell: NotRequired[bool]
    range: NotRequired[GridRange]
    replacement: NotRequired[str]
    searchByRegex: NotRequired[bool]
    sheetId: NotRequired[int]


class SpreadsheetTheme(TypedDict):
    primaryFontFamily: NotRequired[str]
    themeColors: NotRequired[list[ThemeColorPair]]


class TableColumnDataValidationRule(TypedDict):
    condition: NotRequired[BooleanCondition]


class TableColumnProperties(TypedDict):
    columnIndex: NotRequired[int]
    columnName: NotRequired[str]
    columnType: NotRequired[Literal['COLUMN_TYPE_UNSPECIFIED', 'DOUBLE', 'CURRENCY', 'PERCENT', 'DATE', 'TIME', 'DATE_TIME', 'TEXT', 'BOOLEAN', 'DROPDOWN', 'FILES_CHIP', 'PEOPLE_CHIP', 'FINANCE_CHIP', 'PLACE_CHIP', 'RATINGS_CHIP']]
    dataValidationRule: NotRequired[TableColumnDataValidationRule]


class UpdateValuesResponse(TypedDict):
    spreadsheetId: NotRequired[str]
    updatedCells: NotRequired[int]
    updatedColumns: NotRequired[int]
    updatedData: NotRequired[ValueRange]
    updatedRange: NotRequired[str]
    updatedRows: NotRequired[int]


class AddDimensionGroupResponse(TypedDict):
    dimensionGroups: NotRequired[list[DimensionGroup]]


class AppendValuesResponse(TypedDict):
    spreadsheetId: NotRequired[str]
    tableRange: NotRequired[str]
    updates: NotRequired[UpdateValuesResponse]


class BandedRange(TypedDict):
    bandedRangeId: NotRequired[int]
    bandedRangeReference: NotRequired[str]
    columnProperties: NotRequired[BandingProperties]
    range: NotRequired[GridRange]
    rowProperties: NotRequired[BandingProperties]


class BatchUpdateValuesResponse(TypedDict):
    responses: NotRequired[list[UpdateValuesResponse]]
    spreadsheetId: NotRequired[str]
    totalUpdatedCells: NotRequired[int]
    totalUpdatedColumns: NotRequired[int]
    totalUpdatedRows: NotRequired[int]
    totalUpdatedSheets: NotRequired[int]


class CellData(TypedDict):
    dataValidation: NotRequired[DataValidationRule]
    effectiveFormat: NotRequired[CellFormat]
    effectiveValue: NotRequired[ExtendedValue]
    formattedValue: NotRequired[str]
    hyperlink: NotRequired[str]
    note: NotRequired[str]
    textFormatRuns: NotRequired[list[TextFormatRun]]
    userEnteredFormat: NotRequired[CellFormat]
    userEnteredValue: NotRequired[ExtendedValue]


class DeleteDimensionGroupResponse(TypedDict):
    dimensionGroups: NotRequired[list[DimensionGroup]]


class RepeatCellRequest(TypedDict):
    cell: NotRequired[CellData]
    fields: NotRequired[str]
    range: NotRequired[GridRange]


class RowData(TypedDict):
    values: NotRequired[list[CellData]]


class SpreadsheetProperties(TypedDict):
    autoRecalc: NotRequired[Literal['RECALCULATION_INTERVAL_UNSPECIFIED', 'ON_CHANGE', 'MINUTE', 'HOUR']]
    defaultFormat: NotRequired[CellFormat]
    importFunctionsExternalUrlAccessAllowed: NotRequired[bool]
    iterativeCalculationSettings: NotRequired[IterativeCalculationSettings]
    locale: NotRequired[str]
    spreadsheetTheme: NotRequired[SpreadsheetTheme]
    timeZone: NotRequired[str]
    title: NotRequired[str]


class Table(TypedDict):
    columnProperties: NotRequired[list[TableColumnProperties]]
    name: NotRequired[str]
    range: NotRequired[GridRange]
    rowsProperties: NotRequired[TableRowsProperties]
    tableId: NotRequired[str]


class UpdateCellsRequest(TypedDict):
    fields: NotRequired[str]
    range: NotRequired[GridRange]
    rows: NotRequired[list[RowData]]
    start: NotRequired[GridCoordinate]


class UpdateSpreadsheetPropertiesRequest(TypedDict):
    fields: NotRequired[str]
    properties: NotRequired[SpreadsheetProperties]


class UpdateTableRequest(TypedDict):
    fields: NotRequired[str]
    table: NotRequired[Table]


class AddTableRequest(TypedDict):
    table: NotRequired[Table]


class AddTableResponse(TypedDict):
    table: NotRequired[Table]


class AppendCellsRequest(TypedDict):
    fields: NotRequired[str]
    rows: NotRequired[list[RowData]]
    sheetId: NotRequired[int]
    tableId: NotRequired[str]


class GridData(TypedDict):
    columnMetadata: NotRequired[list[DimensionProperties]]
    rowData: NotRequired[list[RowData]]
    rowMetadata: NotRequired[list[DimensionProperties]]
    startColumn: NotRequired[int]
    startRow: NotRequired[int]


class Request(TypedDict):
    addDimensionGroup: NotRequired[AddDimensionGroupRequest]
    addNamedRange: NotRequired[AddNamedRangeRequest]
    addProtectedRange: NotRequired[AddProtectedRangeRequest]
    addSheet: NotRequired[AddSheetRequest]
    addTable: NotRequired[AddTableRequest]
    appendCells: NotRequired[AppendCellsRequest]
    appendDimension: NotRequired[AppendDimensionRequest]
    copyPaste: NotRequired[CopyPasteRequest]
    cutPaste: NotRequired[CutPasteRequest]
    deleteDimension: NotRequired[DeleteDimensionRequest]
    deleteDimensionGroup: NotRequired[DeleteDimensionGroupRequest]
    deleteNamedRange: NotRequired[DeleteNamedRangeRequest]
    deleteProtectedRange: NotRequired[DeleteProtectedRangeRequest]
    deleteSheet: NotRequired[DeleteSheetRequest]
    duplicateSheet: NotRequired[DuplicateSheetRequest]
    findReplace: NotRequired[FindReplaceRequest]
    insertDimension: NotRequired[InsertDimensionRequest]
    repeatCell: NotRequired[RepeatCellRequest]
    textToColumns: NotRequired[TextToColumnsRequest]
    updateCells: NotRequired[UpdateCellsRequest]
    updateDimensionProperties: NotRequired[UpdateDimensionPropertiesRequest]
    updateSheetProperties: NotRequired[UpdateSheetPropertiesRequest]
    updateSpreadsheetProperties: NotRequired[UpdateSpreadsheetPropertiesRequest]
    updateTable: NotRequired[UpdateTableRequest]


class Response(TypedDict):
    addDimensionGroup: NotRequired[AddDimensionGroupResponse]
    addNamedRange: NotRequired[AddNamedRangeResponse]
    addProtectedRange: NotRequired[AddProtectedRangeResponse]
    addSheet: NotRequired[AddSheetResponse]
    addTable: NotRequired[AddTableResponse]
    deleteDimensionGroup: NotRequired[DeleteDimensionGroupResponse]
    duplicateSheet: NotRequired[DuplicateSheetResponse]
    findReplace: NotRequired[FindReplaceResponse]


class Sheet(TypedDict):
    bandedRanges: NotRequired[list[BandedRange]]
    columnGroups: NotRequired[list[DimensionGroup]]
    data: NotRequired[list[GridData]]
    merges: NotRequired[list[GridRange]]
    properties: NotRequired[SheetProperties]
    protectedRanges: NotRequired[list[ProtectedRange]]
    rowGroups: NotRequired[list[DimensionGroup]]
    tables: NotRequired[list[Table]]


class Spreadsheet(TypedDict):
    namedRanges: NotRequired[list[NamedRange]]
    properties: NotRequired[SpreadsheetProperties]
    sheets: NotRequired[list[Sheet]]
    spreadsheetId: NotRequired[str]
    spreadsheetUrl: NotRequired[str]


class BatchUpdateSpreadsheetRequest(TypedDict):
    commentsViewMode: NotRequired[Literal['COMMENTS_VIEW_MODE_UNSPECIFIED', 'COMMENTS_VIEW_MODE_DEFAULT_FOR_CURRENT_ACCESS', 'COMMENTS_VIEW_MODE_OMITTED', 'COMMENTS_VIEW_MODE_INCLUDED']]
    includeSpreadsheetInResponse: NotRequired[bool]
    requests: NotRequired[list[Request]]
    responseIncludeGridData: NotRequired[bool]
    responseRanges: NotRequired[list[str]]


class BatchUpdateSpreadsheetResponse(TypedDict):
    commentUpdateState: NotRequired[Literal['COMMENT_UPDATE_STATE_UNSPECIFIED', 'NO_UPDATES_REQUESTED', 'ALL_SAVED', 'ALL_FAILED_UNKNOWN_REASON']]
    replies: NotRequired[list[Response]]
    spreadsheetId: NotRequired[str]
    updatedSpreadsheet: NotRequired[Spreadsheet]
