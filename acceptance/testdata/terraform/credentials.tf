# Certificates and keys are made for each test, in material.auto.tfvars.json: those in a file would expire.
variable "certificate" { type = string }
variable "private_key" { type = string }
variable "ssh_public_key" { type = string }

resource "aws_iam_user_ssh_key" "alice" {
  username   = aws_iam_user.alice.name
  encoding   = "SSH"
  public_key = var.ssh_public_key
}

resource "aws_iam_server_certificate" "app" {
  name             = "app"
  path             = var.path
  certificate_body = var.certificate
  private_key      = var.private_key
  tags             = { team = var.team }
}

resource "aws_iam_signing_certificate" "alice" {
  user_name        = aws_iam_user.alice.name
  certificate_body = var.certificate
  status           = "Inactive"
}

resource "aws_iam_service_specific_credential" "alice" {
  user_name    = aws_iam_user.alice.name
  service_name = "codecommit.amazonaws.com"
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
