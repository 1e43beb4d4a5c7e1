terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

# The endpoint, the region and the key come from the environment.
provider "aws" {
  max_retries = 1
}

variable "team" { type = string }
variable "path" { type = string }
variable "renamed" { type = string }
variable "description" { type = string }
variable "max_session" { type = number }
variable "actions" { type = list(string) }
variable "members" { type = list(string) }
variable "alias" { type = string }

data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "app" {
  statement {
    sid       = "Look"
    actions   = var.actions
    resources = ["arn:aws:s3:::app", "arn:aws:s3:::app/*"]
  }
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["*"]
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = [data.aws_caller_identity.me.arn, aws_iam_user.alice.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.team]
    }
  }
}

resource "aws_iam_account_alias" "this" {
  account_alias = var.alias
}

resource "aws_iam_policy" "app" {
  name        = "app"
  path        = "/services/"
  description = "What the app may"
  policy      = data.aws_iam_policy_document.app.json
  tags        = { team = var.team }
}

resource "aws_iam_policy" "edge" {
  name_prefix = "edge-"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}

resource "aws_iam_user" "alice" {
  name                 = "alice"
  path                 = var.path
  permissions_boundary = aws_iam_policy.edge.arn
  tags                 = { team = var.team, mail = "alice@example.org" }
}

resource "aws_iam_user" "bob" {
  name = "bob"
}

# Its tags do not change: the provider sets tags under the new name before it renames.
resource "aws_iam_user" "renamed" {
  name = var.renamed
  tags = { stays = "yes" }
}

resource "aws_iam_access_key" "bob" {
  user = aws_iam_user.bob.name
}

resource "aws_iam_group" "ops" {
  name = "ops"
  path = var.path
}

resource "aws_iam_group" "readers" {
  name = "readers"
}

resource "aws_iam_group_membership" "ops" {
  name  = "ops"
  group = aws_iam_group.ops.name
  users = [for name in var.members : { alice = aws_iam_user.alice.name, bob = aws_iam_user.bob.name }[name]]
}

resource "aws_iam_user_group_membership" "renamed" {
  user   = aws_iam_user.renamed.name
  groups = [aws_iam_group.readers.name]
}

resource "aws_iam_user_policy" "alice" {
  name   = "own"
  user   = aws_iam_user.alice.name
  policy = data.aws_iam_policy_document.app.json
}

resource "aws_iam_group_policy" "ops" {
  name   = "own"
  group  = aws_iam_group.ops.name
  policy = data.aws_iam_policy_document.app.json
}

resource "aws_iam_role" "app" {
  name                 = "app"
  path                 = "/services/"
  description          = var.description
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = var.max_session
  permissions_boundary = aws_iam_policy.edge.arn
  tags                 = { team = var.team }
}

resource "aws_iam_role_policy" "app" {
  name   = "own"
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.app.json
}

resource "aws_iam_user_policy_attachment" "alice" {
  user       = aws_iam_user.alice.name
  policy_arn = aws_iam_policy.app.arn
}

resource "aws_iam_group_policy_attachment" "readers" {
  group      = aws_iam_group.readers.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = aws_iam_policy.app.arn
}

resource "aws_iam_instance_profile" "app" {
  name = "app"
  role = aws_iam_role.app.name
  tags = { team = var.team }
}

resource "aws_iam_openid_connect_provider" "id" {
  url             = "https://id.example.com/realms/staff"
  client_id_list  = ["app", var.team]
  thumbprint_list = ["990f4193972f2becf12ddeda5237f9c952f20d9e"]
  tags            = { team = var.team }
}

resource "aws_iam_openid_connect_provider" "plain" {
  url            = "https://plain.example.com"
  client_id_list = ["app"]
}

data "aws_iam_openid_connect_provider" "id" {
  url = "https://${aws_iam_openid_connect_provider.id.url}"
}

data "aws_iam_user" "alice" {
  user_name = aws_iam_user.alice.name
}

data "aws_iam_group" "ops" {
  group_name = aws_iam_group_membership.ops.group
}

data "aws_iam_role" "app" {
  name = aws_iam_role.app.name
}

data "aws_iam_policy" "app" {
  arn = aws_iam_policy.app.arn
}

data "aws_iam_policy" "read_only" {
  name = "ReadOnlyAccess"
}

data "aws_iam_instance_profile" "app" {
  name = aws_iam_instance_profile.app.name
}

output "caller" { value = data.aws_caller_identity.me.arn }
output "alice" { value = data.aws_iam_user.alice.arn }
output "members" { value = sort(data.aws_iam_group.ops.users[*].user_name) }
output "max_session" { value = data.aws_iam_role.app.max_session_duration }
output "document" { value = jsondecode(data.aws_iam_policy.app.policy).Statement[0].Action }
output "read_only" { value = data.aws_iam_policy.read_only.arn }
output "profile_role" { value = data.aws_iam_instance_profile.app.role_name }
output "key" { value = aws_iam_access_key.bob.id }
output "edge" { value = aws_iam_policy.edge.arn }

resource "aws_iam_account_password_policy" "this" {
  minimum_password_length        = 14
  require_lowercase_characters   = true
  require_numbers                = true
  require_symbols                = true
  require_uppercase_characters   = true
  allow_users_to_change_password = true
  max_password_age               = 90
  password_reuse_prevention      = 5
}

resource "aws_iam_user_login_profile" "bob" {
  user            = aws_iam_user.bob.name
  password_length = 24
}

resource "aws_iam_virtual_mfa_device" "bob" {
  virtual_mfa_device_name = "bob"
  path                    = "/staff/"
  tags                    = { team = var.team }
}

output "device" { value = aws_iam_virtual_mfa_device.bob.arn }
