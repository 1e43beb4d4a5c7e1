package arn

import (
	"errors"
	"fmt"
	"strings"
)

// ARN is the name of one resource: arn:partition:service:region:account:resource. The zero value names nothing.
type ARN struct {
	Partition string
	Service   string
	// Region is "" for a global resource.
	Region string
	// Account is 12 digits, "" for a resource whose name is unique without one (S3 buckets), or "aws" for what every
	// account shares (AWS-managed policies).
	Account string
	// Resource is all that follows the fifth colon; it may hold colons and slashes.
	Resource string
}

// MaxLength is the most bytes of an ARN, as the IAM API has it.
const MaxLength = 2048

var (
	errPrefix = errors.New(`does not begin with "arn:"`)
	errParts  = errors.New("has fewer than six parts")
)

// Parse reads the name of one resource, without wildcards. The error says which part is wrong.
func Parse(s string) (ARN, error) {
	parts, err := split(s)
	if err != nil {
		return ARN{}, fmt.Errorf("arn: %q %w", clip(s), err)
	}
	a := ARN{Partition: parts[1], Service: parts[2], Region: parts[3], Account: parts[4], Resource: parts[5]}
	if part := a.wrong(); part != "" {
		return ARN{}, fmt.Errorf("arn: the %s of %q is not valid", part, clip(s))
	}
	return a, nil
}

// Valid is whether Parse takes s.
func Valid(s string) bool {
	parts, err := split(s)
	if err != nil {
		return false
	}
	a := ARN{Partition: parts[1], Service: parts[2], Region: parts[3], Account: parts[4], Resource: parts[5]}
	return a.wrong() == ""
}

// String prints the six parts. Parse gives a valid ARN back.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// wrong names the part that no valid ARN has, or is "".
func (a ARN) wrong() string {
	switch {
	case len(a.String()) > MaxLength:
		return "length"
	case !word(a.Partition):
		return "partition"
	case !word(a.Service):
		return "service"
	case a.Region != "" && !word(a.Region):
		return "region"
	case a.Account != "" && a.Account != "aws" && !IsAccountID(a.Account):
		return "account"
	case a.Resource == "" || strings.ContainsAny(a.Resource, "*?"):
		return "resource"
	}
	return ""
}

// split cuts s at its first five colons.
func split(s string) (parts [6]string, err error) {
	if !strings.HasPrefix(s, "arn:") {
		return parts, errPrefix
	}
	rest := s
	for i := range 5 {
		head, tail, found := strings.Cut(rest, ":")
		if !found {
			return parts, errParts
		}
		parts[i], rest = head, tail
	}
	parts[5] = rest
	return parts, nil
}

// word is whether s is one or more of a-z, A-Z, 0-9, "-", "_" and ".".
func word(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return s != ""
}

// IsAccountID is whether s is 12 digits.
func IsAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// clip keeps an error message short whatever the input.
func clip(s string) string {
	const most = 128
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
