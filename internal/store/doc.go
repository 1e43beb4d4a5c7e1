// Package store is typed, sealed, durable transactions over a kv engine: quotas, retry memory, outbox and the published
// Snapshot. It exists so that nobody else knows how state is kept; it may not decide who may do what.
package store
