// Package collect knows the read-only calls whose answers an audit reads, as one table. From it come a shell script for the
// AWS CLI, the policy that lets somebody make the calls, and a client that makes them, of AWS or of any server that speaks as
// AWS does. What the script and the client write has one form, which directory/awsimport reads. The package may make no call
// that is not in the table, and changes nothing but the reports that AWS generates on demand.
package collect
