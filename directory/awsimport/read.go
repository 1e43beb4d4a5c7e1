package awsimport

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
)

// Read reads every file of the bundle and recognises each by its content. The error says that nothing can be read at
// all: there is no such folder, no file in it, or far too many; or that the Options are wrong. Whatever else goes wrong is in Files and Problems.
//
// Whose a file is, is found out in this order: the account that its ARNs or an envelope name; a folder in its path whose
// name is 12 digits; the only account that other files name; Options.Account.
func Read(fsys fs.FS, opts Options) (*Bundle, error) {
	if opts.Account != "" && !arn.IsAccountID(opts.Account) {
		return nil, fmt.Errorf("awsimport: %q is no account id", opts.Account)
	}
	names, skipped, err := list(fsys)
	if err != nil {
		return nil, err
	}
	r := newReader(fsys, opts)
	for i, name := range names {
		f := &File{Path: name, Skipped: skipped[name]}
		r.files = append(r.files, f)
		r.order[name] = i
		if f.Skipped == "" {
			r.file(f)
		}
		if opts.Progress != nil {
			opts.Progress(i+1, len(names))
		}
	}
	return r.finish(), nil
}

// list finds the files, in the order of their names. What is no file, a symbolic link say, is there with the reason.
func list(fsys fs.FS) (names []string, skipped map[string]string, err error) {
	skipped = map[string]string{}
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			skipped[name] = err.Error()
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			skipped[name] = "no regular file"
		}
		names = append(names, name)
		if len(names) > MaxFiles {
			return fmt.Errorf("more than %d files", MaxFiles)
		}
		if err != nil && d != nil && d.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	if err == nil && len(names) == 0 {
		err = errors.New("there is no file")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("awsimport: %w", err)
	}
	return names, skipped, nil
}

// reader gathers a bundle.
type reader struct {
	fsys    fs.FS
	opts    Options
	library *directory.Library
	bundle  *Bundle
	kinds   []recogniser

	files    []*File
	order    map[string]int // of files
	accounts map[string]*account
	waiting  []waiting // for it to be known whose they are
	trails   []trailFile
	trailOf  map[*File]string // account of a file of events
	org      organizationReader
	entities int
	maxFile  int64 // bytes
}

// waiting is a value whose account nothing in it tells.
type waiting struct {
	v    *value
	kind *recogniser
}

func newReader(fsys fs.FS, opts Options) *reader {
	library := opts.Library
	if library == nil {
		library = directory.NewLibrary(catalog.Load())
	}
	r := &reader{
		fsys: fsys, opts: opts, library: library, kinds: recognisers(), order: map[string]int{}, accounts: map[string]*account{},
		maxFile: MaxFile, trailOf: map[*File]string{},
		bundle: &Bundle{Accounts: map[string]*Evidence{}, Incomplete: map[string]string{}},
	}
	return r
}

// report notes a problem. Its message may quote what a file holds.
func (r *reader) report(p Problem) {
	p.Message = strings.ToValidUTF8(p.Message, "\ufffd")
	r.bundle.Problems = append(r.bundle.Problems, p)
	if p.Principal != "" {
		if _, known := r.bundle.Incomplete[p.Principal]; !known {
			r.bundle.Incomplete[p.Principal] = p.Message
		}
	}
}

func (r *reader) fileProblem(f *File, at, format string, args ...any) {
	r.report(Problem{File: f.Path, Path: at, Message: fmt.Sprintf(format, args...)})
}

// account is that of an id, from its first mention on.
func (r *reader) account(id string) *account {
	a := r.accounts[id]
	if a == nil {
		a = newAccount(r, id)
		r.accounts[id] = a
	}
	return a
}

// file reads one file.
func (r *reader) file(f *File) {
	head, err := readHead(r.fsys, f.Path)
	if err != nil && len(head) == 0 {
		f.Skipped = "cannot be read: " + err.Error()
		r.fileProblem(f, "", "cannot be read: %v", err)
		return
	}
	if account, ok := isTrail(head); ok {
		r.eventFile(f, account, false)
		return
	}
	if isReport(head) {
		r.reportFile(f)
		return
	}
	if reason := notJSON(head); reason != "" {
		f.Skipped = reason
		return
	}
	text, err := readFile(r.fsys, f.Path, r.maxFile)
	if err != nil {
		r.fileProblem(f, "", "cannot be read to its end: %v", err)
	}
	values, wrong := split(f, text)
	for _, v := range values {
		r.value(v)
	}
	if wrong != nil && err == nil {
		at := ""
		if n := len(values); n > 0 && values[n-1].broken != nil {
			at = values[n-1].at
		}
		r.fileProblem(f, at, "%v: what follows is not read", wrong)
	}
	if len(f.Kinds) == 0 && f.Skipped == "" {
		f.Skipped = "nothing in it could be read"
	}
}

