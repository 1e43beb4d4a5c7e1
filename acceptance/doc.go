// Package acceptance drives the built binary with the clients that people use: the AWS CLI, Terraform, the AWS SDKs, and
// hostile ones. It exists to prove what the README promises, and so holds tests only; it may not reach into the server
// but through its endpoint, its files and its commands.
package acceptance
