package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// trailVerification is one run of warder trail verify.
type trailVerification struct {
	keys, heads []string
	start, end  string
	asJSON      bool

	config      *app.Config // nil without a data directory
	checkpoints []*trail.Checkpoint
	delivered   trail.VerifyOptions
}

func (p *program) trailVerify() *cobra.Command {
	v := new(trailVerification)
	cmd := &cobra.Command{
		Use:   "verify [PATH]",
		Short: "Prove that no record was changed, removed or added",
		Long: `Without PATH: compare the log in the data directory with its hash chain and with the head that the state knows. The server
may run. It needs the master key.

With PATH: check a folder of delivered files, Warder's or those of a real CloudTrail: log files against their digests,
digests against each other and against their signatures. The folder is a bucket, a part of one, or holds several. Digests
are verified by the keys of --keys, which may come from 'aws cloudtrail list-public-keys', or by those of the server whose
data directory --data names; that also knows the newest digest of each trail, so that cutting off the newest is found.
--head does the same with a checkpoint from a second place.

Copying CloudTrail's files to a folder loses the objects' metadata, and with them the signatures. Each digest has its
predecessor's too, so all but the newest are verified all the same. Any other without a signature is wrong, and so is a
trail of which none is signed.

Exit statuses: 0 nothing is wrong; 1 something is; 2 it could not be verified.`,
		Example: `  warder trail verify
  warder trail verify --data /srv/warder --head checkpoint.json
  warder trail verify /backup/trail --data /srv/warder
  aws s3 sync s3://BUCKET/AWSLogs ./AWSLogs
  aws cloudtrail list-public-keys --start-time 2026-01-01 > keys.json
  warder trail verify ./AWSLogs --keys keys.json --start 2026-01-01`,
		Args: cobra.MaximumNArgs(1),
	}
	addSettings(cmd, "data", "master-key")
	f := cmd.Flags()
	f.StringArrayVar(&v.keys, "keys", nil, "`FILE` of public keys: JSON of list-public-keys, or PEM; may be repeated")
	f.StringArrayVar(&v.heads, "head", nil, "`FILE` with a checkpoint that the trail must hold; may be repeated")
	f.StringVar(&v.start, "start", "", "verify digests that end after `TIME` (2026-01-31, or RFC 3339)")
	f.StringVar(&v.end, "end", "", "verify digests that begin before `TIME`; those after it only as a proof of them")
	f.BoolVar(&v.asJSON, "json", false, "the result as JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		return p.runTrailVerify(ctx, cmd, v, args)
	}
	return cmd
}

func (p *program) runTrailVerify(ctx context.Context, cmd *cobra.Command, v *trailVerification, args []string) error {
	local := len(args) == 0
	if local && (len(v.keys) > 0 || v.start != "" || v.end != "") {
		return usagef("--keys, --start and --end are about delivered files; name their folder")
	}
	if err := v.read(); err != nil {
		return err
	}
	if local || cmd.Flags().Changed("data") {
		config, err := p.offlineConfig(cmd)
		if err != nil {
			return err
		}
		v.config = &config
	}
	verify := p.verifyDelivered
	if local {
		verify = func(ctx context.Context, v *trailVerification, _ ...string) (bool, error) { return p.verifyLog(ctx, v) }
	}
	sound, err := verify(ctx, v, args...)
	if config := (*app.ConfigError)(nil); errors.As(err, &config) {
		return err
	}
	if err != nil { // not as a finding: a script must tell the two apart
		p.say("warder: not verified: %v", err)
		return statusError(exitUsage)
	}
	if !sound {
		return statusError(exitFailure)
	}
	return nil
}

