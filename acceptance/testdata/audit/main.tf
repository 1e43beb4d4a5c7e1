# An account with many kinds of faults, for the audit to find.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

# The endpoint, the region and the key come from the environment.
provider "aws" {
  max_retries = 1
}

data "aws_caller_identity" "me" {}

locals {
  account  = data.aws_caller_identity.me.account_id
  anything = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}

# A password without a second factor, two keys, policies of its own, and a way to administrator.
resource "aws_iam_user" "carol" {
  name = "carol"
  path = "/staff/"
}

resource "aws_iam_user_login_profile" "carol" {
  user = aws_iam_user.carol.name
}

resource "aws_iam_access_key" "carol" {
  count = 2
  user  = aws_iam_user.carol.name
}

resource "aws_iam_user_policy" "carol" {
  name = "release"
  user = aws_iam_user.carol.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Sid = "Versions", Effect = "Allow", Action = "iam:CreatePolicyVersion", Resource = aws_iam_policy.shared.arn },
    { Sid = "Keys", Effect = "Allow", Action = "iam:CreateAccessKey", Resource = aws_iam_user.root.arn },
  ] })
}

resource "aws_iam_user_policy_attachment" "carol" {
  user       = aws_iam_user.carol.name
  policy_arn = aws_iam_policy.shared.arn
}

resource "aws_iam_policy" "shared" {
  name   = "shared"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}

# An administrator by a policy that is not called so.
resource "aws_iam_user" "root" {
  name = "printer"
}

resource "aws_iam_policy" "anything" {
  name   = "printing"
  policy = local.anything
}

resource "aws_iam_user_policy_attachment" "root" {
  user       = aws_iam_user.root.name
  policy_arn = aws_iam_policy.anything.arn
}

resource "aws_iam_policy" "unattached" {
  name   = "unattached"
  policy = local.anything
}

resource "aws_iam_group" "empty" {
  name = "empty"
}

# Roles that others reach: anybody, another account, a pipeline of any repository.
resource "aws_iam_role" "open" {
  name = "open"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "*" } },
  ] })
}

resource "aws_iam_role_policy_attachment" "open" {
  role       = aws_iam_role.open.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role" "partner" {
  name = "partner"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::999988887777:root" } },
  ] })
}

resource "aws_iam_openid_connect_provider" "pipelines" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
}

resource "aws_iam_role" "pipeline" {
  name = "pipeline"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    {
      Effect    = "Allow", Action = "sts:AssumeRoleWithWebIdentity",
      Principal = { Federated = aws_iam_openid_connect_provider.pipelines.arn },
      Condition = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" } },
    },
  ] })
}
