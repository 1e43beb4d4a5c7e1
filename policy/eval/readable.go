package eval

import (
	"encoding/base64"
	"net/netip"
)

// What the operators can read. A request's value that its operator cannot read fails closed; whoever takes values from
// outside asks here first, and can say so.

// IsNumber reports whether numeric operators can read the text: a decimal, with an exponent if need be.
func IsNumber(text string) bool { _, ok := parseNumber(text); return ok }

// IsDate reports whether date operators can read the text: ISO 8601, or seconds since 1970.
func IsDate(text string) bool { _, ok := parseDate(text); return ok }

// IsBool reports whether Bool can read the text: true or false, in any case.
func IsBool(text string) bool { _, ok := parseBool(text); return ok }

// IsAddress reports whether IP operators can read the text as a request's address.
func IsAddress(text string) bool { _, err := netip.ParseAddr(text); return err == nil }

// IsBinary reports whether BinaryEquals can read the text: base64 with padding.
func IsBinary(text string) bool { _, err := base64.StdEncoding.DecodeString(text); return err == nil }