// read reads the files and times of the flags.
func (v *trailVerification) read() (err error) {
	var form timeForm
	if v.delivered.Start, err = form.flag("start", v.start); err != nil {
		return err
	}
	if v.delivered.End, err = form.flag("end", v.end); err != nil {
		return err
	}
	for _, name := range v.keys {
		in := readInput(name, 1<<20)
		if in.err != nil {
			return usagef("--keys %s: %v", name, in.err)
		}
		keys, err := trail.ParsePublicKeys([]byte(in.text))
		if err != nil {
			return usagef("--keys %s: %v", name, err)
		}
		v.delivered.Keys = append(v.delivered.Keys, keys...)
	}
	for _, name := range v.heads {
		in := readInput(name, trail.MaxCheckpoint)
		if in.err != nil {
			return usagef("--head %s: %v", name, in.err)
		}
		c, err := trail.ParseCheckpoint([]byte(in.text))
		if err != nil {
			return usagef("--head %s: %v", name, err)
		}
		v.checkpoints = append(v.checkpoints, c)
	}
	return nil
}

// reading shows how many bytes were read, until stop is called.
func (p *program) reading() (report func(done, all int64), stop func()) {
	var done, all atomic.Int64
	return func(d, a int64) { done.Store(d); all.Store(a) }, p.showProgress(func() string {
		return fmt.Sprintf("verifying: %d of %d MiB", done.Load()>>20, all.Load()>>20)
	})
}

// verifyLog verifies the log in the data directory.
func (p *program) verifyLog(ctx context.Context, v *trailVerification) (sound bool, err error) {
	reader, err := app.OpenTrailReader(*v.config)
	if err != nil {
		return false, err
	}
	report, stop := p.reading()
	found, state, err := reader.Verify(ctx, v.checkpoints, report)
	stop()
	if err != nil {
		return false, noTrail(err, v.config.Data)
	}
	found.Problems = append(found.Problems, signedByKeys(v.checkpoints, state)...)
	if v.asJSON {
		err = p.printJSON(map[string]any{"ok": len(found.Problems) == 0, "log": found})
	} else {
		err = p.printf("%s", logText(reader.Dir(), found, state))
	}
	return len(found.Problems) == 0, err
}

// signedByKeys tells of checkpoints that no key of the server signed.
func signedByKeys(checkpoints []*trail.Checkpoint, state *store.TrailState) (problems []trailstore.LogProblem) {
	for _, c := range checkpoints {
		good := false
		for _, key := range state.Keys {
			good = good || key.Fingerprint == c.KeyFingerprint && c.VerifySignature(key.PublicKey) == nil
		}
		if !good {
			problems = append(problems, trailstore.LogProblem{File: c.Digest.Object, Kind: "signature",
				Text: "no key of this server signed this checkpoint of --head: it was changed, or is another server's"})
		}
	}
	return problems
}

// verifyDelivered verifies a folder of delivered files.
func (p *program) verifyDelivered(ctx context.Context, v *trailVerification, args ...string) (sound bool, err error) {
	root := args[0]
	if info, err := os.Stat(root); err != nil {
		return false, err
	} else if !info.IsDir() {
		return false, fmt.Errorf("%s is no folder; name the one that the delivered files lie in", root)
	}
	o := v.delivered
	o.Checkpoints = v.checkpoints
	if v.config != nil {
		reader, err := app.OpenTrailReader(*v.config)
		if err != nil {
			return false, err
		}
		state, err := reader.State(ctx)
		if err != nil {
			return false, err
		}
		for _, key := range state.Keys {
			o.Keys = append(o.Keys, key.PublicKey)
		}
		o.Checkpoints = append(o.Checkpoints, state.Checkpoints...)
	}
	var stop func()
	o.Progress, stop = p.reading()
	found, err := trail.Verify(ctx, os.DirFS(root), o)
	stop()
	if err != nil {
		return false, err
	}
	if v.asJSON {
		err = p.printJSON(map[string]any{"ok": len(found.Problems) == 0, "delivered": found})
	} else {
		err = p.printf("%s", deliveredText(root, found, o))
	}
	return len(found.Problems) == 0, err
}
