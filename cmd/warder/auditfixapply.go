package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/wholefile"
)

// fixing is a plan that is carried out, or taken back.
type fixing struct {
	*program
	server *fixServer
	file   string // of undo
	undo   *repair.Undo
}

// applyFix carries a plan out.
func (p *program) applyFix(ctx context.Context, a *auditFix, server *fixServer, plan *repair.Plan, proof *repair.Proof) error {
	account, err := server.account(ctx)
	if err != nil {
		return explain(err, a.profile)
	}
	for _, c := range plan.Changes {
		if c.Finding.Account != account {
			return fmt.Errorf("%s is of account %s, and the profile is of %s", c.Finding.ID, c.Finding.Account, account)
		}
	}
	question := "Make " + counted(len(plan.Steps()), "change")
	if proof.Refused() {
		question += ", although something that was used is lost"
	} else if proof.Unproved() > 0 {
		question += ", without evidence that nothing of it is used"
	}
	if ok, err := p.agreed(a.yes, question); err != nil || !ok {
		return err
	}
	now := time.Now().UTC()
	f := &fixing{program: p, server: server, file: a.undoFile, undo: repair.NewUndo(plan, rand.Text(), account, now)}
	if f.file == "" {
		f.file = now.Format("warder-fix-20060102T150405Z.json")
	}
	text, err := f.undo.Encode()
	if err != nil {
		return err
	}
	if err := wholefile.New(f.file, 0o600, text); err != nil {
		return fmt.Errorf("nothing was changed, since the way back cannot be kept: %w", err)
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := f.apply(ctx); err != nil {
		f.sayStopped()
		return explain(err, a.profile)
	}
	p.say("Made %s. warder audit fix --undo %s takes it back.", counted(len(f.undo.Steps), "change"), clean(f.file))
	return nil
}

// agreed asks, unless nobody is to be asked.
func (p *program) agreed(yes bool, question string) (bool, error) {
	if yes {
		return true, nil
	}
	ok, err := confirm(question + "? [y/N] ")
	if err != nil {
		return false, fmt.Errorf("nothing was changed: %w; --yes goes without a question", err)
	} else if !ok {
		p.say("Nothing was changed.")
	}
	return ok, nil
}

// apply makes the calls. It ends between two of them when ctx does: a call that is under way is waited for.
func (f *fixing) apply(ctx context.Context) error {
	for i := range f.undo.Steps {
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		s := &f.undo.Steps[i]
		if err := f.mark(s, repair.Begun); err != nil {
			return err
		}
		if err := f.do(ctx, i, 0, s.Call); err != nil {
			if refused(err) {
				err = errors.Join(err, f.mark(s, repair.Planned))
			}
			return fmt.Errorf("%s: %w", s.Text, err)
		}
		if err := f.mark(s, repair.Done); err != nil {
			return err
		}
		f.say("%d of %d: %s", i+1, len(f.undo.Steps), clean(s.Text))
	}
	return nil
}

// refused reports whether an error says that the call was not carried out.
func refused(err error) bool {
	e, ok := errors.AsType[*apiclient.Error](err)
	return ok && e.Status < 500
}

// do makes a call of a step: 0 is the step's own, those from 1 on its undo's.
func (f *fixing) do(ctx context.Context, step, n int, c repair.Call) error {
	return f.server.do(context.WithoutCancel(ctx), c, fmt.Sprintf("%s-%d-%d", f.undo.ID, step, n), nil)
}

// mark keeps in the file how far a step is.
func (f *fixing) mark(s *repair.UndoStep, state repair.State) error {
	s.State = state
	text, err := f.undo.Encode()
	if err != nil {
		return err
	}
	return wholefile.Replace(f.file, 0o600, text)
}

// sayStopped says what a run that broke off has done.
func (f *fixing) sayStopped() {
	done, begun := f.undo.Count(repair.Done), f.undo.Count(repair.Begun)
	if done+begun == 0 {
		f.say("Nothing was changed.")
		return
	}
	text := fmt.Sprintf("Made %d of %s", done, counted(len(f.undo.Steps), "change"))
	if begun > 0 {
		text += "; whether one more was made is not known"
	}
	f.say("%s. warder audit fix --undo %s takes it back.", text, clean(f.file))
}

// undoFix takes a run back.
func (p *program) undoFix(cmd *cobra.Command, a *auditFix) error {
	undo, err := readUndo(a.undo)
	if err != nil {
		return p.unreadable(err)
	}
	server, err := p.fixServer(cmd, a.profile)
	if err != nil {
		return err
	}
	account, err := server.account(cmd.Context())
	if err != nil {
		return explain(err, a.profile)
	}
	if account != undo.Account {
		return fmt.Errorf("%s is of account %s, and the profile is of %s", clean(a.undo), undo.Account, account)
	}
	f := &fixing{program: p, server: server, file: a.undo, undo: undo}
	n := undo.Count(repair.Done) + undo.Count(repair.Begun)
	if n == 0 {
		p.say("There is nothing to take back.")
		return nil
	}
	for i := len(undo.Steps) - 1; i >= 0; i-- {
		if s := &undo.Steps[i]; s.State == repair.Done || s.State == repair.Begun {
			for _, c := range s.Undo {
				p.say("  %s", clean(c.String()))
			}
		}
	}
	if ok, err := p.agreed(a.yes, "Take back "+counted(n, "change")+" by these calls"); err != nil || !ok {
		return err
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return f.takeBack(ctx)
}

func readUndo(name string) (*repair.Undo, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, repair.MaxUndo+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	undo, err := repair.ParseUndo(text)
	if err != nil {
		return nil, fmt.Errorf("%s is not what warder audit fix wrote: %w", name, err)
	}
	return undo, nil
}

// takeBack goes the steps backwards. One that fails stops none of the others; the same command tries it again.
func (f *fixing) takeBack(ctx context.Context) error {
	var failed []error
	for i := len(f.undo.Steps) - 1; i >= 0; i-- {
		s := &f.undo.Steps[i]
		if s.State != repair.Done && s.State != repair.Begun {
			continue
		}
		if ctx.Err() != nil {
			failed = append(failed, errors.New("interrupted; the same command goes on"))
			break
		}
		if err := f.takeBackStep(ctx, i, s); err != nil {
			failed = append(failed, fmt.Errorf("not taken back: %s: %w", s.Text, err))
			continue
		}
		f.say("Took back: %s", clean(s.Text))
	}
	return errors.Join(failed...)
}

// takeBackStep takes one step back. Of one that broke off it is not known whether it was done: it is done first.
func (f *fixing) takeBackStep(ctx context.Context, i int, s *repair.UndoStep) error {
	if s.State == repair.Begun {
		if err := f.do(ctx, i, 0, s.Call); err != nil && !apiclient.HasCode(err, "NoSuchEntity") {
			return err
		}
		if err := f.mark(s, repair.Done); err != nil {
			return err
		}
	}
	for n, c := range s.Undo {
		err := f.do(ctx, i, n+1, c)
		if apiclient.HasCode(err, "EntityAlreadyExists") {
			f.say("%s: it exists already, and stays as it is", clean(c.String())) // of a run that broke off, or somebody made it
		} else if err != nil {
			return err
		}
	}
	return f.mark(s, repair.Undone)
}
