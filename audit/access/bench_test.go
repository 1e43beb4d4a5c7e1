package access_test

import (
	"fmt"
	"testing"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
)

// company is an account of users in groups of ten policies each; every group may read a share of its own, every tenth only with
// MFA or from its network. All may read the handbook, and the rota with MFA. Every user has an inline policy of its own.
func company(users int) *directory.Snapshot {
	const groups, policies = 100, 10
	entities := []directory.Entity{&directory.AccountInfo{ID: account}}
	document := func(format string, args ...any) directory.Document {
		return directory.Document{Text: `{"Version":"2012-10-17","Statement":[` + fmt.Sprintf(format, args...) + `]}`}
	}
	for g := range groups {
		common := document(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::handbook/*"},` +
			`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::rota/*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`)
		group := &directory.Group{ID: fmt.Sprintf("AGPA%04d", g), Name: fmt.Sprintf("group-%d", g), Path: "/", Inline: []directory.InlinePolicy{{Name: "common", Document: common}}}
		for p := range policies {
			condition := ""
			switch g % 10 {
			case 1:
				condition = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
			case 2:
				condition = fmt.Sprintf(`,"Condition":{"IpAddress":{"aws:SourceIp":"10.%d.0.0/16"}}`, g)
			}
			group.Inline = append(group.Inline, directory.InlinePolicy{Name: fmt.Sprint("p", p), Document: document(
				`{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["arn:aws:s3:::share-%d-%d","arn:aws:s3:::share-%d-%d/*"]%s},`+
					`{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:*:*:table/t-%d-%d"},`+
					`{"Effect":"Deny","Action":"s3:Delete*","Resource":"arn:aws:s3:::share-%d-%d/keep/*"}`, p, g%20, p, g%20, condition, g, p, g, p)})
		}
		entities = append(entities, group)
	}
	for u := range users {
		entities = append(entities, &directory.User{
			ID: fmt.Sprintf("AIDA%08d", u), Name: fmt.Sprintf("user-%d", u), Path: "/", Groups: []string{fmt.Sprintf("AGPA%04d", u%groups)},
			Inline: []directory.InlinePolicy{{Name: "own", Document: document(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home-%d/*"}`, u)}},
		})
	}
	return directory.Load(directory.NewLibrary(catalog.Load()), 1, map[string][]directory.Entity{account: entities})
}

func BenchmarkWhoCan(b *testing.B) {
	f := access.New(company(10_000), access.Options{Now: now})
	for _, resource := range []string{"arn:aws:s3:::share-3-1/x", "arn:aws:s3:::share-3-0/x", "arn:aws:s3:::nothing/x", "arn:aws:s3:::handbook/x", "arn:aws:s3:::rota/x"} {
		b.Run(resource[13:], func(b *testing.B) {
			for b.Loop() {
				n := 0
				for range f.WhoCan(f.Ask("s3:GetObject", resource)) {
					n++
				}
				b.ReportMetric(float64(n), "principals")
			}
		})
	}
}

func BenchmarkCan(b *testing.B) {
	f := access.New(company(100), access.Options{Now: now})
	for _, user := range []string{"user-0", "user-1", "user-2", "user-3"} {
		p, ok := f.Principal("arn:aws:iam::" + account + ":user/" + user)
		if !ok {
			b.Fatal(user)
		}
		ask := f.Ask("s3:GetObject", "arn:aws:s3:::share-3-1/x")
		b.Run(user, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Can(p, ask)
			}
		})
	}
}
