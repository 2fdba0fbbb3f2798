"""Judges an OpenAPI document by validators that others have written, and real responses by the document.

    check_document.py DOCUMENT EXCHANGES

EXCHANGES is a list of responses: operation, status, fields and body. Prints what it has looked at, and fails at the first
thing that is wrong.
"""

import json
import sys

from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

with open(sys.argv[1]) as file:
    document = json.load(file)
with open(sys.argv[2]) as file:
    exchanges = json.load(file)


def resolve(node):
    """What a reference of the document's own leads to."""
    while "$ref" in node and node["$ref"].split("/")[2] != "schemas":
        place = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            place = place[name]
        node = place
    return node


def check(instance, schema, name):
    """A schema may refer to any other of the document's: they stand beside it."""
    validator = Draft202012Validator(schema | {"components": document["components"]}, format_checker=FormatChecker())
    errors = [f"{name}: {'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(instance)]
    if errors:
        sys.exit("\n".join(errors))


# What every response of HTTP may have, and what is for browsers alone: no part of the contract.
UNDOCUMENTED = {
    "connection", "content-encoding", "content-length", "content-type", "date", "last-modified", "server",
    "transfer-encoding",
    "strict-transport-security", "x-content-type-options", "content-security-policy",
}


def check_fields(fields, response, name):
    unknown = set(fields) - UNDOCUMENTED - {field.lower() for field in response.get("headers", {})}
    if unknown:
        sys.exit(f"{name}: {', '.join(sorted(unknown))} is not in the document")
    for field, header in response.get("headers", {}).items():
        header = resolve(header)
        value = fields.get(field.lower())
        if value is None:
            if header.get("required"):
                sys.exit(f"{name}: no {field}")
        else:
            check(int(value) if header["schema"]["type"] == "integer" else value, header["schema"], f"{name}: {field}")


validate(document)
operations = {
    operation["operationId"]: operation for path in document["paths"].values() for operation in path.values()
}

examples = 0
for name, operation in operations.items():
    for parameter in map(resolve, operation["parameters"]):
        Draft202012Validator.check_schema(parameter["schema"])
        if "example" in parameter:
            check(parameter["example"], parameter["schema"], f"{name}: {parameter['name']}")
            examples += 1
    for status, response in operation["responses"].items():
        for media in resolve(response).get("content", {}).values():
            Draft202012Validator.check_schema(media["schema"])
            given = [media["example"]] if "example" in media else []
            for example in given + [example["value"] for example in media.get("examples", {}).values()]:
                check(example, media["schema"], f"{name}: {status}")
                examples += 1

for exchange in exchanges:
    name = f"{exchange['operation']}: {exchange['status']}"
    response = resolve(operations[exchange["operation"]]["responses"][str(exchange["status"])])
    check_fields(exchange["fields"], response, name)
    media = response.get("content", {}).get(exchange["fields"].get("content-type"))
    if media:
        check(json.loads(exchange["body"]), media["schema"], name)
    elif exchange["body"]:
        sys.exit(f"{name}: a body that the document does not have")

print(f"valid; {examples} examples and {len(exchanges)} responses are as their schemas say")
