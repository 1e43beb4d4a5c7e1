"""Reads answers of the query protocol as botocore does, and tells what is wrong with them.

In comes {"service": "iam", "answers": {"Operation": [{"operation", "status", "body"}, ...]}}, out goes
{"version", "unknown": ["Operation", ...], "faults": {"Operation": [["fault", ...], ...]},
"unseen": {"Operation": ["path of a member that no answer has", ...]}}. The version is botocore's, unknown are the
operations that it does not have.
"""

import base64
import binascii
import json
import re
import sys
from xml.etree import ElementTree

import botocore
import botocore.session
from botocore import parsers

# Values that AWS sends though its model's enumerations do not have them. Sources: answers of AWS that others published;
# for the simulator's, also what internal/service/iam says beside them.
BEYOND = {
    "PermissionsBoundaryAttachmentType": {"Policy"},
    "PolicySourceType": {"IAM Policy", "Resource Policy", "Permissions Boundary Policy"},
}

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def bare(element):
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def of_type(shape, text):
    """Whether the text is one of a scalar shape, strictly: botocore takes anything for a boolean, and many times."""
    kind = shape.type_name
    if kind == "boolean":
        return text in ("true", "false")
    if kind in ("integer", "long"):
        return re.fullmatch(r"-?\d+", text) is not None
    if kind == "timestamp":
        return TIME.fullmatch(text) is not None
    if kind == "blob":
        try:
            base64.b64decode(text, validate=True)
        except binascii.Error:
            return False
    if kind == "string" and shape.enum:
        return text in shape.enum or text in BEYOND.get(shape.name, ())
    return True


def elements(shape, element, path):
    """Compares the elements with the shape: parsers drop what the shape does not have."""
    kind, children = shape.type_name, list(element)
    if element.attrib:
        yield f"{path} has attributes"
    if kind not in ("structure", "list", "map"):
        if children:
            yield f"{path} has elements, and is a {kind}"
        elif not of_type(shape, element.text or ""):
            yield f"{path}: {element.text!r} is no {shape.name} ({kind})"
        return
    if any(text and text.strip() for text in [element.text, *(c.tail for c in children)]):
        yield f"{path} has text, and is a {kind}"
    if kind == "map":
        for entry in children:
            if bare(entry) != "entry" or [bare(c) for c in entry] != ["key", "value"]:
                yield f"{path} has {bare(entry)} {[bare(c) for c in entry]}, and is a map"
                continue
            yield from elements(shape.key, entry[0], f"{path}.key")
            yield from elements(shape.value, entry[1], f"{path}.value")
        return
    for i, child in enumerate(children):
        name = bare(child)
        known = {"member": shape.member} if kind == "list" else shape.members
        if name not in known:
            yield f"{path} has an element {name}, which {shape.name} has not"
            continue
        if kind == "structure" and any(bare(c) == name for c in children[:i]):
            yield f"{path} has two elements {name}"
        yield from elements(known[name], child, f"{path}.{name}")


def parts(shape):
    """The shapes right below one by name: members of a structure, "member" of a list, "value" of a map."""
    return {
        "structure": lambda: shape.members,
        "list": lambda: {"member": shape.member},
        "map": lambda: {"value": shape.value},
    }.get(shape.type_name, dict)()


def held(shape, value):
    """What a parsed value holds of each part of its shape."""
    for name, part in parts(shape).items():
        if shape.type_name == "structure":
            yield name, part, [value[name]] if value.get(name) is not None else []
        else:
            yield name, part, list(value.values() if shape.type_name == "map" else value)


def required(shape, value, path):
    """Tells which required members are not in what botocore has parsed."""
    for name, part, values in held(shape, value):
        if not values and shape.type_name == "structure" and name in shape.required_members:
            yield f"{path}.{name} is required and missing"
        for v in values:
            yield from required(part, v, f"{path}.{name}")


