"""Runs the steps of files through boto3: python3 scenario.py FILE..., with what is given, as JSON, on standard input.

acceptance/scenario_test.go says what a step means. scenario.mjs beside this file does the same with another SDK.
"""

import base64
import datetime
import hashlib
import hmac
import json
import re
import sys
import time

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

kept = {"given": json.load(sys.stdin)}
clients = {}


def find(path):
    """The value at a path such as session.Credentials or pages.0.Users."""
    value = kept
    for name in path.split("."):
        value = value[int(name) if isinstance(value, list) else name]
    return value


def code(seed, steps, now):
    """The one-time code (RFC 6238) of some steps of thirty seconds from now."""
    counter = int(now) // 30 + steps
    mac = hmac.digest(base64.b32decode(seed), counter.to_bytes(8, "big"), hashlib.sha1)
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start:start + 4], 'big') & 0x7FFFFFFF) % 1000000:06}"


def fill(value, now):
    """A parameter as it is sent, now: in the middle of a step of the scenario no step of thirty seconds ends."""
    if isinstance(value, str):
        return re.sub(r"\{\{([\w.]+)\}\}", lambda found: find(found[1]), value)
    if isinstance(value, list):
        return [fill(v, now) for v in value]
    if not isinstance(value, dict):
        return value
    if "json" in value:
        return json.dumps(fill(value["json"], now), separators=(",", ":"), ensure_ascii=False)
    if "code" in value:
        return code(fill(value["code"], now), value["steps"], now)
    return {name: fill(v, now) for name, v in value.items()}


def plain(value):
    """What the SDK gave, as JSON has it: times in RFC 3339, blobs as texts of one character a byte."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {name: plain(v) for name, v in value.items() if name != "ResponseMetadata"}
    return value


def client(service, who):
    if (service, who) not in clients:
        key = {} if who == "nobody" else find(who)
        clients[service, who] = boto3.client(
            service, endpoint_url=find("given.endpoint"), region_name=find("given.region"),
            config=Config(retries={"total_max_attempts": 1}), aws_access_key_id=key.get("AccessKeyId"),
            aws_secret_access_key=key.get("SecretAccessKey"), aws_session_token=key.get("SessionToken"))
    return clients[service, who]


def met(metadata):
    return {"status": metadata["HTTPStatusCode"], "request": metadata["RequestId"]}


def run(step):
    """What became of a step: its answer, or its error."""
    service, _, name = (step.get("call") or step["wait"]).partition(":")
    api, params = client(service, step.get("as", "given.admin")), fill(step.get("with", {}), time.time())
    try:
        if "wait" in step:
            api.get_waiter(xform_name(name)).wait(**params)
            return {"answer": {}}
        if "pageSize" in step:
            pages = list(api.get_paginator(xform_name(name)).paginate(**params, PaginationConfig={"PageSize": step["pageSize"]}))
            return met(pages[-1]["ResponseMetadata"]) | {"answer": plain(pages)}
        answer = getattr(api, xform_name(name))(**params)
        return met(answer["ResponseMetadata"]) | {"answer": plain(answer)}
    except ClientError as e:
        error = {"code": e.response["Error"]["Code"], "message": e.response["Error"].get("Message", "Unknown")}
        if type(e) is not ClientError:
            error["exception"] = type(e).__name__
        return met(e.response["ResponseMetadata"]) | {"error": error}


for file in sys.argv[1:]:
    for step in json.load(open(file, encoding="utf-8")):
        result = run(step)
        if "keep" in step and "answer" in result:
            kept[step["keep"]] = result["answer"]
        print(json.dumps({"title": step["title"]} | result), flush=True)
