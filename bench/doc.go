// Package bench measures Warder beside what bounds it, a bare HTTP server and the disk, and its decisions beside those of
// other engines. It holds benchmarks and their tests only, in a module of its own, so that what it compares with never
// reaches the product's go.mod. It may not decide whether a figure is good: tests here assert that the right thing is
// measured, never how fast it was.
package bench
