"""Validates requests of BatchImportFindings, one JSON document after the other on standard input, as the AWS SDK does
before it sends them. Writes how many there are."""
import json
import sys

import botocore.session
from botocore.validate import ParamValidator

operation = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings")
text, count = sys.stdin.read().strip(), 0
while text:
    request, end = json.JSONDecoder().raw_decode(text)
    faults = ParamValidator().validate(request, operation.input_shape)
    if faults.has_errors():
        sys.exit(f"request {count + 1}: {faults.generate_report()}")
    text, count = text[end:].lstrip(), count + 1
print(count)
