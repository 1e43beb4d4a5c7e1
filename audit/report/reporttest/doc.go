// Package reporttest has reports for tests of what writes and reads them. It exists so that the tests of the forms and those
// with other people's tools speak of the same ones; it may not be imported by the product.
package reporttest
