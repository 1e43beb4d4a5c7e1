"""Validates requests of BatchImportFindings, one in each line of standard input, as the AWS SDK does before it sends them, and
that each has as many findings as the service takes: from one to a hundred. Writes how many requests there are."""
import json
import sys

import botocore.session
from botocore.validate import ParamValidator

operation = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings")
count = 0
for line in sys.stdin:
    request, count = json.loads(line), count + 1
    faults = ParamValidator().validate(request, operation.input_shape)
    if faults.has_errors():
        sys.exit(f"request {count}: {faults.generate_report()}")
    if not 1 <= len(request["Findings"]) <= 100:
        sys.exit(f"request {count}: {len(request['Findings'])} findings")
print(count)
