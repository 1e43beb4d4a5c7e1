package localkey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/internal/wholefile"
)

// DefaultGrace is how long the old key stays, inactive, after a rotation: who still uses it shows, and it can be made active
// again.
const DefaultGrace = 24 * time.Hour

// rememberedFor is how long a server surely remembers a change, so that asking again gives the same key. Warder keeps them
// for 15 minutes.
const rememberedFor = 14 * time.Minute

// maxKeys is how many keys a user may have. Source: IAM quotas, AccessKeysPerUser.
const maxKeys = 2

// A Holder is where the profile's key lies. A staged key is durable and not in use yet.
type Holder interface {
	// Current is the id of the key that the profile uses.
	Current() (id string, err error)
	// Load gives the current or the staged key of that id.
	Load(id string) (Key, error)
	// Stage keeps a key beside the current one.
	Stage(Key) error
	// Switch makes the staged key the current one, whole or not at all. Again is the same as once.
	Switch(id string) error
	// Discard forgets a key that the profile does not use any more, and whatever interrupted writes left. Again is the same
	// as once.
	Discard(id string) error
}

// KeyInfo is what the server says of a user's key.
type KeyInfo struct {
	ID     string `xml:"AccessKeyId"`
	Status string // Active or Inactive
}

// A Server does with a user's keys what IAM does, asked with the key by.
type Server interface {
	Keys(ctx context.Context, by Key) ([]KeyInfo, error)
	// Create makes a key. Within rememberedFor, the same invocation gives the same key.
	Create(ctx context.Context, by Key, invocation string) (Key, error)
	// WhoIs says whose key it is; it fails for one that does not work.
	WhoIs(ctx context.Context, key Key) (arn string, err error)
	Deactivate(ctx context.Context, by Key, id string) error
	// Delete does nothing where the key is not there.
	Delete(ctx context.Context, by Key, id string) error
}

// phase is how far a rotation came. Each names what is done and durable.
type phase string

const (
	phaseCreating phase = "creating" // about to ask for the new key
	phaseCreated  phase = "created"  // the new key is staged
	phaseSwitched phase = "switched" // it works, and the profile uses it
	phaseInactive phase = "inactive" // the old one is inactive
)

// progress is a rotation that runs, as its file holds it. It holds no secret.
type progress struct {
	Phase      phase
	User       string   // ARN
	Old, New   string   // key ids
	Before     []string // the user's keys before
	Invocation string
	Asked      time.Time // when the new key was first asked for
	Inactive   time.Time // when the old one was made inactive
}

// Rotation replaces the key of a profile. Each step is durable before the next begins and does no harm when it is done
// again, so that Run, after it was interrupted anywhere, goes on where it was.
type Rotation struct {
	Holder Holder
	Server Server
	File   string // where the progress is kept
	Grace  time.Duration
	// Finish deletes the old key now, whatever is left of the grace time.
	Finish bool
	// Say tells a person what was done.
	Say func(format string, args ...any)
}

