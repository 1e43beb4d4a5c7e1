package acceptance
import ("testing";"os";"path/filepath")
func TestSDKExplore(t *testing.T){
 tf := newTerraform(t)
 os.WriteFile(filepath.Join(tf.dir,"main.tf"), []byte(`
terraform {
 required_providers {
  aws = { source = "hashicorp/aws" }
 }
}
provider "aws" { max_retries = 1 }
resource "aws_iam_user" "u" {
 name="u"
 force_destroy = true
}
resource "aws_iam_access_key" "u" { user = aws_iam_user.u.name }
resource "aws_iam_role" "r" {
  name_prefix = "r-"
  force_detach_policies = true
  assume_role_policy = jsonencode({Version="2012-10-17", Statement=[{Effect="Allow", Principal={AWS="*"}, Action="sts:AssumeRole", Condition={StringEquals={"aws:PrincipalOrgID"="o-1"}}}]})
  inline_policy {
    name = "x"
    policy = jsonencode({Version="2012-10-17", Statement=[{Sid="", Effect="Allow", Action=["s3:Get*"], Resource=["*"]}]})
  }
  managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
}
resource "aws_iam_group" "g" { name = "g" }
resource "aws_iam_policy" "p" {
 name = "p"
 policy = jsonencode({Version="2012-10-17", Statement=[{Effect="Allow", Action="s3:*", NotResource="arn:aws:s3:::x"}]})
}
resource "aws_iam_policy_attachment" "p" {
  name = "all"
  users = [aws_iam_user.u.name]
  groups = [aws_iam_group.g.name]
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_user_policies_exclusive" "u" {
  user_name = aws_iam_user.u.name
  policy_names = []
}
resource "aws_iam_group_policy_attachments_exclusive" "g" {
  group_name = aws_iam_group.g.name
  policy_arns = [aws_iam_policy.p.arn]
  depends_on = [aws_iam_policy_attachment.p]
}
data "aws_iam_users" "all" {}
data "aws_iam_roles" "all" {}
data "aws_iam_account_alias" "a" { depends_on = [aws_iam_account_alias.a] }
resource "aws_iam_account_alias" "a" { account_alias = "x-corp" }
data "aws_caller_identity" "me" {}
data "aws_iam_session_context" "c" { arn = data.aws_caller_identity.me.arn }
data "aws_iam_instance_profiles" "i" { role_name = aws_iam_role.r.name }
data "aws_iam_access_keys" "k" { user = aws_iam_access_key.u.user }
output "users" { value = data.aws_iam_users.all.names }
`),0o600)
 tf.run("init", "-no-color", "-input=false")
 out,err := tf.try("apply","-auto-approve","-no-color"); t.Log(out,err)
 out,err = tf.try("plan","-detailed-exitcode","-no-color"); t.Log(out,err)
 out,err = tf.try("destroy","-auto-approve","-no-color"); t.Log(out,err)
}
