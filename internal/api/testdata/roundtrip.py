"""Reads a list of cases as JSON on standard input and answers each with what botocore makes of it.

A case {"service", "operation", "xml"} is parsed as a response: the answer is {"output": value}.
A case {"service", "operation", "input"} is serialized as a request: the answer is {"body": form}.
Times are ISO 8601 and blobs base64 in JSON.
"""

import base64
import datetime
import json
import sys
import urllib.parse

import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize

loader = botocore.loaders.Loader()
models = {
    name: botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name)
    for name in ("iam", "sts")
}
parser = botocore.parsers.create_parser("query")
serializer = botocore.serialize.create_serializer("query", include_validation=False)


def walk(shape, value, scalar):
    if shape.type_name == "structure":
        return {k: walk(shape.members[k], v, scalar) for k, v in value.items() if k in shape.members}
    if shape.type_name == "list":
        return [walk(shape.member, v, scalar) for v in value]
    if shape.type_name == "map":
        return {k: walk(shape.value, v, scalar) for k, v in value.items()}
    return scalar(shape.type_name, value)


def from_json(kind, value):
    if kind == "timestamp":
        return datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    return base64.b64decode(value) if kind == "blob" else value


def to_json(kind, value):
    if kind == "timestamp":
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return base64.b64encode(value).decode() if kind == "blob" else value


def answer(case):
    op = models[case["service"]].operation_model(case["operation"])
    if "xml" in case:
        got = parser.parse({"status_code": case["status"], "headers": {}, "body": case["xml"].encode()}, op.output_shape)
        metadata = got.pop("ResponseMetadata")
        error = got.pop("Error", None) if case["status"] >= 300 else None
        output = walk(op.output_shape, got, to_json) if op.output_shape else {}
        return {"output": output, "requestId": metadata["RequestId"], "error": error}
    params = walk(op.input_shape, case["input"], from_json) if op.input_shape else {}
    body = serializer.serialize_to_request(params, op)["body"]
    return {"body": urllib.parse.urlencode(body)}


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
