// Package kv is the storage seam: ordered keys, serializable transactions, watch. It exists so that the rest of Warder
// never names a storage engine; it may not know what the bytes mean.
package kv
