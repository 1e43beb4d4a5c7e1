// Command warder serves and manages identities in the dialect of AWS IAM. It exists so that people and scripts have one
// way in, a file for each verb; it may not hold what a server does, and prints results to standard output only,
// everything else to standard error.
package main
