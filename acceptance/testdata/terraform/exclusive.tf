# Of these each one takes away what it does not name. All that others attach here is therefore named.

resource "aws_iam_policy_attachment" "shared" {
  name       = "shared"
  policy_arn = aws_iam_policy.shared.arn
  users      = aws_iam_group_membership.ops.users
  groups     = [aws_iam_group.readers.name]
  roles      = [aws_iam_role.app.name]
}

resource "aws_iam_user_policies_exclusive" "alice" {
  user_name    = aws_iam_user.alice.name
  policy_names = [aws_iam_user_policy.alice.name]
}

resource "aws_iam_group_policies_exclusive" "ops" {
  group_name   = aws_iam_group.ops.name
  policy_names = [aws_iam_group_policy.ops.name]
}

resource "aws_iam_role_policies_exclusive" "app" {
  role_name    = aws_iam_role.app.name
  policy_names = [aws_iam_role_policy.app.name]
}

resource "aws_iam_user_policy_attachments_exclusive" "alice" {
  user_name   = aws_iam_user.alice.name
  policy_arns = [aws_iam_user_policy_attachment.alice.policy_arn, aws_iam_policy_attachment.shared.policy_arn]
}

resource "aws_iam_group_policy_attachments_exclusive" "readers" {
  group_name  = aws_iam_group.readers.name
  policy_arns = [aws_iam_group_policy_attachment.readers.policy_arn, aws_iam_policy_attachment.shared.policy_arn]
}

resource "aws_iam_role_policy_attachments_exclusive" "app" {
  role_name   = aws_iam_role.app.name
  policy_arns = [aws_iam_role_policy_attachment.app.policy_arn, aws_iam_policy_attachment.shared.policy_arn]
}
