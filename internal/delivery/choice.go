package delivery

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// mostChoices and mostChoiceText bound what is kept of a trail's earlier settings, in number and in bytes of JSON: a value of
// the state has 256 KiB at most. Beyond them the oldest become one that chooses everything, so that more is delivered and
// not less, however often somebody changes the settings.
const mostChoices, mostChoiceText = 10, 64 << 10

// chosenUntil tells whether a trail that was old, and is t or, nil, deleted, chose other events before, and until when.
func chosenUntil(old, t *directory.Trail, now time.Time) (until time.Time, changed bool) {
	switch {
	case old == nil:
		return time.Time{}, false
	case t == nil: // settings that were not followed yet are in no Delivery
		return now.UTC().Truncate(time.Second), true
	}
	return t.Chosen, !t.Chosen.Equal(old.Chosen)
}

// addChoice puts what a trail chose until a time behind what it chose before.
func addChoice(past []store.Choice, until time.Time, t *directory.Trail) []store.Choice {
	past = append(slices.Clone(past), store.Choice{Until: until, Trail: &directory.Trail{
		Region: t.Region, GlobalEvents: t.GlobalEvents, MultiRegion: t.MultiRegion, Selectors: t.Selectors, Advanced: t.Advanced, Insights: t.Insights,
	}})
	text := 0
	for i := len(past) - 1; i >= 0; i-- {
		encoded, err := json.Marshal(past[i])
		if text += len(encoded); err != nil || text > mostChoiceText || len(past)-i > mostChoices-1 {
			return slices.Concat([]store.Choice{{Until: past[i].Until}}, past[i+1:])
		}
	}
	return past
}

// chose tells whether the trail chose the event, by the settings at the event's time and not by those of today: whoever may
// change them cannot take back what is recorded. Times are whole seconds, so that in the one of a change both settings count.
func chose(d *store.Delivery, e *trail.Event) bool {
	var from time.Time
	for _, c := range d.Past {
		if !e.EventTime.Before(from) && !e.EventTime.After(c.Until) && (c.Trail == nil || c.Trail.Selects(e)) {
			return true
		}
		from = c.Until
	}
	return !e.EventTime.Before(from) && d.Trail.Selects(e)
}
