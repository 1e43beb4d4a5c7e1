package directory

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// model is what a Snapshot should show, kept in the plainest way: accounts, each a map from Key to entity.
type model map[string]map[string]Entity

func (m model) clone() model {
	c := make(model)
	for account, entities := range m {
		c[account] = maps.Clone(entities)
	}
	return c
}

func (m model) with(account string, puts, deletes []Entity) model {
	c := m.clone()
	if c[account] == nil {
		c[account] = make(map[string]Entity)
	}
	for _, e := range deletes {
		delete(c[account], e.Key())
	}
	for _, e := range puts {
		c[account][e.Key()] = e
	}
	if len(c[account]) == 0 {
		delete(c, account)
	}
	return c
}

var (
	testAccounts = []string{"111122223333", "444455556666"}
	testARNs     = []string{
		"arn:aws:iam::111122223333:policy/p", "arn:aws:iam::111122223333:policy/team/q",
		"arn:aws:iam::aws:policy/AdministratorAccess", "nonsense",
	}
)

func anEntity() *rapid.Generator[Entity] {
	return rapid.Custom(func(t *rapid.T) Entity {
		var (
			n        = rapid.IntRange(0, 5).Draw(t, "id")
			name     = rapid.SampledFrom([]string{"a", "A", "b", "bb", "B", "a-b", "", "c", "Ünïcode", "a\x02", "\xff"}).Draw(t, "name")
			arns     = rapid.SliceOfN(rapid.SampledFrom(testARNs), 0, 4)
			groups   = rapid.SliceOfN(rapid.SampledFrom([]string{"AGPA0", "AGPA1", "AGPA2", "AGPAgone"}), 0, 4)
			boundary = rapid.SampledFrom(append([]string{""}, testARNs...))
			text     = rapid.SampledFrom([]string{`{}`, `{"Version":"2012-10-17","Statement":[]}`, `x`})
		)
		inline := []InlinePolicy{{Name: "i", Document: Document{Text: text.Draw(t, "document")}}}
		switch rapid.IntRange(0, 20).Draw(t, "kind") {
		case 0:
			return &AccountInfo{ID: "x", Alias: rapid.SampledFrom([]string{"", "one", "two"}).Draw(t, "alias"), Email: rapid.SampledFrom([]string{"", "a@b", "c@d"}).Draw(t, "email")}
		case 20:
			return &Setup{Administrator: fmt.Sprint("AIDA", n), Token: []byte(name)}
		case 1:
			return &User{
				ID: fmt.Sprint("AIDA", n), Name: name, Groups: groups.Draw(t, "groups"), Attached: arns.Draw(t, "attached"),
				Boundary: boundary.Draw(t, "boundary"), Inline: inline,
			}
		case 2:
			return &Group{ID: fmt.Sprint("AGPA", n), Name: name, Attached: arns.Draw(t, "attached"), Inline: inline}
		case 3:
			return &Role{
				ID: fmt.Sprint("AROA", n), Name: name, Attached: arns.Draw(t, "attached"), Boundary: boundary.Draw(t, "boundary"),
				Trust: Document{Text: text.Draw(t, "trust")},
			}
		case 4:
			p := &Policy{ID: fmt.Sprint("ANPA", n), Name: name, Path: "/", Default: 1}
			for v := range rapid.IntRange(0, 3).Draw(t, "versions") {
				p.Versions = append(p.Versions, PolicyVersion{Number: v + 1, Document: Document{Text: text.Draw(t, "version")}})
			}
			return p
		case 5:
			role := rapid.SampledFrom([]string{"", "AROA0", "AROA1", "AROAgone"})
			return &InstanceProfile{ID: fmt.Sprint("AIPA", n), Name: name, Role: role.Draw(t, "role")}
		case 9:
			return &SAMLProvider{ID: fmt.Sprint("SAMLP", n), Name: name}
		case 10:
			return &Trail{ID: fmt.Sprint("T", n), Name: name, Region: "us-east-1"}
		case 6:
			return &PasswordPolicy{MinLength: n}
		case 12:
			return &Alarm{ID: fmt.Sprint(n), Subject: name, Notices: []AlarmNotice{{Channel: name}}}
		case 13:
			return &Contact{FullName: name}
		case 14:
			principal := rapid.SampledFrom([]string{"AIDA0", "AIDA1", "x"})
			return &WebSession{ID: fmt.Sprint("WEBS", n), Principal: principal.Draw(t, "principal"), Expires: time.Unix(int64(n), 0)}
		case 11:
			return &AlternateContact{Type: ContactType(fmt.Sprint("T", n)), Name: name}
		case 7:
			return &LoginProfile{User: fmt.Sprint("AIDA", n), ResetRequired: n > 2}
		case 8:
			user := rapid.SampledFrom([]string{"", "AIDA0", "AIDA1"})
			return &MFADevice{ID: fmt.Sprint("D", n), Kind: VirtualMFA, Path: "/", Name: name, User: user.Draw(t, "user")}
		}
		user := rapid.SampledFrom([]string{"AIDA0", "AIDA1"}).Draw(t, "user")
		at := time.Unix(int64(rapid.IntRange(0, 2).Draw(t, "created")), 0)
		switch rapid.IntRange(0, 5).Draw(t, "credential") {
		case 0:
			return &SSHPublicKey{ID: fmt.Sprint("APKA", n), User: user, Uploaded: at}
		case 1:
			return &SigningCertificate{ID: fmt.Sprint("C", n), User: user, Uploaded: at}
		case 2:
			return &ServerCertificate{ID: fmt.Sprint("ASCA", n), Name: name, Tags: []Tag{{"k", "v"}}, Sealed: []byte("box")}
		case 3:
			return &ServiceCredential{ID: fmt.Sprint("ACCA", n), User: user, Name: name, Created: at, Hash: []byte("hash")}
		case 4:
			return &RoleDeletion{ID: fmt.Sprint(n), RoleName: name, Finished: at}
		default:
			return &AccessKey{ID: fmt.Sprint("AKIA", n), User: user, Created: at}
		}
	})
}

func TestSnapshotAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type state struct {
			snapshot *Snapshot
			model    model
		}
		states := []state{{New(NewLibrary(nil)), model{}}}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			// Not always the newest: a snapshot may be built on twice.
			from := states[rapid.IntRange(max(0, len(states)-3), len(states)-1).Draw(t, "from")]
			account := rapid.SampledFrom(testAccounts).Draw(t, "account")
			puts := rapid.SliceOfN(anEntity(), 0, 6).Draw(t, "puts")
			deletes := rapid.SliceOfN(anEntity(), 0, 4).Draw(t, "deletes")
			next := state{from.snapshot.With(uint64(len(states)), account, puts, deletes), from.model.with(account, puts, deletes)}
			states = append(states, next)
		}
		for revision, s := range states {
			if got := s.snapshot.Revision(); got != uint64(revision) {
				t.Fatalf("revision %d, want %d", got, revision)
			}
			checkSnapshot(t, s.snapshot, s.model)
		}
		loaded := make(map[string][]Entity)
		last := states[len(states)-1]
		for account, entities := range last.model {
			for _, e := range entities {
				loaded[account] = append(loaded[account], Clone(e))
			}
		}
		checkSnapshot(t, Load(NewLibrary(nil), 7, loaded), last.model)
	})
}

