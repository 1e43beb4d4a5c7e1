package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// shownProblems is how many problems are told at most; --json has all.
const shownProblems = 20

// logText tells what VerifyLog found.
func logText(dir string, v *trailstore.LogVerification, state *store.TrailState) string {
	var b strings.Builder
	fmt.Fprintf(&b, "log        %s: %s in %s\n", dir, counted(int(v.Records), "record"), counted(int(v.Segments), "segment"))
	if v.Records > 0 {
		fmt.Fprintf(&b, "chain      records %d to %d match it\n", v.First, v.End.Sequence)
	}
	switch {
	case v.Noted.Sequence == 0:
		b.WriteString("state      knows of no record yet\n")
	case state.Head.Closed:
		fmt.Fprintf(&b, "state      knows that the log was closed with record %d\n", v.Noted.Sequence)
	default:
		fmt.Fprintf(&b, "state      knows of records up to %d; newer ones could be cut off unnoticed\n", v.Noted.Sequence)
	}
	if state.Head.Removed > 0 {
		fmt.Fprintf(&b, "retention  removed records up to %d\n", state.Head.Removed)
	}
	if v.Unchained > 0 {
		fmt.Fprintf(&b, "newest     %s without a value in the chain yet: a server is writing, or it was killed and the next start adds them\n", counted(int(v.Unchained), "record"))
	}
	if v.Unfinished {
		b.WriteString("newest     an unfinished line at the end, which was never acknowledged\n")
	}
	if len(v.Problems) == 0 {
		return b.String() + "Nothing was changed, removed or added.\n"
	}
	for i, p := range v.Problems {
		place := p.File
		if p.Record > 0 {
			place += fmt.Sprintf(", record %d, at byte %d", p.Record, p.Offset)
		}
		b.WriteString(problemLine(i, len(v.Problems), place, p.Kind, p.Text))
	}
	b.WriteString("The log is not what was written. Leave the folder as it is and copy it away; then compare the place with a backup and\n" +
		"with what was delivered. Who could write there could hide what they did: look at other records of that time too.\n")
	return b.String()
}

// problemLine tells one of all problems; those after the first ones only once, by their number.
func problemLine(i, all int, place, kind, text string) string {
	switch {
	case i < shownProblems:
		return clean(fmt.Sprintf("WRONG      %s: %s: %s", place, kind, text)) + "\n"
	case i == shownProblems:
		return fmt.Sprintf("… and %d more; --json prints all\n", all-i)
	}
	return ""
}

// deliveredText tells what trail.Verify found.
func deliveredText(root string, v *trail.Verification, o trail.VerifyOptions) string {
	var b strings.Builder
	for _, t := range v.Trails {
		b.WriteString(clean(fmt.Sprintf("trail      %s of account %s, %s: %s", t.Trail, t.AccountID, t.Region, trailText(&t))) + "\n")
		for _, g := range t.Gaps {
			fmt.Fprintf(&b, "gap        from %s to %s: the trail was stopped, or without digests\n", stamp(g.From), stamp(g.To))
		}
	}
	b.WriteString(signatureText(v, o))
	if v.Unnamed > 0 {
		fmt.Fprintf(&b, "not proven %s that no digest names: newer than the newest digest, or from a time without digests\n", counted(int(v.Unnamed), "log file"))
	}
	if v.Interrupted > 0 {
		fmt.Fprintf(&b, "not proven %s on its way when the server was killed, which is delivered when it starts again\n", counted(v.Interrupted, "digest"))
	}
	switch {
	case len(o.Checkpoints) == 0, v.Checkpoints == 0 && len(v.Problems) == 0:
		b.WriteString("newest     it is not known whether newer digests were removed; --data or --head tells\n")
	case v.Checkpoints > 0:
		fmt.Fprintf(&b, "newest     %s found\n", counted(int(v.Checkpoints), "noted digest"))
	}
	if len(v.Problems) == 0 {
		return b.String() + "Nothing was changed, removed or added.\n"
	}
	for i, p := range v.Problems {
		place := p.File
		if p.Record > 0 {
			place += fmt.Sprintf(", record %d", p.Record)
		}
		b.WriteString(problemLine(i, len(v.Problems), place, p.Kind, p.Text))
	}
	b.WriteString(clean("The files in "+root+" are not what was delivered.") + " Leave them as they are and copy them away; then compare the place with\n" +
		"another copy, and with the server's own log: warder trail verify. Find out who can write to this storage.\n")
	return b.String()
}

func trailText(t *trail.TrailVerification) string {
	if t.Digests == 0 {
		return "no digest of that time could be read"
	}
	text := fmt.Sprintf("%s, %s", counted(int(t.Digests), "digest"), counted(int(t.LogFiles), "log file"))
	if t.Records > 0 {
		text += ", " + counted(int(t.Records), "record")
	}
	return text + fmt.Sprintf(", from %s to %s", stamp(t.From), stamp(t.To))
}

// signatureText says what is proven by signatures and what is not.
func signatureText(v *trail.Verification, o trail.VerifyOptions) string {
	signed, unsigned := 0, 0
	for _, t := range v.Trails {
		signed += t.Signed
		unsigned += t.Unsigned
	}
	if len(o.Keys) == 0 {
		return "signatures not verified, for want of keys (--keys, --data): whoever made all files anew, hashes too, is not found\n"
	}
	text := fmt.Sprintf("signatures %s verified", counted(int(signed), "digest"))
	if unsigned > 0 {
		text += fmt.Sprintf("; %d not, the newest, whose signature is in the metadata of its object, which are not here", unsigned)
	}
	return text + "\n"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
