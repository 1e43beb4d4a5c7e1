terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.100" }
  }
}

# The endpoint, the region and the key come from the environment.
provider "aws" {
  max_retries = 1
  default_tags { tags = { by = "terraform" } }
}

variable "team" { type = string }
variable "path" { type = string }
variable "renamed" { type = string }
variable "description" { type = string }
variable "max_session" { type = number }
variable "actions" { type = list(string) }
variable "members" { type = list(string) }
variable "alias" { type = string }
variable "status" { type = string }
variable "bounded" { type = bool }
variable "password_length" { type = number }
variable "token_version" { type = string }
variable "thumbprint" { type = string }
variable "metadata" { type = number }

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

resource "aws_iam_policy" "shared" {
  name   = "shared"
  policy = data.aws_iam_policy_document.app.minified_json
}
