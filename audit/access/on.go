package access

import (
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// On is the Finder with the same options on another snapshot.
func (f *Finder) On(snap *directory.Snapshot) *Finder {
	on := New(snap, f.options)
	on.fixed = f.fixed
	return on
}

// Fixing is the Finder for which some condition keys are never free: a request has them just as the question says, and does
// not have those that it leaves out.
func (f *Finder) Fixing(keys ...string) *Finder {
	fixing := f.On(f.snap)
	for _, key := range keys {
		fixing.fixed = append(fixing.fixed[:len(fixing.fixed):len(fixing.fixed)], eval.FoldKey(key))
	}
	return fixing
}
