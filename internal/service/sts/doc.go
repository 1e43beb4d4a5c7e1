// Package sts is what each operation of STS does: it issues temporary credentials and says who a caller is. It exists so
// that the pipeline needs no knowledge of STS; it may not check a permission, write a record or see a request.
package sts
