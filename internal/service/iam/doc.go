// Package iam is what each operation of IAM does to an account, one file for each kind of resource. It exists so that the
// pipeline needs no knowledge of IAM; it may not check a permission, write a record or see a request.
package iam