// Run begins a rotation or goes on with the one that is under way.
func (r *Rotation) Run(ctx context.Context) error {
	p, err := r.read()
	if err != nil {
		return err
	}
	if p == nil {
		if r.Finish {
			return errors.New("no rotation of this profile is under way; without --finish one begins")
		}
		if p, err = r.begin(ctx); err != nil {
			return err
		}
	}
	if err := r.belongs(p); err != nil {
		return err
	}
	for _, step := range []struct {
		from phase
		do   func(context.Context, *progress) error
	}{{phaseCreating, r.create}, {phaseCreated, r.change}, {phaseSwitched, r.deactivate}, {phaseInactive, r.remove}} {
		if p.Phase != step.from {
			continue
		}
		if err := step.do(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// begin looks whether there is room for a second key, before anything is changed.
func (r *Rotation) begin(ctx context.Context) (*progress, error) {
	old, err := r.current()
	if err != nil {
		return nil, err
	}
	user, err := r.Server.WhoIs(ctx, old)
	if err != nil {
		return nil, fmt.Errorf("the profile's key %s does not work: %w", old.ID, err)
	}
	p := &progress{Phase: phaseCreating, User: user, Old: old.ID}
	return p, r.ask(ctx, old, p)
}

// ask notes what there is before the new key is asked for, under a new invocation id.
func (r *Rotation) ask(ctx context.Context, old Key, p *progress) error {
	keys, err := r.Server.Keys(ctx, old)
	if err != nil {
		return fmt.Errorf("list the keys of %s: %w", p.User, err)
	}
	p.Before = nil
	for _, k := range keys {
		p.Before = append(p.Before, k.ID)
	}
	if len(keys) >= maxKeys {
		return slotsFull(keys, old.ID, p.User)
	}
	p.Invocation, p.Asked = uuid.NewString(), time.Now().UTC()
	return r.save(p)
}

func slotsFull(keys []KeyInfo, current, user string) error {
	other := keys[slices.IndexFunc(keys, func(k KeyInfo) bool { return k.ID != current })]
	return fmt.Errorf("the user has two keys already, this profile's %s and %s (%s), and there is no third; nothing was changed. "+
		"If nothing uses %[2]s, delete it and run this again: %[4]s", current, other.ID, other.Status, command("delete-access-key", user, other.ID))
}

// command is what a person calls to change a key. It names the user: a role's session has none of its own.
func command(action, user, id string) string {
	return "aws iam " + action + " --user-name " + Caller{ARN: user}.Name() + " --access-key-id " + id
}

// belongs: the profile must be the one that the rotation began with.
func (r *Rotation) belongs(p *progress) error {
	current, err := r.Holder.Current()
	if err != nil {
		return err
	}
	if current == p.Old || p.New != "" && current == p.New {
		return nil
	}
	return fmt.Errorf("the profile's key is %s now, but a rotation from %s is under way: the profile was written anew since. "+
		"Look at the user's keys (aws iam list-access-keys --user-name %s), delete what nobody uses, and remove %s",
		current, p.Old, Caller{ARN: p.User}.Name(), r.File)
}

func (r *Rotation) current() (Key, error) {
	id, err := r.Holder.Current()
	if err != nil {
		return Key{}, err
	}
	return r.Holder.Load(id)
}

// create asks for the new key until it is staged. If an answer was lost, asking again under the same invocation gives the same
// key; once the server may have forgotten it, a key that came since is reported and not guessed about.
func (r *Rotation) create(ctx context.Context, p *progress) error {
	old, err := r.Holder.Load(p.Old)
	if err != nil {
		return err
	}
	if time.Since(p.Asked) > rememberedFor {
		keys, err := r.Server.Keys(ctx, old)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if !slices.Contains(p.Before, k.ID) {
				return fmt.Errorf("the rotation was interrupted while the new key was made, too long ago to ask for it again. The key %s came since: "+
					"if you did not make it, nobody knows its secret; delete it (%s) and run this again", k.ID, command("delete-access-key", p.User, k.ID))
			}
		}
		if err := r.ask(ctx, old, p); err != nil {
			return err
		}
	}
	made, err := r.Server.Create(ctx, old, p.Invocation)
	if err != nil {
		return fmt.Errorf("make a new key: %w", err)
	}
	if err := r.Holder.Stage(made); err != nil {
		return err
	}
	p.Phase, p.New = phaseCreated, made.ID
	r.Say("Made the key %s.", made.ID)
	return r.save(p)
}

// change tries the new key and switches the profile to it.
func (r *Rotation) change(ctx context.Context, p *progress) error {
	made, err := r.Holder.Load(p.New)
	if err != nil {
		return err
	}
	user, err := r.Server.WhoIs(ctx, made)
	if err == nil && user != p.User {
		err = fmt.Errorf("it belongs to %s, not to %s", user, p.User)
	}
	if err != nil {
		return fmt.Errorf("the new key %s does not work; the profile still uses %s. Run this again to try once more: %w", p.New, p.Old, err)
	}
	if err := r.Holder.Switch(p.New); err != nil {
		return err
	}
	p.Phase = phaseSwitched
	r.Say("It works; the profile uses it from now on.")
	return r.save(p)
}

// deactivate makes the old key inactive, with the new one.
func (r *Rotation) deactivate(ctx context.Context, p *progress) error {
	made, err := r.Holder.Load(p.New)
	if err != nil {
		return err
	}
	if err := r.Server.Deactivate(ctx, made, p.Old); err != nil {
		return fmt.Errorf("make the old key %s inactive; the profile uses the new one already: %w", p.Old, err)
	}
	p.Phase, p.Inactive = phaseInactive, time.Now().UTC()
	r.Say("Made the old key %s inactive.", p.Old)
	return r.save(p)
}

// remove deletes the old key once the grace time is over, and ends the rotation.
func (r *Rotation) remove(ctx context.Context, p *progress) error {
	if end := p.Inactive.Add(r.Grace); !r.Finish && time.Now().Before(end) {
		r.Say("The old key %s stays, inactive, until %s. Run this again then, or with --finish before, to delete it.\n"+
			"If something still needs it: %s --status Active", p.Old, end.Format(time.RFC3339), command("update-access-key", p.User, p.Old))
		return nil
	}
	made, err := r.Holder.Load(p.New)
	if err != nil {
		return err
	}
	if err := r.Server.Delete(ctx, made, p.Old); err != nil {
		return fmt.Errorf("delete the old key %s: %w", p.Old, err)
	}
	if err := r.Holder.Discard(p.Old); err != nil {
		return err
	}
	r.Say("Deleted the old key %s. The rotation is done.", p.Old)
	return errors.Join(wholefile.Sweep(r.File), removeIfThere(r.File))
}

// read gives the rotation that is under way, or nil.
func (r *Rotation) read() (*progress, error) {
	text, err := os.ReadFile(r.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	p := new(progress)
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("%s is not what a rotation wrote: %w", r.File, err)
	}
	known := []phase{phaseCreating, phaseCreated, phaseSwitched, phaseInactive}
	if !slices.Contains(known, p.Phase) || checkID(p.Old) != nil || p.Phase != phaseCreating && checkID(p.New) != nil {
		return nil, fmt.Errorf("%s is not what a rotation wrote", r.File)
	}
	return p, nil
}

func (r *Rotation) save(p *progress) error {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(r.File), 0o700); err != nil {
		return err
	}
	return wholefile.Replace(r.File, 0o600, append(text, '\n'))
}
