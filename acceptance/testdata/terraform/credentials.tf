# Certificates and keys are made for each test, in material.auto.tfvars.json: those in a file would expire.
variable "server_certificate" { type = string }
variable "server_chain" { type = string }
variable "server_key" { type = string }
variable "signing_certificate" { type = string }
variable "ssh_public_key" { type = string }
variable "saml_metadata" { type = list(string) }

resource "aws_iam_user_ssh_key" "alice" {
  username   = aws_iam_user.alice.name
  encoding   = "SSH"
  public_key = var.ssh_public_key
  status     = var.status
}

resource "aws_iam_server_certificate" "app" {
  name              = "app"
  path              = var.path
  certificate_body  = var.server_certificate
  certificate_chain = var.server_chain
  private_key       = var.server_key
  tags              = { team = var.team }
  lifecycle { ignore_changes = [private_key] } # nobody gives it out again, so that an import has none
}

resource "aws_iam_signing_certificate" "alice" {
  user_name        = aws_iam_user.alice.name
  certificate_body = var.signing_certificate
  status           = var.status
}

resource "aws_iam_service_specific_credential" "alice" {
  user_name    = aws_iam_user.alice.name
  service_name = "codecommit.amazonaws.com"
  status       = var.status
}

resource "aws_iam_service_linked_role" "autoscaling" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "app"
  description      = var.description
  tags             = { team = var.team }
}

data "aws_iam_server_certificate" "app" {
  name = aws_iam_server_certificate.app.name
}

data "aws_iam_user_ssh_key" "alice" {
  username          = aws_iam_user.alice.name
  ssh_public_key_id = aws_iam_user_ssh_key.alice.ssh_public_key_id
  encoding          = "PEM"
}

resource "aws_iam_access_key" "bob" {
  user   = aws_iam_user.bob.name
  status = var.status
}

data "aws_iam_access_keys" "bob" {
  user = aws_iam_access_key.bob.user
}

resource "aws_iam_user_login_profile" "bob" {
  user            = aws_iam_user.bob.name
  password_length = 24
  lifecycle { ignore_changes = [password_length] } # nobody knows it any more, so that an import has none
}

resource "aws_iam_virtual_mfa_device" "bob" {
  virtual_mfa_device_name = "bob"
  path                    = "/staff/"
  tags                    = { team = var.team }
}
