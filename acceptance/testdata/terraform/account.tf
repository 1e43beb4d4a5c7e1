resource "aws_iam_account_alias" "this" {
  account_alias = var.alias
}

resource "aws_iam_account_password_policy" "this" {
  minimum_password_length        = var.password_length
  require_lowercase_characters   = true
  require_numbers                = true
  require_symbols                = true
  require_uppercase_characters   = true
  allow_users_to_change_password = true
  max_password_age               = 90
  password_reuse_prevention      = 5
}

# The provider does not put it back on destroy: after.json ends with the version that an account begins with.
resource "aws_iam_security_token_service_preferences" "this" {
  global_endpoint_token_version = var.token_version
}

# It needs the alias, but an alias that is replaced has no value to refer to while it is planned.
data "aws_iam_account_alias" "this" {
  depends_on = [aws_iam_account_alias.this]
}
