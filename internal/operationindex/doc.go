// Command operationindex finds the wire tests of each operation in the data files of the services' tests, and writes them
// into internal/app/operationtests.json and, with everything else about operations, into docs/operations.md. It exists so
// that `warder operations` can name the tests, and so that an operation without any fails the build.
package main