type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkSnapshot(t fatal, s *Snapshot, m model) {
	t.Helper()
	var ids []string
	for a := range s.Accounts() {
		ids = append(ids, a.ID())
	}
	same(t, "accounts", ids, slices.Sorted(maps.Keys(m)))
	aliases, emails, keys := make(map[string]string), make(map[string]string), make(map[string]string)
	for _, account := range slices.Sorted(maps.Keys(m)) {
		checkAccount(t, s.Account(account), account, m[account])
		for _, e := range m[account] {
			switch e := e.(type) {
			case *AccountInfo:
				if aliases[e.Alias] == "" && e.Alias != "" {
					aliases[e.Alias] = account
				}
				if emails[e.Email] == "" && e.Email != "" {
					emails[e.Email] = account
				}
			case *AccessKey:
				if keys[e.ID] == "" {
					keys[e.ID] = account
				}
			}
		}
	}
	for _, alias := range []string{"", "one", "two"} {
		got := ""
		if a := s.AccountByAlias(alias); a != nil {
			got = a.ID()
		}
		same(t, "alias "+alias, got, aliases[alias])
	}
	for _, email := range []string{"", "a@b", "c@d"} {
		got := ""
		if a := s.AccountByEmail(strings.ToUpper(email)); a != nil {
			got = a.ID()
		}
		same(t, "address "+email, got, emails[email])
	}
	for n := range 6 {
		id, got := fmt.Sprint("AKIA", n), ""
		if k, a := s.AccessKey(id); k != nil {
			got = a.ID()
			same(t, "key", Entity(k), m[got]["key/"+id])
		}
		same(t, "account of key "+id, got, keys[id])
	}
}

func checkAccount(t fatal, a *Account, id string, entities map[string]Entity) {
	t.Helper()
	same(t, "id", a.ID(), id)
	same(t, "len", a.Len(), len(entities))
	var all []string
	for e := range a.Entities() {
		all = append(all, e.Key())
	}
	same(t, "entities", sorted(all), slices.Sorted(maps.Keys(entities)))
	for key, e := range entities {
		sameEntity(t, a.Get(key), e)
	}
	checkTable(t, a.Users(), a.UsersAfter, a.User, pick[*User](entities))
	checkTable(t, a.Groups(), a.GroupsAfter, a.Group, pick[*Group](entities))
	checkTable(t, a.Roles(), a.RolesAfter, a.Role, pick[*Role](entities))
	checkTable(t, a.Policies(), a.PoliciesAfter, a.Policy, pick[*Policy](entities))
	samlProvidersAfter := func(name string) iter.Seq[*SAMLProvider] { return after[*SAMLProvider](&a.samlProviders, name) }
	checkTable(t, a.SAMLProviders(), samlProvidersAfter, a.SAMLProvider, pick[*SAMLProvider](entities))
	trailsAfter := func(name string) iter.Seq[*Trail] { return after[*Trail](&a.trails, name) }
	trailNamed := func(name string) *Trail { return find[*Trail](&a.trails, name) }
	checkTable(t, a.Trails(), trailsAfter, trailNamed, pick[*Trail](entities))
	checkTable(t, a.InstanceProfiles(), a.InstanceProfilesAfter, a.InstanceProfile, pick[*InstanceProfile](entities))
	checkTable(t, a.ServerCertificates(), a.ServerCertificatesAfter, a.ServerCertificate, pick[*ServerCertificate](entities))
	checkTable(t, a.AllServiceCredentials(), a.AllServiceCredentialsAfter, a.ServiceCredential, pick[*ServiceCredential](entities))
	checkLinks(t, a, entities)
	checkCounts(t, a, entities)
}

func checkTable[E interface {
	record
	comparable
}](t fatal, all iter.Seq[E], after func(string) iter.Seq[E], find func(string) E, want []E) {
	t.Helper()
	same(t, "all", names(slices.Collect(all)), names(want))
	for _, name := range []string{"", "A", "a", "b", "zzz", "Ünïcode", "a\x02", "\xff"} {
		var later []E
		var found E
		for _, e := range slices.Backward(want) {
			if fold(e.name()) > fold(name) {
				later = append(later, e)
			}
			if fold(e.name()) == fold(name) {
				found = e // the one with the lowest id
			}
		}
		slices.Reverse(later)
		same(t, "after "+name, names(slices.Collect(after(name))), names(later))
		sameEntity(t, orNil(find(name)), orNil(found))
	}
}

