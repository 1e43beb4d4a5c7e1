// Package trailfile reads files of CloudTrail records, as CloudTrail, Warder and LookupEvents write them, compressed or not,
// and gives each record as it stands there. It exists so that there is one reader of such files, which holds no file in memory
// and goes on after what it cannot read; it may not judge what a record says.
//
// It decompresses with klauspost/compress: decompression is what takes the time here, and the standard library takes twice
// as long.
package trailfile
