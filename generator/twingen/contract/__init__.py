"""The API as data: operations, schemas, security and where each fact came from."""