// orNil keeps a nil pointer from becoming an Entity that is not nil.
func orNil[E interface {
	comparable
	Entity
}](e E) Entity {
	var none E
	if e == none {
		return nil
	}
	return e
}

// checkLinks looks every reference up by going through all entities.
func checkLinks(t fatal, a *Account, entities map[string]Entity) {
	t.Helper()
	users, roles := pick[*User](entities), pick[*Role](entities)
	for _, group := range []string{"AGPA0", "AGPA1", "AGPAgone", "none"} {
		members := filter(users, func(u *User) bool { return slices.Contains(u.Groups, group) })
		same(t, "members", names(slices.Collect(a.Members(group))), names(members))
		same(t, "member count", a.MemberCount(group), len(members))
		later := filter(members, func(u *User) bool { return fold(u.Name) > "b" })
		same(t, "members after", names(slices.Collect(a.MembersAfter(group, "B"))), names(later))
	}
	for _, arn := range append(testARNs, "none") {
		var attached, bounded []string
		for _, g := range pick[*Group](entities) {
			attached = appendIf(attached, slices.Contains(g.Attached, arn), g)
		}
		for _, r := range roles {
			attached = appendIf(attached, slices.Contains(r.Attached, arn), r)
			bounded = appendIf(bounded, r.Boundary == arn, r)
		}
		for _, u := range users {
			attached = appendIf(attached, slices.Contains(u.Attached, arn), u)
			bounded = appendIf(bounded, u.Boundary == arn, u)
		}
		same(t, "attached", keysOf(a.AttachedTo(arn)), attached)
		same(t, "attached count", a.AttachedCount(arn), len(attached))
		same(t, "boundaries", keysOf(a.BoundaryOf(arn)), bounded)
		same(t, "boundary count", a.BoundaryCount(arn), len(bounded))
	}
	for _, role := range []string{"AROA0", "AROA1", "AROAgone"} {
		carriers := filter(pick[*InstanceProfile](entities), func(p *InstanceProfile) bool { return p.Role == role })
		same(t, "profiles", names(slices.Collect(a.ProfilesOf(role))), names(carriers))
	}
	for _, user := range []string{"AIDA0", "AIDA1"} {
		devices := filter(pick[*MFADevice](entities), func(d *MFADevice) bool { return d.User == user })
		slices.SortFunc(devices, func(d, e *MFADevice) int { return strings.Compare(d.ID, e.ID) })
		same(t, "devices", names(a.MFADevicesOf(user)), names(devices))
		sameEntity(t, orNil(a.LoginProfile(user)), entities["login/"+user])
		var want []*AccessKey
		for _, e := range entities {
			if k, ok := e.(*AccessKey); ok && k.User == user {
				want = append(want, k)
			}
		}
		slices.SortFunc(want, func(k, l *AccessKey) int {
			return cmp.Or(k.Created.Compare(l.Created), cmp.Compare(k.ID, l.ID))
		})
		same(t, "keys", keysOf(slices.Values(a.Keys(user))), keysOf(slices.Values(want)))
		checkBelongings(t, a, user, entities)
	}
}

