"""Twenty calls of boto3, as its users make them. Region and key come from the environment, the endpoint is the argument."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

endpoint = sys.argv[1]  # older versions do not read it from the environment
iam, sts = boto3.client("iam", endpoint_url=endpoint), boto3.client("sts", endpoint_url=endpoint)
calls = 0


def count(**_):
    global calls
    calls += 1


for client in (iam, sts):
    client.meta.events.register("before-call", count)


def refused(code, call, **args):
    try:
        call(**args)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        assert e.response["ResponseMetadata"]["RequestId"], e
    else:
        raise AssertionError(f"not refused: {code}")


def policy(action):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})


account = sts.get_caller_identity()["Account"]
trust = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}],
})

user = iam.create_user(UserName="boto", Path="/py/", Tags=[{"Key": "lang", "Value": "python"}])["User"]
assert user["UserId"].startswith("AIDA") and user["CreateDate"].tzinfo, user
iam.get_waiter("user_exists").wait(UserName="boto")
refused("EntityAlreadyExists", iam.create_user, UserName="boto")
refused("NoSuchEntity", iam.get_user, UserName="nobody")
try:
    iam.get_user(UserName="nobody")
except iam.exceptions.NoSuchEntityException:
    pass
iam.tag_user(UserName="boto", Tags=[{"Key": "a", "Value": "ü = é"}])
assert {"Key": "a", "Value": "ü = é"} in iam.list_user_tags(UserName="boto")["Tags"]
arn = iam.create_policy(PolicyName="list", PolicyDocument=policy("iam:ListUsers"))["Policy"]["Arn"]
document = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
assert document["Statement"][0]["Action"] == "iam:ListUsers", document
iam.attach_user_policy(UserName="boto", PolicyArn=arn)
key = iam.create_access_key(UserName="boto")["AccessKey"]
as_boto = boto3.Session(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]).client("iam", endpoint_url=endpoint)
assert any(u["UserName"] == "boto" for page in as_boto.get_paginator("list_users").paginate() for u in page["Users"])
refused("AccessDenied", as_boto.list_groups)
role = iam.create_role(RoleName="py", AssumeRolePolicyDocument=trust)["Role"]
assert role["AssumeRolePolicyDocument"]["Statement"][0]["Action"] == "sts:AssumeRole", role
iam.put_role_policy(RoleName="py", PolicyName="p", PolicyDocument=policy("iam:ListRoles"))
session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="work")["Credentials"]
as_role = boto3.client(
    "iam", endpoint_url=endpoint, aws_access_key_id=session["AccessKeyId"], aws_secret_access_key=session["SecretAccessKey"],
    aws_session_token=session["SessionToken"])
assert [r["RoleName"] for r in as_role.list_roles()["Roles"]] == ["py"]
refused("AccessDenied", as_role.list_users)
refused("DeleteConflict", iam.delete_user, UserName="boto")
iam.delete_access_key(UserName="boto", AccessKeyId=key["AccessKeyId"])
iam.detach_user_policy(UserName="boto", PolicyArn=arn)
iam.delete_user(UserName="boto")
iam.delete_policy(PolicyArn=arn)

if calls < 20:
    sys.exit(f"only {calls} calls were made")
print(calls, "calls")
