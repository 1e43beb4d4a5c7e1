package iam_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"pgregory.net/rapid"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// TestExportedAccountImports: whatever an account holds, the pages of its authorization details, with the lists of roles
// and instance profiles, read back as the same entities.
func TestExportedAccountImports(t *testing.T) {
	f := newFixture(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		a := f.newAccount(t, func(tx *store.Tx, id string) []directory.Entity { return anAccount(rt, tx.Now(), id) })
		bundle, err := awsimport.Read(a.export(t, int32(rapid.IntRange(4, 40).Draw(rt, "page"))), awsimport.Options{Library: f.Store.Snapshot().Library()})
		check(t, err)
		if len(bundle.Problems) > 0 || len(bundle.Incomplete) > 0 {
			rt.Fatalf("problems: %+v, incomplete: %v", bundle.Problems, bundle.Incomplete)
		}
		if c := bundle.Accounts[a.id].AuthorizationDetails; c.Users != awsimport.Complete || c.Roles == awsimport.Partial {
			rt.Fatalf("coverage %+v", c)
		}
		live, read := f.Store.Snapshot().Account(a.id), bundle.Snapshot.Account(a.id)
		want, got := shown(live), shown(read)
		if !reflect.DeepEqual(want, got) {
			rt.Fatalf("imported\n%s\nof\n%s", pretty(got), pretty(want))
		}
	})
}

func pretty(v any) string {
	text, _ := json.MarshalIndent(v, "", " ")
	return string(text)
}

// export is what an auditor with AWS's SDK would keep, one file for each answer.
func (a *account) export(t *testing.T, page int32) fstest.MapFS {
	t.Helper()
	files, ctx, admin := fstest.MapFS{}, t.Context(), a.client("admin")
	keep := func(answer any, err error) {
		check(t, err)
		text, err := json.Marshal(answer)
		check(t, err)
		files[fmt.Sprintf("%03d", len(files))] = &fstest.MapFile{Data: text}
	}
	for p := iam.NewGetAccountAuthorizationDetailsPaginator(admin, &iam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(page)}); p.HasMorePages(); {
		answer, err := p.NextPage(ctx)
		keep(answer, err)
	}
	roles, err := admin.ListRoles(ctx, &iam.ListRolesInput{})
	keep(roles, err)
	profiles, err := admin.ListInstanceProfiles(ctx, &iam.ListInstanceProfilesInput{})
	keep(profiles, err)
	summary, err := admin.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
	keep(summary, err)
	return files
}

// shown are an account's users, groups, roles, policies and instance profiles without what no answer of the export has.
func shown(a *directory.Account) map[string]any {
	all := map[string]any{}
	for e := range a.Entities() {
		switch e := directory.Clone(e).(type) {
		case *directory.User:
			e.Inline = textsOf(e.Inline)
			all[a.ARN(e)] = e
		case *directory.Group:
			e.Inline = textsOf(e.Inline)
			all[a.ARN(e)] = e
		case *directory.Role:
			e.Inline, e.Trust = textsOf(e.Inline), directory.Document{Text: trustOf(a, e.Trust.Text)}
			all[a.ARN(e)] = e
		case *directory.Policy: // its description and tags are GetPolicy's alone
			e.Description, e.Tags, e.Latest = "", nil, 0
			for i := range e.Versions {
				e.Versions[i].Document = directory.Document{Text: e.Versions[i].Document.Text}
			}
			all[a.ARN(e)] = e
		case *directory.InstanceProfile: // so are the tags of profiles
			e.Tags = nil
			all[a.ARN(e)] = e
		}
	}
	return all
}

func textsOf(inline []directory.InlinePolicy) []directory.InlinePolicy {
	for i := range inline {
		inline[i].Document = directory.Document{Text: inline[i].Document.Text}
	}
	return inline
}

// trustOf shows the principals that Warder binds to their unique ids.
func trustOf(a *directory.Account, text string) string {
	doc, err := policy.Parse(text)
	if err != nil {
		return text
	}
	return doc.ReplacePrincipals(func(name string) string {
		if u := a.UserByID(name); u != nil {
			return a.ARN(u)
		}
		return name
	})
}

