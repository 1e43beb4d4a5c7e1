// Package insight finds unusual activity, as CloudTrail Insights do: an operation that is called, or fails, far more often in a
// minute than in the week before. It exists so that what nobody has written a rule for is told too. The Engine is pure: it
// knows the events and the time that it is given, and keeps nothing. The Watch reads the trail and puts what the Engine
// finds on it; the trail itself is its memory.
package insight
