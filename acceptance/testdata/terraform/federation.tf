resource "aws_iam_openid_connect_provider" "id" {
  url             = "https://id.example.com/realms/staff"
  client_id_list  = ["app", var.team]
  thumbprint_list = [var.thumbprint]
  tags            = { team = var.team }
}

resource "aws_iam_openid_connect_provider" "plain" {
  url            = "https://plain.example.com"
  client_id_list = ["app"]
}

data "aws_iam_openid_connect_provider" "id" {
  url = "https://${aws_iam_openid_connect_provider.id.url}"
}

resource "aws_iam_saml_provider" "staff" {
  name                   = "staff"
  saml_metadata_document = var.saml_metadata[var.metadata]
  tags                   = { team = var.team }
}

data "aws_iam_saml_provider" "staff" {
  arn = aws_iam_saml_provider.staff.arn
}
