// The target `Documents` writes what people and programs read of the API: the OpenAPI document and the reference as a web page. Both are made from the
// endpoint table, the scopes and the table of errors in `API`, so neither can say what the API does not do. It reads no file, knows no server, and is
// asked by commands alone: nginx serves what they write.