// anAccount draws an account.
func anAccount(t *rapid.T, now time.Time, id string) []directory.Entity {
	var (
		made = func() time.Time {
			return now.Add(-time.Duration(rapid.IntRange(0, 1e7).Draw(t, "age")) * time.Second).Truncate(time.Second)
		}
		unique   = 0
		newID    = func(prefix string) string { unique++; return fmt.Sprintf("%s%s%04d", prefix, id, unique) }
		path     = rapid.SampledFrom([]string{"/", "/team/", "/a/b/"})
		own      = []string{"arn:aws:iam::" + id + ":policy/p0", "arn:aws:iam::" + id + ":policy/team/p1"}
		managed  = append([]string{"arn:aws:iam::aws:policy/IAMUserChangePassword", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}, own...)
		attached = func() []string {
			return nilIfNone(rapid.SliceOfNDistinct(rapid.SampledFrom(managed), 0, 3, rapid.ID).Draw(t, "attached"))
		}
		boundary = func() string { return rapid.SampledFrom(append([]string{""}, managed...)).Draw(t, "boundary") }
		document = func() directory.Document { return directory.Document{Text: documents.Draw(t, "document")} }
		tags     = func() []directory.Tag {
			return nilIfNone(rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) directory.Tag {
				return directory.Tag{Key: rapid.SampledFrom([]string{"team", "Üb%er", "a+b"}).Draw(t, "key"), Value: rapid.SampledFrom([]string{"", "x y", "100%"}).Draw(t, "value")}
			}), 0, 2, func(t directory.Tag) string { return t.Key }).Draw(t, "tags"))
		}
		inline = func() []directory.InlinePolicy {
			var all []directory.InlinePolicy
			for _, name := range slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "B.c", "z=@"}), 0, 2, rapid.ID).Draw(t, "inline"))) {
				all = append(all, directory.InlinePolicy{Name: name, Document: document()})
			}
			return all
		}
		entities      []directory.Entity
		groups, users []string
	)
	for i, p := range []string{"/", "/team/"} {
		all := &directory.Policy{ID: newID("ANPA"), Name: fmt.Sprint("p", i), Path: p, Created: made(), Updated: made()}
		for n := range rapid.IntRange(1, 3).Draw(t, "versions") {
			all.Versions = append(all.Versions, directory.PolicyVersion{Number: 2*n + 1, Created: made(), Document: document()})
		}
		all.Latest = 9
		all.Default = all.Versions[rapid.IntRange(0, len(all.Versions)-1).Draw(t, "default")].Number
		entities = append(entities, all)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "groups") {
		g := &directory.Group{ID: newID("AGPA"), Name: fmt.Sprint("g", i), Path: path.Draw(t, "path"), Created: made(), Attached: attached(), Inline: inline()}
		groups = append(groups, g.ID)
		entities = append(entities, g)
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "users") {
		u := &directory.User{
			ID: newID("AIDA"), Name: fmt.Sprint("u", i), Path: path.Draw(t, "path"), Created: made(), Boundary: boundary(), Tags: tags(),
			Attached: attached(), Inline: inline(),
		}
		if len(groups) > 0 {
			u.Groups = nilIfNone(rapid.SliceOfNDistinct(rapid.SampledFrom(groups), 0, 3, rapid.ID).Draw(t, "memberships"))
		}
		entities, users = append(entities, u), append(users, u.ID)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "roles") {
		r := &directory.Role{
			ID: newID("AROA"), Name: fmt.Sprint("r", i), Path: path.Draw(t, "path"), Created: made(), Boundary: boundary(), Tags: tags(),
			Attached: attached(), Inline: inline(), MaxSession: rapid.SampledFrom([]int{3600, 43200}).Draw(t, "session"),
			Description: rapid.SampledFrom([]string{"", "reads \"all\""}).Draw(t, "description"),
			Trust:       directory.Document{Text: trusts.Draw(t, "trust")},
		}
		if len(users) > 0 && rapid.Bool().Draw(t, "trusts a user") { // bound to the id, shown by the ARN
			user := rapid.SampledFrom(users).Draw(t, "user")
			r.Trust.Text = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["` + user + `"]},"Action":"sts:AssumeRole"}]}`
		}
		entities = append(entities, r)
		for range rapid.IntRange(0, 2).Draw(t, "profiles") {
			profile := &directory.InstanceProfile{ID: newID("AIPA"), Name: fmt.Sprint("i", unique), Path: path.Draw(t, "path"), Created: made(), Tags: tags()}
			if rapid.Bool().Draw(t, "carries") {
				profile.Role = r.ID
			}
			entities = append(entities, profile)
		}
	}
	return entities
}

var (
	documents = rapid.SampledFrom([]string{
		readObjects, everything,
		"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [ {\"Sid\": \"Ü\", \"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::a%20b+c/${aws:username}\"} ]\n}",
	})
	trusts = rapid.SampledFrom([]string{
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"a/b c"}}}}`,
	})
)

func nilIfNone[T any](all []T) []T {
	if len(all) == 0 {
		return nil
	}
	return all
}
