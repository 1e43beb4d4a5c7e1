package guardrail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/warder-iam/warder/audit/guardrail"
	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
)

// rotate replaces a key: makes a new one, hands it to the hook, and makes the old one inactive once the hook has taken it.
// Before each step it is noted durably, so that the next run knows what a crash left. If the hook fails the new key is
// deleted, and the old one stays.
func (r *Runner) rotate(ctx context.Context, m *memory, c *guardrail.Change) error {
	t := &rotation{Runner: r, memory: m, change: c, state: guardrail.Rotation{Old: c.Key.ID}}
	if r.RotateHook == "" {
		return fmt.Errorf("%s: there is no guardrail-rotate-hook", c.Guardrail)
	}
	if err := t.phase(ctx, guardrail.Making); err != nil {
		return err
	}
	made, err := t.make(ctx)
	if err != nil {
		return err
	}
	t.state.New = made.AccessKeyId
	if err := t.phase(ctx, guardrail.Handing); err != nil {
		return t.giveUp(ctx, made.AccessKeyId, err)
	}
	if err := t.hand(ctx, made); err != nil {
		return t.giveUp(ctx, made.AccessKeyId, err)
	}
	if err := t.phase(ctx, guardrail.Installed); err != nil {
		return err // the use of the new key tells the next run
	}
	finish := *c
	finish.Action, finish.Steps = guardrail.Finish, []repair.Step{repair.DeactivateKey(c.User, c.Key)}
	return r.change(ctx, m, &finish, time.Now().UTC().Truncate(time.Second))
}

// rotation is one rotation that is under way.
type rotation struct {
	*Runner
	memory *memory
	change *guardrail.Change
	state  guardrail.Rotation
}

func (t *rotation) phase(ctx context.Context, p guardrail.Phase) error {
	state := t.state
	state.Phase, state.At = p, time.Now().UTC()
	return t.memory.note(ctx, map[string]guardrail.Note{t.change.User.ID: {Rotation: &state}})
}

// make makes the new key. After an error that leaves open whether there is one, the next run looks.
func (t *rotation) make(ctx context.Context) (*iam.AccessKey, error) {
	why, err := reason(t.change, t.change.Why, nil)
	if err != nil {
		return nil, err
	}
	made, err := t.actor.createKey(ctx, t.memory.account, t.change.User.Name, why)
	var public *awsapi.Error
	if errors.As(err, &public) && !public.Kind.Receiver {
		err = errors.Join(err, t.over(ctx))
	}
	return made, err
}

func (t *rotation) hand(ctx context.Context, made *iam.AccessKey) error {
	return runHook(ctx, t.RotateHook, hookTime, handover{
		Version: hookVersion, Event: "rotate", Account: t.memory.account, UserName: t.change.User.Name, UserARN: t.change.Resource,
		OldAccessKeyID: t.state.Old, NewAccessKeyID: made.AccessKeyId, Secret: made.SecretAccessKey,
	})
}

// giveUp deletes the new key, because of cause.
func (t *rotation) giveUp(ctx context.Context, id string, cause error) error {
	step := repair.DeleteKey(t.change.User, &directory.AccessKey{ID: id})
	why, err := reason(t.change, "the rotation failed: "+cause.Error(), nil)
	if err == nil {
		err = t.actor.call(ctx, t.memory.account, step.Call, why)
	}
	if err == nil {
		err = t.over(ctx)
	}
	return errors.Join(fmt.Errorf("%s: the key of user %s was not replaced: %w", t.change.Guardrail, t.change.User.Name, cause), err)
}

// over forgets the rotation.
func (t *rotation) over(ctx context.Context) error {
	return t.memory.note(ctx, map[string]guardrail.Note{t.change.User.ID: {}})
}