// checkBelongings compares a user's credentials of each kind, by age and then by id.
func checkBelongings(t fatal, a *Account, user string, entities map[string]Entity) {
	t.Helper()
	wants := map[string][]string{}
	at := map[string]time.Time{}
	for key, e := range entities {
		kind, owner := "", ""
		switch e := e.(type) {
		case *SSHPublicKey:
			kind, owner, at[key] = "ssh", e.User, e.Uploaded
		case *SigningCertificate:
			kind, owner, at[key] = "signing", e.User, e.Uploaded
		case *ServiceCredential:
			kind, owner, at[key] = "service", e.User, e.Created
		}
		if kind != "" && owner == user {
			wants[kind] = append(wants[kind], key)
		}
	}
	for _, keys := range wants {
		slices.SortFunc(keys, func(k, l string) int { return cmp.Or(at[k].Compare(at[l]), cmp.Compare(k, l)) })
	}
	same(t, "SSH keys", keysOf(slices.Values(a.SSHPublicKeys(user))), wants["ssh"])
	same(t, "signing certificates", keysOf(slices.Values(a.SigningCertificates(user))), wants["signing"])
	same(t, "service credentials", keysOf(slices.Values(a.ServiceCredentials(user))), wants["service"])
	n := 0
	for d := range a.RoleDeletions() {
		sameEntity(t, a.RoleDeletion(d.ID), entities[d.Key()])
		n++
	}
	same(t, "role deletions", n, len(filter(slices.Collect(maps.Values(entities)), func(e Entity) bool { _, ok := e.(*RoleDeletion); return ok })))
}

func checkCounts(t fatal, a *Account, entities map[string]Entity) {
	t.Helper()
	var want Counts
	for _, e := range entities {
		switch e := e.(type) {
		case *User:
			want.Users++
			want.Memberships += distinct(e.Groups)
			want.Attachments += distinct(e.Attached)
		case *Group:
			want.Groups++
			want.Attachments += distinct(e.Attached)
		case *Role:
			want.Roles++
			want.Attachments += distinct(e.Attached)
		case *Policy:
			want.Policies++
			want.PolicyVersions += len(e.Versions)
		case *InstanceProfile:
			want.InstanceProfiles++
		case *AccessKey:
			want.AccessKeys++
		case *ServerCertificate:
			want.ServerCertificates++
		case *MFADevice:
			want.MFADevices++
			if e.User != "" {
				want.MFADevicesInUse++
			}
		case *SAMLProvider:
			want.SAMLProviders++
		}
	}
	same(t, "counts", a.Counts(), want)
}

