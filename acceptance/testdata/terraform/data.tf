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

data "aws_iam_instance_profiles" "app" {
  role_name = aws_iam_instance_profile.app.role
}

data "aws_iam_users" "mine" {
  path_prefix = aws_iam_user.alice.path
}

data "aws_iam_roles" "services" {
  name_regex  = "^a"
  path_prefix = aws_iam_role.app.path
}

data "aws_iam_session_context" "app" {
  arn = "arn:aws:sts::${data.aws_caller_identity.me.account_id}:assumed-role/${aws_iam_role.app.name}/work"
}

data "aws_iam_principal_policy_simulation" "alice" {
  policy_source_arn = aws_iam_user.alice.arn
  action_names      = ["s3:GetObject", "s3:PutObject"]
  resource_arns     = ["arn:aws:s3:::app/report"]
  context {
    key    = "aws:SecureTransport"
    type   = "boolean"
    values = ["true"]
  }
  depends_on = [aws_iam_user_policy.alice]
}

output "caller" { value = data.aws_caller_identity.me.arn }
output "alice" { value = data.aws_iam_user.alice.arn }
output "members" { value = sort(data.aws_iam_group.ops.users[*].user_name) }
output "max_session" { value = data.aws_iam_role.app.max_session_duration }
output "document" { value = jsondecode(data.aws_iam_policy.app.policy).Statement[0].Action }
output "read_only" { value = data.aws_iam_policy.read_only.arn }
output "profile_role" { value = data.aws_iam_instance_profile.app.role_name }
output "device" { value = aws_iam_virtual_mfa_device.bob.arn }
output "keys" { value = data.aws_iam_access_keys.bob.access_keys[*].status }
output "alias" { value = data.aws_iam_account_alias.this.account_alias }
output "profiles" { value = data.aws_iam_instance_profiles.app.names }
output "users" { value = data.aws_iam_users.mine.names }
output "roles" { value = data.aws_iam_roles.services.names }
output "issuer" { value = data.aws_iam_session_context.app.issuer_arn }
output "session" { value = data.aws_iam_session_context.app.session_name }
output "identity_provider" { value = data.aws_iam_saml_provider.staff.name }
output "allowed" { value = { for r in data.aws_iam_principal_policy_simulation.alice.results : r.action_name => r.decision } }
output "ssh_status" { value = data.aws_iam_user_ssh_key.alice.status }
