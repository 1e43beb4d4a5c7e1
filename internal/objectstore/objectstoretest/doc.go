// Package objectstoretest is the contract of objectstore.Store as tests, and a Store that fails as it is told to. It exists
// so that every engine is held to the same; it may not know which engine it tests.
package objectstoretest
