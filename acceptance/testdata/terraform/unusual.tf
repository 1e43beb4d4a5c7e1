# Names, documents and tags of which a service could make something else than was written.

resource "aws_iam_user" "unusual" {
  name = "u.x+y=z,a@b_c-d"
  path = "/a/b-c/"
  tags = var.bounded ? { empty = "", "a b/c:d=e+f@g" = "ünï" } : null
}

resource "aws_iam_policy" "unusual" {
  name_prefix = "unusual"
  policy      = <<-EOF

    {
      "Statement" : [
        {"Effect":"Allow", "Resource" : "*",   "Action": ["ec2:Describe*","ec2:DescribeHosts"], "Sid": "",
         "Condition": {"NumericLessThan": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": true}}}
      ], "Version": "2012-10-17", "Id": "x" }
  EOF
  tags        = var.bounded ? { empty = "" } : {}
}

resource "aws_iam_user_policy" "unusual" {
  name_prefix = "unusual"
  user        = aws_iam_user.unusual.name
  policy      = "${aws_iam_policy.unusual.policy}\n"
}

resource "aws_iam_role" "unusual" {
  description = ""
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["sts:AssumeRole", "sts:TagSession"], Principal = { AWS = data.aws_caller_identity.me.account_id } },
      {
        Effect    = "Allow", Action = "sts:AssumeRole", Principal = { AWS = ["*"] }
        Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-abcdefghij" } }
      },
      {
        Effect    = "Allow", Action = "sts:AssumeRoleWithSAML", Principal = { Federated = aws_iam_saml_provider.staff.arn }
        Condition = { StringEquals = { "SAML:aud" = "https://signin.aws.amazon.com/saml" } }
      },
      {
        Effect    = "Allow", Action = "sts:AssumeRoleWithWebIdentity", Principal = { Federated = aws_iam_openid_connect_provider.plain.arn }
        Condition = { StringEquals = { "plain.example.com:aud" = "app" } }
      },
      { Effect = "Deny", Action = "sts:AssumeRole", Principal = { Service = ["lambda.amazonaws.com", "ec2.amazonaws.com"], AWS = aws_iam_user.unusual.arn } },
    ]
  })
}

data "aws_iam_policy" "unusual" {
  name        = aws_iam_policy.unusual.name
  path_prefix = "/"
}

output "unusual" { value = data.aws_iam_policy.unusual.tags }
