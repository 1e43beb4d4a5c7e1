resource "aws_account_primary_contact" "this" {
  full_name      = "Ops ${var.team}"
  company_name   = "Example"
  address_line_1 = "1 Main Street"
  city           = "Seattle"
  postal_code    = "98101"
  country_code   = "US"
  phone_number   = "+1 555-0100"
}

resource "aws_account_alternate_contact" "security" {
  alternate_contact_type = "SECURITY"
  name                   = "Security ${var.team}"
  title                  = "Team"
  email_address          = "security@example.com"
  phone_number           = "+1 555-0101"
}

resource "aws_account_alternate_contact" "billing" {
  alternate_contact_type = "BILLING"
  name                   = "Billing"
  title                  = "Team"
  email_address          = "billing@example.com"
  phone_number           = "+1 555-0102"
}

data "aws_account_primary_contact" "this" {
  depends_on = [aws_account_primary_contact.this]
}
