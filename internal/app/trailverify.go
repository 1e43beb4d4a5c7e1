package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/kv/sqlitekv"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// TrailReader reads what a data directory knows of its trail, whether the server runs or not. It changes nothing.
type TrailReader struct {
	data    string
	keyring *seal.Keyring
}

// OpenTrailReader opens the data keys of a data directory; a *ConfigError where it holds none.
func OpenTrailReader(config Config) (*TrailReader, error) {
	c, err := config.complete()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(c.Data, keyringName)
	wrapped, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, wrong("data", "%s holds no data of a server: there is no %s", c.Data, keyringName)
	} else if err != nil {
		return nil, err
	}
	keyring, _, err := unwrapKeyring(&c, path, wrapped)
	if err != nil {
		return nil, err
	}
	return &TrailReader{c.Data, keyring}, nil
}

// Dir is the folder of the trail.
func (r *TrailReader) Dir() string { return TrailDir(r.data) }

// State is what the state knows now.
func (r *TrailReader) State(ctx context.Context) (state *store.TrailState, err error) {
	err = sqlitekv.Read(ctx, r.data, func(reader kv.Reader) (err error) {
		state, err = store.ReadTrailState(reader, r.keyring)
		return err
	})
	return state, err
}

// Verify checks the log against its chain, the state and checkpoints.
func (r *TrailReader) Verify(ctx context.Context, checkpoints []*trail.Checkpoint, progress func(done, all int64)) (*trailstore.LogVerification, *store.TrailState, error) {
	state, err := r.State(ctx)
	if err != nil {
		return nil, nil, err
	}
	var anchors []trailstore.Anchor
	for _, c := range append(state.Checkpoints, checkpoints...) {
		anchors = append(anchors, trailstore.Anchor{Name: "the checkpoint of " + c.Digest.Object, Head: c.Log})
	}
	found, err := trailstore.VerifyLog(ctx, r.Dir(), trailstore.VerifyOptions{
		Keyring: r.keyring, Anchors: anchors, Progress: progress,
		Known: func() (trailstore.Known, error) {
			now, err := r.State(ctx)
			if err != nil {
				return trailstore.Known{}, fmt.Errorf("read what the state knows of the trail: %w", err)
			}
			return trailstore.Known(now.Head), nil
		},
	})
	return found, state, err
}
