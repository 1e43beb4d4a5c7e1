package accessmap

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
)

// crowd is an account of about n nodes, most of them users in groups of some dozens; one user in five hundred can become administrator.
func crowd(n int) *directory.Snapshot {
	text := func(statement string) directory.Document {
		return directory.Document{Text: `{"Version":"2012-10-17","Statement":[` + statement + `]}`}
	}
	made := func(i int) time.Time { return now.Add(time.Duration(i-n) * time.Minute) }
	arn := func(i int) string { return fmt.Sprintf("%spolicy/policy-%d", prefix, i) }
	all := []directory.Entity{&directory.AccountInfo{ID: own, Created: made(-1)}}
	all = append(all, &directory.User{ID: "AIDAadmin", Name: "admin", Path: "/", Created: made(0), Attached: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}})
	groups, policies, roles := n/70, n/8, n/5
	for i := range groups {
		all = append(all, &directory.Group{ID: fmt.Sprint("AGPA", i), Name: fmt.Sprint("team-", i), Path: "/", Created: made(i), Attached: []string{arn(i)}})
	}
	for i := range policies {
		doc := text(fmt.Sprintf(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-%d/*"}`, i%400))
		all = append(all, &directory.Policy{ID: fmt.Sprint("ANPA", i), Name: fmt.Sprint("policy-", i), Path: "/", Created: made(groups + i), Default: 1,
			Versions: []directory.PolicyVersion{{Number: 1, Document: doc}}})
	}
	for i := range roles {
		who := `{"AWS":"` + own + `"}`
		if i%4 > 0 {
			who = `{"Service":"` + []string{"", "lambda", "ec2", "states"}[i%4] + `.amazonaws.com"}`
		}
		all = append(all, &directory.Role{ID: fmt.Sprint("AROA", i), Name: fmt.Sprint("role-", i), Path: "/", Created: made(groups + policies + i), MaxSession: 3600,
			Trust: text(`{"Effect":"Allow","Principal":` + who + `,"Action":"sts:AssumeRole"}`), Attached: []string{arn(i * 7 % policies)}})
	}
	for i := range n - groups - policies - roles {
		u := &directory.User{ID: fmt.Sprint("AIDA", i), Name: fmt.Sprint("user-", i), Path: "/", Created: made(groups + policies + roles + i), Groups: []string{fmt.Sprint("AGPA", i%groups)}}
		if i%500 == 0 {
			u.Inline = []directory.InlinePolicy{{Name: "ladder", Document: text(`{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"` + prefix + `user/admin"}`)}}
		}
		all = append(all, u)
	}
	return directory.Load(directory.NewLibrary(catalog.Load()), 3, map[string][]directory.Entity{own: all})
}

// TestLarge: a map of 20,000 nodes is small on the wire, and has all that there is.
func TestLarge(t *testing.T) {
	out := analysed(t, mapsOf(crowd(20_000), nil), nil)
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	if nodes := len(out.Nodes.Names); nodes < 20_000 || out.Truncated {
		t.Errorf("%d nodes, truncated %v", nodes, out.Truncated)
	}
	if len(text) > 3_000_000 {
		t.Errorf("%d bytes", len(text))
	}
	t.Logf("%d nodes, %d edges, %d bytes", len(out.Nodes.Names), len(out.Edges.From), len(text))
}

func BenchmarkGraph(b *testing.B) {
	snap := crowd(20_000)
	b.Run("analysis", func(b *testing.B) {
		for b.Loop() {
			analyse(snap, now, false)
		}
	})
	a := analyse(snap, now, false)
	b.Run("graph and places", func(b *testing.B) {
		for b.Loop() {
			build(snap.Account(own), a)
		}
	})
}
