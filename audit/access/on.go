package access

import "github.com/warder-iam/warder/directory"

// On is the Finder with the same options on another snapshot.
func (f *Finder) On(snap *directory.Snapshot) *Finder { return New(snap, f.options) }
