// Package alarm watches the trail and tells people: rules over the stream of events, alarms with a life of their own, and
// the channels that carry them out. It exists so that what best practice asks to be alarmed about is, on every Warder, from
// the first start. The rules are pure: they know an event's own time, what came before it, and what a Judge says of the
// account; they may read no clock and call nobody. The package may never hold up whoever writes the trail.
package alarm
