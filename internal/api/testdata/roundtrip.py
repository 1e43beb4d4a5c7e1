"""Reads a list of cases as JSON on standard input and answers each with what botocore makes of it.

A case {"model", "operation", "status", "headers", "body"} is parsed as a response: the answer is {"output", "requestId",
"error"}. A case {"model", "operation", "input"} is serialized as a request: the answer is {"method", "target", "headers",
"body"}. Times are ISO 8601 and blobs base64 in JSON.
"""

import base64
import datetime
import functools
import json
import pathlib
import sys

import botocore.awsrequest
import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize

own = pathlib.Path(__file__).parents[2] / "apigen" / "models"
loader = botocore.loaders.Loader()


@functools.cache
def model(name):
    path = own / (name + ".json")
    text = json.loads(path.read_text()) if path.exists() else loader.load_service_model(name, "service-2")
    return botocore.model.ServiceModel(text, name)


def walk(shape, value, scalar):
    if getattr(shape, "is_document_type", False):
        return value
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


def response(op, case):
    parser = botocore.parsers.create_parser(op.service_model.protocol)
    headers = botocore.awsrequest.HeadersDict(case["headers"])
    raw = {"status_code": case["status"], "headers": headers, "body": case["body"].encode()}
    got = parser.parse(raw, op.output_shape)
    if case["status"] < 300:
        metadata = got.pop("ResponseMetadata")
        output = walk(op.output_shape, got, to_json) if op.output_shape else {}
        return {"output": output, "requestId": metadata["RequestId"]}
    shape = op.service_model.shape_for_error_code(got["Error"]["Code"])
    fields = walk(shape, parser.parse(raw, shape), to_json) if shape else {}
    return {"error": got["Error"], "requestId": got["ResponseMetadata"]["RequestId"], "output": fields}


def request(op, case):
    serializer = botocore.serialize.create_serializer(op.service_model.protocol, include_validation=False)
    params = walk(op.input_shape, case["input"], from_json) if op.input_shape else {}
    made = serializer.serialize_to_request(params, op)
    botocore.awsrequest.prepare_request_dict(made, "http://host", user_agent="test")
    sent = botocore.awsrequest.create_request_object(made).prepare()
    body = sent.body or b""
    return {
        "method": sent.method,
        "target": sent.url.removeprefix("http://host"),
        "headers": dict(sent.headers.items()),
        "body": body if isinstance(body, str) else body.decode(),
    }


def answer(case):
    op = model(case["model"]).operation_model(case["operation"])
    return response(op, case) if "body" in case else request(op, case)


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout, default=lambda b: b.decode())