// notJSON tells by its beginning why a file is none that could hold answers; "" where it may be.
func notJSON(head []byte) string {
	text := strings.TrimLeft(string(head), "\xef\xbb\xbf \t\r\n")
	switch {
	case text == "":
		return "empty"
	case text[0] == '{' || text[0] == '[' || cliError.MatchString(firstLine(text)):
		return ""
	}
	return "neither JSON nor a credential report"
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// value recognises one answer and reads it, now or when it is known whose it is.
func (r *reader) value(v *value) {
	v, err := unwrap(v)
	if err != nil {
		r.fileProblem(v.file, v.at, "%v", err)
	}
	k, why := r.recognise(v)
	if k == nil {
		r.unknown(v, why)
		return
	}
	if !slices.Contains(v.file.Kinds, k.kind) {
		v.file.Kinds = append(v.file.Kinds, k.kind)
	}
	if k.shared != nil {
		k.shared(r, v)
		return
	}
	id := cmp.Or(v.account, k.owner(v), folderAccount(v.file.Path))
	if id == "" {
		r.waiting = append(r.waiting, waiting{v, k})
		return
	}
	r.give(v, k, id)
}

// unknown notes a value that is nothing that an audit needs.
func (r *reader) unknown(v *value, why string) {
	if v.broken == nil && v.file.Skipped == "" {
		v.file.Skipped = why
	}
}

func (r *reader) give(v *value, k *recogniser, id string) {
	if !slices.Contains(v.file.Accounts, id) {
		v.file.Accounts = append(v.file.Accounts, id)
	}
	a := r.account(id)
	a.locate(v)
	k.read(a, v)
}

// folderAccount is the account that a folder of the path is named for: the innermost.
func folderAccount(name string) string {
	for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if base := path.Base(dir); arn.IsAccountID(base) {
			return base
		}
	}
	return ""
}

// settle gives the values that wait to the account that they must be of.
func (r *reader) settle() {
	id := r.opts.Account
	if len(r.accounts) == 1 {
		for only := range r.accounts {
			id = only
		}
	}
	for _, w := range r.waiting {
		if id == "" {
			r.fileProblem(w.v.file, w.v.at, "nothing tells whose account's %s this is: put the file into a folder named for the account's id",
				w.kind.kind)
			continue
		}
		r.give(w.v, w.kind, id)
	}
}

func (r *reader) finish() *Bundle {
	r.settle()
	r.settleTrails()
	ids := slices.Sorted(maps.Keys(r.accounts))
	entities := map[string][]directory.Entity{}
	for _, id := range ids {
		a := r.accounts[id]
		a.joinGroups()
		a.join()
		if all := a.all(); len(all) > 0 {
			entities[id] = all
		}
	}
	snap := directory.Load(r.library, 0, entities)
	for _, id := range ids {
		if account := snap.Account(id); account != nil {
			snap = snap.WithAWSPolicies(id, r.accounts[id].awsVersions(account))
		}
	}
	b := r.bundle
	if b.Organization = r.finishOrganization(); b.Organization != nil {
		snap = snap.WithOrganization(b.Organization.tree())
	}
	b.Snapshot = snap
	for _, id := range ids {
		a := r.accounts[id]
		account := snap.Account(id)
		if account != nil {
			a.checkManaged(account)
		}
		a.ev.AuthorizationDetails = a.coverage(account)
		a.close(account)
		a.hold(KindAuthorizationDetails, a.ev.AuthorizationDetails.Extent)
		a.ev.Partition = a.names().Partition
		b.Accounts[id] = a.ev
	}
	for _, f := range r.files {
		b.Files = append(b.Files, *f)
	}
	slices.SortStableFunc(b.Problems, func(p, q Problem) int { return cmp.Compare(r.order[p.File], r.order[q.File]) })
	b.Trails = r.trailsOf()
	b.Events = allOf(b.Trails)
	return b
}

// all are the account's entities, and what it says of itself.
func (a *account) all() []directory.Entity {
	var all []directory.Entity
	for _, name := range slices.Sorted(maps.Keys(a.entities)) {
		all = append(all, a.entities[name])
	}
	all = append(all, a.credentialEntities()...)
	if len(all) > 0 {
		info := &directory.AccountInfo{ID: a.id, Alias: a.ev.Alias}
		if a.partition != arn.AWS {
			info.Partition = a.partition
		}
		all = append(all, info)
	}
	return all
}

// serviceOf is the service in an ARN, "" if it is none.
func serviceOf(name string) string {
	a, err := arn.Parse(name)
	if err != nil {
		return ""
	}
	return a.Service
}

// unwrap takes an answer out of its envelope: {"Operation": "iam:GetLoginProfile", "Request": {"UserName": "alice"},
// "Answer": {…}} or, in place of Answer, "Error": {"Code": "NoSuchEntity"}; Account and Region may stand in it too.
func unwrap(v *value) (*value, error) {
	if v.text("operation") == "" || !v.has("answer") && !v.has("error") {
		return v, nil
	}
	inner := &value{file: v.file, at: v.pointer(v.nameOf("answer")), members: map[string]*member{}}
	_, inner.operation, _ = strings.Cut(v.text("operation"), ":")
	inner.operation = cmp.Or(inner.operation, v.text("operation"))
	inner.account, inner.region, inner.request = v.text("account"), v.text("region"), map[string]string{}
	if m := v.members["request"]; m != nil && m.raw.Kind() == '{' {
		var request map[string]any
		if err := decode(m.raw, &request); err != nil {
			return inner, fmt.Errorf("the request cannot be read: %s", decodeReason(err))
		}
		for name, p := range request {
			if text, ok := p.(string); ok {
				inner.request[strings.ToLower(name)] = text
			}
		}
	}
	if inner.account != "" && !arn.IsAccountID(inner.account) {
		inner.account = ""
		return inner, errors.New("the envelope's Account is no account id")
	}
	if m := v.members["error"]; m != nil {
		var failure struct{ Code, Message string }
		if err := decode(m.raw, &failure); err != nil || failure.Code == "" {
			return inner, errors.New("the envelope's Error has no Code")
		}
		inner.failure, inner.message = failure.Code, failure.Message
		return inner, nil
	}
	if v.kindOf("answer") != '{' {
		return inner, errors.New("the envelope's Answer is no object")
	}
	return inner, inner.read(jsontext.NewDecoder(strings.NewReader(string(v.members["answer"].raw))))
}
