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

variable "bucket" { type = string }
variable "prefix" { type = string }
variable "logging" { type = bool }
variable "everywhere" { type = bool }
variable "reads" { type = string }
variable "people" { type = list(string) }
variable "team" { type = string }
variable "insights" { type = list(string) }

# Basic selectors.
resource "aws_cloudtrail" "main" {
  name                          = "main"
  s3_bucket_name                = var.bucket
  s3_key_prefix                 = var.prefix
  enable_logging                = var.logging
  is_multi_region_trail         = var.everywhere
  include_global_service_events = true
  enable_log_file_validation    = true
  tags                          = { team = var.team }

  event_selector {
    read_write_type                  = var.reads
    include_management_events        = true
    exclude_management_event_sources = ["kms.amazonaws.com"]
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }

  dynamic "insight_selector" {
    for_each = var.insights
    content {
      insight_type = insight_selector.value
    }
  }
}

# Advanced selectors.
resource "aws_cloudtrail" "decisions" {
  name           = "decisions"
  s3_bucket_name = var.bucket

  advanced_event_selector {
    name = "Decisions about people"
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["Warder::Authorization::Decision"]
    }
    field_selector {
      field       = "resources.ARN"
      starts_with = var.people
    }
  }
}

# Nothing but what must be.
resource "aws_cloudtrail" "plain" {
  name           = "plain"
  s3_bucket_name = var.bucket
}

output "arn" { value = aws_cloudtrail.main.arn }
output "home" { value = aws_cloudtrail.main.home_region }
