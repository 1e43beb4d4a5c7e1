package sigv4

import (
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

// BenchmarkVerify is a whole verification, parsing included, of a call as the SDKs send it; its body is 43 bytes.
func BenchmarkVerify(b *testing.B) {
	r, signer, now := signedCall(b)
	rules := Rules{Skew: SkewIAM, Services: []string{"sts"}}
	run := func(b *testing.B, cache *KeyCache) {
		b.ReportAllocs()
		for b.Loop() {
			c, err := Parse(r)
			if err != nil {
				b.Fatal(err)
			}
			if err := c.Verify(signer.Secret, now, rules, cache); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("cached", func(b *testing.B) { run(b, NewKeyCache(16)) })
	b.Run("uncached", func(b *testing.B) { run(b, nil) })
	b.Run("unknown", func(b *testing.B) {
		cache := NewKeyCache(16)
		for b.Loop() {
			c, err := Parse(r)
			if err != nil {
				b.Fatal(err)
			}
			if c.VerifyUnknown(cache) == nil {
				b.Fatal("an unknown key passed")
			}
		}
	})
	b.Run("parallel", func(b *testing.B) {
		cache := NewKeyCache(16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				c, err := Parse(r)
				if err != nil {
					b.Error(err)
					return
				}
				if err := c.Verify(signer.Secret, now, rules, cache); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func BenchmarkParse(b *testing.B) {
	r, _, _ := signedCall(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(r); err != nil {
			b.Fatal(err)
		}
	}
}

// signedCall is GetCallerIdentity as the AWS CLI sends it.
func signedCall(tb testing.TB) (*Request, *Signer, time.Time) {
	r := &Request{
		Method: "POST", RawTarget: "/", Host: "127.0.0.1:4600",
		Header: map[string][]string{
			"Accept-Encoding":       {"identity"},
			"Amz-Sdk-Invocation-Id": {"0f6b5f3c-58a1-4c43-9a0d-1d3c3f1f7a52"},
			"Amz-Sdk-Request":       {"attempt=1"},
			"Content-Length":        {"43"},
			"Content-Type":          {"application/x-www-form-urlencoded; charset=utf-8"},
			"User-Agent":            {"aws-cli/2"},
		},
		Body: []byte("Action=GetCallerIdentity&Version=2011-06-15"),
	}
	s := &Signer{AccessKeyID: vectorKey, Secret: seal.NewSecret([]byte(vectorSecret)), Region: vectorRegion, Service: "sts"}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	if err := s.Sign(r, now); err != nil {
		tb.Fatal(err)
	}
	return r, s, now
}
