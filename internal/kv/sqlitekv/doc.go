// Package sqlitekv is the embedded storage engine: kv.Store in one SQLite file. It exists so that one process needs no
// database beside it; it may not know what the bytes mean, and it trusts SQLite with nothing but keeping them.
//
// Life of an Update:
//
//  1. The caller queues its function and waits.
//  2. The one writer goroutine opens an SQLite transaction and takes from the queue until it is empty: a batch. Each
//     function runs alone. Its writes gather in memory and go to SQLite only when it has succeeded, so a failing or
//     panicking function leaves no trace, and the next function of the batch sees them.
//  3. The writer stores the new revision and commits: one write to the WAL, one sync, for the whole batch.
//  4. Now the commits are put into the history that Watch reads, and every caller of the batch gets its answer.
//
// SQLite makes a commit visible to other connections only after its sync, so a View never sees what may be lost.
//
// Pages go from the WAL to the file itself beside the writer, when it rests or when the WAL has grown (checkpoint.go).
package sqlitekv
