//go:build !unix

package keyscan

const nonblock = 0