def present(shape, value, path=()):
    """The paths of all that a parsed value has."""
    for name, part, values in held(shape, value):
        if values:
            yield (*path, name)
        for v in values:
            yield from present(part, v, (*path, name))


def absent(shape, seen, path=()):
    """The paths of what is not among those seen, but for what is below one of them."""
    for name, part in parts(shape).items():
        at = (*path, name)
        if at in seen:
            yield from absent(part, seen, at)
        else:
            yield ".".join(at)


def envelope(root, namespace, want):
    """Compares the outermost elements: names of the model in its namespace."""
    strangers = {e.tag for e in root.iter() if not e.tag.startswith("{" + namespace + "}")}
    if strangers:
        yield f"not in the namespace {namespace}: {sorted(strangers)}"
    have = {bare(root): [bare(c) for c in root]}
    if have != want:
        yield f"the answer is {have}, want {want}"


class Reader:
    def __init__(self, service):
        self.model = botocore.session.get_session().get_service_model(service)
        self.parser = parsers.create_parser("query")
        self.namespace = self.model.metadata["xmlNamespace"]
        self.seen = {}

    def read(self, answer):
        """Yields the faults of an answer."""
        operation = self.model.operation_model(answer["operation"])
        root = ElementTree.fromstring(answer["body"])
        response = {"headers": {}, "status_code": answer["status"], "body": answer["body"].encode()}
        read = self.read_output if answer["status"] == 200 else self.read_error
        yield from read(operation, root, self.parser.parse(response, operation.output_shape))

    def read_output(self, operation, root, parsed):
        name, shape = operation.name, operation.output_shape
        wrapper = [shape.serialization["resultWrapper"]] if shape else []
        yield from envelope(root, self.namespace, {f"{name}Response": [*wrapper, "ResponseMetadata"]})
        if not parsed["ResponseMetadata"].get("RequestId"):
            yield "no request id"
        seen = self.seen.setdefault(name, set())
        if shape:
            yield from elements(shape, root[0], name)
            yield from required(shape, parsed, name)
            seen.update(present(shape, parsed))

    def read_error(self, operation, root, parsed):
        yield from envelope(root, self.namespace, {"ErrorResponse": ["Error", "RequestId"]})
        error = parsed["Error"]
        if sorted(error.keys() | {"Message"}) != ["Code", "Message", "Type"] or not error["Code"]:
            yield f"the error is {error}"
        if error.get("Type") not in ("Sender", "Receiver") or not parsed["ResponseMetadata"].get("RequestId"):
            yield f"the error's type is {error.get('Type')}, its request {parsed['ResponseMetadata']}"
        for shape in operation.error_shapes:
            if shape.error_code == error.get("Code"):
                have = parsed["ResponseMetadata"]["HTTPStatusCode"]
                want = shape.metadata.get("error", {}).get("httpStatusCode", 400)
                if have != want:
                    yield f"{shape.error_code} has the status {have}, want {want}"

    def unseen(self):
        """By operation that was answered, the members of its output that no answer had."""
        shapes = {name: self.model.operation_model(name).output_shape for name in self.seen}
        missing = {name: sorted(absent(shape, self.seen[name])) for name, shape in shapes.items() if shape}
        return {name: paths for name, paths in missing.items() if paths}


def faults(reader, answer):
    try:
        return list(reader.read(answer))
    except (parsers.ResponseParserError, ElementTree.ParseError, ValueError, KeyError, AttributeError, TypeError) as e:
        return [f"botocore cannot read it: {type(e).__name__}: {e}"]


def main():
    work = json.load(sys.stdin)
    reader = Reader(work["service"])
    report = {"version": botocore.__version__, "unknown": sorted(set(work["answers"]) - set(reader.model.operation_names))}
    if not report["unknown"]:
        report["faults"] = {name: [faults(reader, answer) for answer in answers] for name, answers in work["answers"].items()}
        report["unseen"] = reader.unseen()
    json.dump(report, sys.stdout)


main()
