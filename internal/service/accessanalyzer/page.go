package accessanalyzer

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	api "github.com/warder-iam/warder/internal/api/accessanalyzer"
	"github.com/warder-iam/warder/policy/lint"
)

// How many findings a page has when the caller does not say, and at most.
const (
	defaultResults = 100
	maxResults     = 1000
)

// page is the part of the findings that a request asks for.
type page struct {
	first, size int
	// question is what the findings are an answer to: a token is good for that and nothing else.
	question [16]byte
}

func openPage(in *api.ValidatePolicyInput) (page, error) {
	p := page{size: defaultResults, question: question(in)}
	if in.MaxResults != nil {
		if *in.MaxResults < 1 {
			return p, invalid("maxResults", "maxResults must be 1 or more.")
		}
		p.size = min(int(*in.MaxResults), maxResults)
	}
	if in.NextToken != nil {
		token, err := base64.RawURLEncoding.Strict().DecodeString(*in.NextToken)
		if err != nil || len(token) != 4+len(p.question) || subtle.ConstantTimeCompare(token[4:], p.question[:]) != 1 {
			return p, invalid("nextToken", "The token is not one that this operation gave for this policy.")
		}
		p.first = int(binary.BigEndian.Uint32(token))
	}
	return p, nil
}

// question is a hash of everything that decides the findings.
func question(in *api.ValidatePolicyInput) (sum [16]byte) {
	resourceType := ""
	if in.ValidatePolicyResourceType != nil {
		resourceType = *in.ValidatePolicyResourceType
	}
	whole := sha256.Sum256(fmt.Appendf(nil, "ValidatePolicy %s %q %s", in.PolicyType, resourceType, in.PolicyDocument))
	return [16]byte(whole[:])
}

// cut gives the page's findings, and the token of the next page where there is one.
func (p page) cut(all []lint.Finding) (findings []lint.Finding, next *string) {
	first := min(p.first, len(all))
	end := min(first+p.size, len(all))
	if end < len(all) {
		token := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(p.question)), uint32(end))
		next = new(base64.RawURLEncoding.EncodeToString(append(token, p.question[:]...)))
	}
	return all[first:end], next
}
