// Package outbound calls strangers' servers: identity providers, and whoever wants to hear of alarms. It exists so that
// one rule says which addresses may be called at all, and that a name server cannot change its answer in between; it may
// follow no redirect and send nothing that it was not given.
package outbound
