"""Sign requests with botocore, as a second opinion on this package.

Reads a JSON list of requests from standard input and writes a JSON list of what botocore makes of them: the canonical
request, the string to sign, and either the headers to send or, presigned, the URL.
"""
import base64
import datetime
import json
import sys

import botocore
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def sign(case):
    when = datetime.datetime.strptime(case["time"], "%Y%m%dT%H%M%SZ")
    botocore.auth.get_current_datetime = lambda *args, **kwargs: when
    request = AWSRequest(
        method=case["method"],
        url="http://" + case["host"] + case["target"],
        data=base64.b64decode(case["body"] or ""),
    )
    for name, value in case["header"] or []:
        request.headers.add_header(name, value)
    credentials = Credentials(case["key"], case["secret"], case["token"] or None)
    scope = case["service"], case["region"]
    if case["expires"]:
        signer = botocore.auth.SigV4QueryAuth(credentials, *scope, expires=case["expires"])
    else:
        signer = botocore.auth.SigV4Auth(credentials, *scope)

    seen = {}
    for name in "canonical_request", "string_to_sign":
        def spy(*args, original=getattr(signer, name), name=name):
            seen[name] = original(*args)
            return seen[name]
        setattr(signer, name, spy)
    signer.add_auth(request)
    return {
        "canonical": seen["canonical_request"],
        "stringToSign": seen["string_to_sign"],
        "target": request.url.removeprefix("http://" + case["host"]),
        "header": [[name, value] for name, value in request.headers.items()],
    }


if __name__ == "__main__":
    cases = json.load(sys.stdin)
    json.dump({"botocore": botocore.__version__, "signed": [sign(c) for c in cases]}, sys.stdout, indent=1)
