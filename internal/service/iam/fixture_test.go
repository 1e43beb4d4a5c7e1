package iam_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// fixture is a server of IAM whose accounts are made one for each test case.
type fixture struct {
	*servertest.World
	accounts atomic.Int64
}

func newFixture(t *testing.T, quotas map[store.QuotaName]int) *fixture {
	t.Helper()
	return &fixture{World: servertest.WithQuotas(t, quotas, func(w *servertest.World) {
		iam.Register(w.Server, w.Store, w.Keys, "https://warder.example.org")
	})}
}

func check(t *testing.T, err error) {
	t.Helper()
	servertest.Check(t, err)
}

// account is one account of the fixture. Its user admin may do everything, its user caller what allow says.
type account struct {
	*fixture
	id      string
	signers map[string]*servertest.Credentials // by user name
}

const administrator = servertest.Administrator

// newAccount makes an account with admin and caller and the given entities.
func (f *fixture) newAccount(t *testing.T, fill func(tx *store.Tx, id string) []directory.Entity) *account {
	t.Helper()
	a := &account{fixture: f, id: fmt.Sprintf("%012d", 100000000000+f.accounts.Add(1)), signers: map[string]*servertest.Credentials{}}
	_, err := f.Store.Update(t.Context(), &store.Change{Account: a.id}, func(tx *store.Tx) ([]byte, error) {
		entities := []directory.Entity{&directory.AccountInfo{ID: a.id, Created: tx.Now()}}
		for _, name := range []string{"admin", "caller"} {
			u := &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: name, Path: "/", Created: tx.Now()}
			if name == "admin" {
				u.Attached = []string{administrator}
			}
			entities = append(entities, u, a.newKey(t, tx, u))
		}
		if fill != nil {
			entities = append(entities, fill(tx, a.id)...)
		}
		for _, e := range entities {
			if err := tx.Put(e); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	check(t, err)
	return a
}

func (a *account) newKey(t *testing.T, tx *store.Tx, u *directory.User) *directory.AccessKey {
	key, err := a.Keys.MintAccessKey(a.id)
	check(t, err)
	a.signers[u.Name] = a.Holder(key)
	return &directory.AccessKey{ID: key.ID, User: u.ID, Created: tx.Now(), Active: true, Sealed: key.Sealed}
}

// allow gives the user caller these statements, and nothing else.
func (a *account) allow(t *testing.T, statements ...map[string]any) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	check(t, err)
	doc := servertest.Document(t, policy.Identity, string(text))
	_, err = a.Store.Update(t.Context(), &store.Change{Account: a.id}, func(tx *store.Tx) ([]byte, error) {
		u := tx.Account().User("caller").Clone()
		u.Inline = []directory.InlinePolicy{{Name: "only", Document: doc}}
		return nil, tx.Put(u)
	})
	check(t, err)
}

// as calls an operation as that user. Input may hold texts, numbers, lists and objects; {account} in a text stands for
// the account's id, and an object where a document belongs is one.
func (a *account) as(t *testing.T, user, operation string, input map[string]any) servertest.Answer {
	t.Helper()
	form := url.Values{"Action": {operation}, "Version": {"2010-05-08"}}
	for name, v := range input {
		a.flatten(t, form, name, v)
	}
	return a.signers[user].Post(t, "iam", form.Encode(), nil)
}

// must calls an operation as admin, which must succeed; it gives the answer's XML.
func (a *account) must(t *testing.T, operation string, input map[string]any) string {
	t.Helper()
	got := a.as(t, "admin", operation, input)
	if got.Status != http.StatusOK {
		t.Fatalf("%s %v: %d %s: %s", operation, input, got.Status, got.Code, got.Message)
	}
	return got.Body
}

func (a *account) flatten(t *testing.T, form url.Values, name string, v any) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		if len(v) == 0 {
			form.Set(name, "")
		}
		for i, e := range v {
			a.flatten(t, form, fmt.Sprintf("%s.member.%d", name, i+1), e)
		}
	case map[string]any:
		if strings.HasSuffix(name, "Document") {
			text, err := json.Marshal(v)
			check(t, err)
			form.Set(name, a.fill(string(text)))
			return
		}
		for key, e := range v {
			a.flatten(t, form, name+"."+key, e)
		}
	default:
		form.Set(name, a.fill(fmt.Sprint(v)))
	}
}

// fill replaces {account}, {pem:name} by what material has, and {x*300} by 300 times x.
func (a *account) fill(text string) string {
	text = fillPEM(strings.ReplaceAll(text, "{account}", a.id))
	text = fillSAML(text)
	for {
		start := strings.Index(text, "{x*")
		if start < 0 {
			return text
		}
		n, end := 0, start+strings.IndexByte(text[start:], '}')
		if _, err := fmt.Sscanf(text[start:end+1], "{x*%d}", &n); err != nil {
			return text
		}
		text = text[:start] + strings.Repeat("x", n) + text[end+1:]
	}
}

func readCases[T any](t *testing.T, name string) []T {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	check(t, err)
	var cases []T
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	d.DisallowUnknownFields()
	check(t, d.Decode(&cases))
	if len(cases) == 0 {
		t.Fatalf("%s holds no case", name)
	}
	return cases
}

// elements are the texts of all elements of that name in an answer's XML, in order.
func elements(t *testing.T, body, name string) []string {
	t.Helper()
	var found []string
	for d := xml.NewDecoder(strings.NewReader(body)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return found
		}
		check(t, err)
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == name {
			var text string
			check(t, d.DecodeElement(&text, &start))
			found = append(found, strings.TrimSpace(text))
		}
	}
}
