package sigv4

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

// Signer is what signs requests: credentials, and the region and service that they sign for.
type Signer struct {
	AccessKeyID     string
	Secret          seal.Secret
	SessionToken    string // "" for long-term keys
	Region, Service string
}

// Sign signs r in its header, which it completes with X-Amz-Date, X-Amz-Security-Token and Authorization. Headers that
// clients and proxies change on the way are left unsigned.
func (s *Signer) Sign(r *Request, now time.Time) error {
	c, err := s.claim(r, now)
	if err != nil {
		return err
	}
	if r.Header == nil {
		r.Header = map[string][]string{}
	}
	delete(r.Header, "Authorization")
	r.Header[headerDate] = []string{c.stamp}
	if s.SessionToken != "" {
		r.Header[headerToken] = []string{s.SessionToken}
	}
	c.SignedHeaders = signable(r.Header)
	signature, err := s.signature(c)
	if err != nil {
		return err
	}
	r.Header["Authorization"] = []string{algorithm + " Credential=" + s.credential(c) +
		", SignedHeaders=" + c.SignedHeaders + ", Signature=" + signature}
	return nil
}

// Presign signs r in its query, which it completes; the request then is good from now until it expires, in whole
// seconds from 1 to 604800.
func (s *Signer) Presign(r *Request, now time.Time, expires time.Duration) error {
	c, err := s.claim(r, now)
	if err != nil {
		return err
	}
	c.Presigned = true
	add := func(name, value string) {
		if len(c.params) > 0 {
			r.RawTarget += "&"
		} else {
			r.RawTarget = c.path + "?"
		}
		var b []byte
		for i := range len(value) {
			b = appendEscaped(b, value[i])
		}
		c.params = append(c.params, param{name, string(b)})
		r.RawTarget += name + "=" + string(b)
	}
	c.SignedHeaders = signable(r.Header)
	add(queryAlgorithm, algorithm)
	add(queryCredential, s.credential(c))
	add(queryDate, c.stamp)
	add(queryExpires, strconv.FormatInt(int64(expires/time.Second), 10))
	if s.SessionToken != "" {
		add(queryToken, s.SessionToken)
	}
	add(querySigned, c.SignedHeaders)
	signature, err := s.signature(c)
	if err != nil {
		return err
	}
	add(querySignature, signature)
	return nil
}

func (s *Signer) claim(r *Request, now time.Time) (*Claim, error) {
	path, params, err := parseTarget(r.RawTarget, r.PathAsSent)
	if err != nil {
		return nil, err
	}
	stamp := now.UTC().Format(stampForm)
	return &Claim{
		AccessKeyID: s.AccessKeyID, Date: stamp[:8], Region: s.Region, Service: s.Service,
		request: r, path: path, params: params, terminator: terminator, stamp: stamp,
	}, nil
}

func (s *Signer) credential(c *Claim) string {
	return string(c.appendScope([]byte(c.AccessKeyID + "/")))
}

func (s *Signer) signature(c *Claim) (string, error) {
	canonical, err := c.appendCanonical(nil, Rules{UnsignedPayload: true})
	if err != nil {
		return "", err
	}
	m := derive(s.Secret.Reveal(), c).borrow()
	return hex.EncodeToString(m.sign(c.appendStringToSign(nil, canonical))), nil
}

// signable lists the headers to sign.
func signable(header map[string][]string) string {
	names := []string{"host"}
	for name := range header {
		switch name {
		case "Authorization", "Connection", "Expect", "Transfer-Encoding", "User-Agent", "X-Amzn-Trace-Id":
		default:
			names = append(names, strings.ToLower(name))
		}
	}
	slices.Sort(names)
	return strings.Join(names, ";")
}
