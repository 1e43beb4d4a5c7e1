package trail

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"time"
)

// LogWriter writes the text of a log file as CloudTrail delivers it, {"Records":[…]}, record by record, and gathers what
// the digest says of it.
type LogWriter struct {
	w              io.Writer
	sum            hash.Hash
	chain          ChainPoint
	tags           []byte
	newest, oldest time.Time
	err            error
}

// NewLogWriter writes to w, which usually compresses. chain is the place of the trail's chain before the file.
func NewLogWriter(w io.Writer, chain ChainPoint) *LogWriter {
	l := &LogWriter{w: w, sum: sha256.New(), chain: chain}
	l.write([]byte(recordsBegin))
	return l
}

// Append writes one record: its line as the log has it, without the newline, and the time of its event.
func (l *LogWriter) Append(line []byte, at time.Time) error {
	if len(l.tags) > 0 {
		l.write([]byte{','})
	}
	l.write(line)
	record := sha256.Sum256(line)
	l.tags = append(l.tags, record[:TagSize]...)
	l.chain = ChainPoint{l.chain.Sequence + 1, l.chain.Hash.next(record)}
	if l.oldest.IsZero() || at.Before(l.oldest) {
		l.oldest = at
	}
	if at.After(l.newest) {
		l.newest = at
	}
	return l.err
}

func (l *LogWriter) write(p []byte) {
	if l.err != nil {
		return
	}
	l.sum.Write(p)
	_, l.err = l.w.Write(p)
}

// Written is a finished log file.
type Written struct {
	// File lacks its bucket and object.
	File    LogFile
	Records FileRecords
	// Chain is the place after the file's last record.
	Chain ChainPoint
}

// Close ends the text. It does not close the writer below.
func (l *LogWriter) Close() (Written, error) {
	if len(l.tags) == 0 {
		return Written{}, errors.New("trail: a log file without records")
	}
	l.write([]byte(recordsEnd))
	return Written{
		File:    LogFile{Hash: hex.EncodeToString(l.sum.Sum(nil)), NewestEvent: l.newest, OldestEvent: l.oldest},
		Records: FileRecords{Tags: l.tags}, Chain: l.chain,
	}, l.err
}
