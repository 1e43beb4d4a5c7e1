package collect

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/warder-iam/warder/arn"
)

// Options of Run.
type Options struct {
	// Config says with what credentials, of which endpoint if it is not AWS's, and through which client the calls are made.
	Config aws.Config
	// Regions to ask about; empty for all that the account has, or Config's where nobody tells.
	Regions []string
	// Services to ask; empty for all.
	Services []string
	// Progress, unless nil, is told how many calls are made, of how many that are known of.
	Progress func(done, total int, what string)
}

// WarderServices are those of the table that a Warder has. Of the others it holds nothing, and their absence says so.
func WarderServices() []string { return []string{"iam", "sts", "accessanalyzer", "account"} }

// parallel is how many calls are made at a time: AWS throttles IAM by account.
const parallel = 8

// Result is what the calls brought.
type Result struct {
	Account string
	// Files are what directory/awsimport reads.
	Files fs.FS
	// Missing are the calls that were refused, in order.
	Missing []Missing
}

// Missing is a call that brought nothing.
type Missing struct {
	Operation string // "s3:GetBucketPolicy"
	Region    string // "" where it is the same in all
	Item      string // what it was called for, "" for once
	Refusal   *Refusal
}

// Run makes all calls of the table that it can. A call that is refused is Missing, and its refusal stands in the files. The
// error tells that nobody answers, or not to these credentials, or that ctx ended.
func Run(ctx context.Context, o Options) (*Result, error) {
	r := &run{client: newClient(o.Config), options: o, calls: Calls(o.Services...), slots: make(chan struct{}, parallel), seen: map[string]bool{}}
	region := or(o.Config.Region, arn.HomeRegion(arn.AWS))
	me := whoami()
	who, err := r.client.call(ctx, &me, region, nil)
	if err != nil {
		return nil, fmt.Errorf("sts:GetCallerIdentity: %w", err)
	}
	if r.account = text(who["Account"]); !arn.IsAccountID(r.account) {
		return nil, errors.New("sts:GetCallerIdentity names no account")
	}
	r.regions = o.Regions
	if len(r.regions) == 0 && slices.ContainsFunc(r.calls, func(c Call) bool { return c.Regional }) {
		r.regions = r.findRegions(ctx, region)
	}
	r.begin(ctx, "", "", region)
	r.wait.Wait()
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	return r.result()
}

// run is one in progress.
type run struct {
	client  *client
	options Options
	account string
	regions []string
	calls   []Call

	wait  sync.WaitGroup
	slots chan struct{}

	mu          sync.Mutex
	seen        map[string]bool // sets' items, by region
	done, total int
	records     []record
	missing     []Missing
}

// record is one answer, or refusal, as it stands in a file.
type record struct {
	call         *Call
	region, item string
	text         []byte
}

func (r *run) findRegions(ctx context.Context, home string) []string {
	call := regions()
	answer, err := r.client.call(ctx, &call, home, nil)
	if err != nil {
		r.missing = append(r.missing, Missing{Operation: call.Name(), Refusal: refusal(err)})
		return []string{home}
	}
	g := Gift{Path: "Regions[].RegionName"}
	if found := g.items(answer); len(found) > 0 {
		return found
	}
	return []string{home}
}

// begin starts what is called for an item of a set, once for each item; of the set "" everything that is called once.
// region is that of the answer that gave the item.
func (r *run) begin(ctx context.Context, set Set, item, region string) {
	for _, call := range r.calls {
		switch {
		case call.Each != set:
		case set == "" && call.Regional:
			for _, there := range r.regions {
				r.start(ctx, &call, there, item)
			}
		default:
			r.start(ctx, &call, region, item)
		}
	}
}

func (r *run) start(ctx context.Context, call *Call, region, item string) {
	r.mu.Lock()
	r.total++
	r.mu.Unlock()
	r.wait.Go(func() {
		select {
		case <-ctx.Done():
			return
		case r.slots <- struct{}{}:
		}
		defer func() { <-r.slots }()
		r.make(ctx, call, region, item)
	})
}

// make makes a call, and the one that waits for its answer, and starts those for what it gives.
func (r *run) make(ctx context.Context, call *Call, region, item string) {
	params := call.filled(item, nil)
	answer, err := r.client.call(ctx, call, region, params)
	for err == nil && call.Then != nil {
		call = call.Then
		params = call.filled(item, answer)
		answer, err = r.client.call(ctx, call, region, params)
	}
	if ctx.Err() != nil {
		return
	}
	r.keep(call, region, item, params, answer, err)
	for _, g := range call.Gives {
		for _, found := range g.items(answer) {
			if r.isNew(g.Set, region, found) {
				r.begin(ctx, g.Set, found, region)
			}
		}
	}
}

func (r *run) isNew(set Set, region, item string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := string(set) + " " + region + " " + item
	if r.seen[key] {
		return false
	}
	r.seen[key] = true
	return true
}

// envelope is how an answer stands in a file: with its call, which most answers do not name.
type envelope struct {
	Operation string
	Account   string
	Region    string `json:",omitempty"`
	Request   map[string]any
	Answer    map[string]json.RawMessage `json:",omitzero"`
	Error     *failure                   `json:",omitzero"`
}

type failure struct{ Code, Message string }

func (r *run) keep(call *Call, region, item string, params []Param, answer map[string]json.RawMessage, err error) {
	e := envelope{Operation: call.Name(), Account: r.account, Request: object(params), Answer: answer}
	if call.Regional {
		e.Region = region
	}
	var refused *Refusal
	if err != nil {
		refused = refusal(err)
		e.Answer, e.Error = nil, &failure{refused.Code, refused.Message}
	}
	text, err := json.Marshal(&e)
	if err != nil { // an answer that is no JSON: it was read as such, and cannot be
		refused = refusal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	r.records = append(r.records, record{call, e.Region, item, text})
	if refused != nil && !refused.None() {
		r.missing = append(r.missing, Missing{call.Name(), e.Region, item, refused})
	}
	if r.options.Progress != nil {
		r.options.Progress(r.done, r.total, call.Name())
	}
}

// result puts the answers into files, in an order that does not depend on who answered first.
func (r *run) result() (*Result, error) {
	slices.SortStableFunc(r.records, func(a, b record) int {
		return cmp.Or(cmp.Compare(a.call.Name(), b.call.Name()), cmp.Compare(a.region, b.region), cmp.Compare(a.item, b.item), bytes.Compare(a.text, b.text))
	})
	slices.SortFunc(r.missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Item, b.Item))
	})
	files, err := pack(r.records)
	return &Result{Account: r.account, Files: files, Missing: r.missing}, err
}

// pack makes a file system of the answers: an archive in memory, which is one.
func pack(records []record) (fs.FS, error) {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	number := map[string]int{} // of answers, by what they are to and where
	open := ""
	var file interface{ Write([]byte) (int, error) }
	for _, rec := range records {
		key := rec.call.Name() + " " + rec.region
		name := rec.call.file(rec.region, number[key])
		number[key]++
		if name != open {
			var err error
			if file, err = z.Create(name); err != nil {
				return nil, err
			}
			open = name
		}
		if _, err := file.Write(append(rec.text, '\n')); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
}
