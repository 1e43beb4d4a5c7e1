// Package authzhttp protects an http.Handler with Warder: it hands each signed request over to be verified and decided in
// one call, so that no long-term secret ever leaves Warder. It is the one public package that speaks HTTP; it decides
// nothing itself, and when Warder cannot be asked it lets nothing through.
package authzhttp