// TestSnapshotsDoNotChange reads one snapshot on many goroutines while others are made of it and of its successors.
func TestSnapshotsDoNotChange(t *testing.T) {
	const account = "111122223333"
	m := model{}
	var first []Entity
	for n := range 300 {
		first = append(first,
			&User{ID: fmt.Sprint("AIDA", n), Name: fmt.Sprint("user", n), Groups: []string{"AGPA0"}, Attached: testARNs[:1]},
			&AccessKey{ID: fmt.Sprint("AKIA", n), User: fmt.Sprint("AIDA", n)})
	}
	old := New(NewLibrary(nil)).With(1, account, first, nil)
	m = m.with(account, first, nil)
	var readers, writers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				checkSnapshot(t, old, m)
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for w := range 2 {
		writers.Go(func() {
			s := old
			for n := range 300 {
				u := s.Account(account).UserByID(fmt.Sprint("AIDA", n)).Clone()
				u.Name, u.Groups = fmt.Sprint("other", w, n), nil
				s = s.With(uint64(n+2), account, []Entity{u}, []Entity{&AccessKey{ID: fmt.Sprint("AKIA", n)}})
			}
			if c := s.Account(account).Counts(); c.AccessKeys != 0 || c.Memberships != 0 || c.Users != 300 {
				t.Errorf("after all changes: %+v", c)
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}

// Mistakes of the caller do no harm beyond their own entity.
func TestWithTakesAnything(t *testing.T) {
	s := New(NewLibrary(nil))
	s = s.With(1, "111122223333", []Entity{
		nil, (*User)(nil), (*AccessKey)(nil), &User{}, &Group{Name: "a\x00\x01/"}, &AccessKey{},
	}, []Entity{nil, (*Role)(nil), &Role{ID: "gone"}})
	if n := s.Account("111122223333").Len(); n != 3 {
		t.Errorf("%d entities, want 3", n)
	}
	if a := s.Account("none"); a != nil {
		t.Errorf("account none: %v", a)
	}
}

// What was given to With and what comes out of a Clone is the caller's to change.
func TestWithCopies(t *testing.T) {
	given := &User{ID: "AIDA1", Name: "alice", Groups: []string{"AGPA1"}, Tags: []Tag{{"k", "v"}}, Inline: []InlinePolicy{{Name: "i"}}}
	s := New(NewLibrary(nil)).With(1, "111122223333", []Entity{given}, nil)
	given.Name, given.Groups[0], given.Tags[0].Value, given.Inline[0].Name = "x", "x", "x", "x"
	held := s.Account("111122223333").User("ALICE")
	taken := held.Clone()
	taken.Name, taken.Groups[0], taken.Tags[0].Value, taken.Inline[0].Name = "y", "y", "y", "y"
	want := &User{ID: "AIDA1", Name: "alice", Groups: []string{"AGPA1"}, Tags: []Tag{{"k", "v"}}, Inline: []InlinePolicy{{Name: "i"}}}
	sameEntity(t, held, want)
}

// Every field of every entity that refers to shared memory is copied by Clone.
func TestCloneIsDeep(t *testing.T) {
	for _, e := range []Entity{
		new(AccountInfo), new(User), new(Group), new(Role), new(Policy), new(InstanceProfile), new(AccessKey),
		new(SSHPublicKey), new(SigningCertificate), new(ServerCertificate), new(ServiceCredential), new(RoleDeletion),
		new(PasswordPolicy), new(LoginProfile), new(MFADevice),
		new(SAMLProvider), new(Trail), new(Contact), new(AlternateContact), new(Alarm), new(WebSession),
	} {
		v := reflect.ValueOf(e).Elem()
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Slice {
				f.Set(reflect.MakeSlice(f.Type(), 1, 1))
			}
		}
		c := reflect.ValueOf(Clone(e)).Elem()
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Slice && f.Pointer() == c.Field(i).Pointer() {
				t.Errorf("%T.%s is shared", e, v.Type().Field(i).Name)
			}
		}
	}
}

func pick[E record](entities map[string]Entity) []E {
	var all []E
	for _, e := range entities {
		if e, ok := e.(E); ok {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b E) int {
		return cmp.Or(cmp.Compare(fold(a.name()), fold(b.name())), cmp.Compare(a.id(), b.id()))
	})
	return all
}

func filter[E any](all []E, keep func(E) bool) (some []E) {
	for _, e := range all {
		if keep(e) {
			some = append(some, e)
		}
	}
	return some
}

func names[E record](all []E) (out []string) {
	for _, e := range all {
		out = append(out, e.name()+" "+e.id())
	}
	return out
}

func keysOf[E Entity](all iter.Seq[E]) (out []string) {
	for e := range all {
		out = append(out, e.Key())
	}
	return out
}

func appendIf(to []string, yes bool, e Entity) []string {
	if yes {
		to = append(to, e.Key())
	}
	return to
}

func sorted(s []string) []string { slices.Sort(s); return s }

func distinct(s []string) int { return len(slices.Compact(sorted(slices.Clone(s)))) }

func same(t fatal, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) && fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func sameEntity(t fatal, got, want Entity) {
	t.Helper()
	if g, w := plain(got), plain(want); g != w {
		t.Fatalf("got  %s\nwant %s", g, w)
	}
}

// plain prints an entity without its prepared policies.
func plain(e Entity) string {
	if e == nil {
		return "none"
	}
	e = Clone(e)
	bare := func(inline []InlinePolicy) {
		for i := range inline {
			inline[i].Document.content = nil
		}
	}
	switch e := e.(type) {
	case *User:
		bare(e.Inline)
	case *Group:
		bare(e.Inline)
	case *Role:
		bare(e.Inline)
		e.Trust.content = nil
	case *Policy:
		for i := range e.Versions {
			e.Versions[i].Document.content = nil
		}
	}
	return strings.TrimSpace(fmt.Sprintf("%T%+v", e, e))
}
