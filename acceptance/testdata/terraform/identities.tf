resource "aws_iam_user" "alice" {
  name                 = "alice"
  path                 = var.path
  permissions_boundary = var.bounded ? aws_iam_policy.edge.arn : null
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

# What it gets outside of Terraform goes with it.
resource "aws_iam_user" "leaver" {
  name          = "leaver"
  force_destroy = true
}

resource "aws_iam_group" "ops" {
  name = "ops"
  path = var.path
}

resource "aws_iam_group" "readers" {
  name = "readers"
}

resource "aws_iam_group" "renamed" {
  name = var.renamed
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
  permissions_boundary = var.bounded ? aws_iam_policy.edge.arn : null
  tags                 = { team = var.team }
}

# Older configurations say it all in the role itself.
resource "aws_iam_role" "legacy" {
  name_prefix           = "legacy-"
  force_detach_policies = true
  managed_policy_arns   = [aws_iam_policy.edge.arn]
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = ["lambda.amazonaws.com"] } }
  })
  inline_policy {
    name   = "own"
    policy = data.aws_iam_policy_document.app.json
  }
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
