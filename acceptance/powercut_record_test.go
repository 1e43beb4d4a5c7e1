package acceptance

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// traced are the system calls by which a server changes files, says that they are to be durable, and answers.
const traced = "openat,write,pwrite64,fsync,fdatasync,ftruncate,renameat,renameat2,unlinkat,linkat,mkdirat"

// tracer writes a script that runs the server under strace, which records every such call with its data. -D keeps the
// server the child of this process.
func tracer(t *testing.T, binary, log string) string {
	t.Helper()
	script := filepath.Join(t.TempDir(), "traced")
	text := fmt.Sprintf("#!/bin/sh\nexec strace -D -f -qq -y -xx -s 16777216 -e trace=%s -o '|cat >%s; touch %s.done' '%s' \"$@\"\n", traced, log, log, binary)
	check(t, os.WriteFile(script, []byte(text), 0o700))
	return script
}

// call is one system call of a recording.
type call struct {
	name string
	args []string // texts decoded, files by their path
	// begun and ended are its places in the recording: what ended before another one began came first.
	begun, ended int
}

var (
	begins  = regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)
	resumes = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
	result  = regexp.MustCompile(`\) += (-?\d+)(<.*>)?( .*)?$`)
)

// readCalls reads a recording: the calls that succeeded, as they ended.
func readCalls(t *testing.T, name string) []call {
	t.Helper()
	f, err := os.Open(name)
	check(t, err)
	defer func() { _ = f.Close() }()
	var calls []call
	type half struct {
		begun int
		text  string
	}
	open := map[string]half{}
	lines := bufio.NewReaderSize(f, 1<<20)
	for place := 0; ; place++ {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			return calls
		}
		check(t, err)
		line = strings.TrimSuffix(line, "\n")
		process, begun, text := "", place, ""
		var kind string
		if m := begins.FindStringSubmatch(line); m != nil {
			process, kind, text = m[1], m[2], m[3]
			if before, unfinished := strings.CutSuffix(text, " <unfinished ...>"); unfinished {
				open[process+kind] = half{place, before}
				continue
			}
		} else if m := resumes.FindStringSubmatch(line); m != nil {
			process, kind = m[1], m[2]
			begun, text = open[process+kind].begun, open[process+kind].text+m[3]
		} else {
			continue // an exit, a signal
		}
		m := result.FindStringSubmatchIndex(text)
		if m == nil || text[m[2]] == '-' {
			continue // a failure, or cut off by the end
		}
		calls = append(calls, call{kind, arguments(t, text[:m[0]]), begun, place})
	}
}

// arguments takes the text between a call's parentheses apart.
func arguments(t *testing.T, text string) []string {
	t.Helper()
	args := strings.Split(text, ", ") // every character of a text is written as \xHH
	for i, a := range args {
		if quoted, ok := strings.CutPrefix(a, `"`); ok {
			args[i] = unhex(t, strings.TrimSuffix(quoted, `"`))
		} else if open := strings.IndexByte(a, '<'); open >= 0 {
			args[i] = unhex(t, strings.TrimSuffix(a[open+1:], ">"))
		}
	}
	return args
}

func unhex(t *testing.T, text string) string {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, `\x`, ""))
	if err != nil {
		t.Fatalf("strace wrote %.60q: %v", text, err)
	}
	return string(b)
}

// opKind is what a call does to files.
type opKind uint8

const (
	opCreate opKind = iota // a new, empty file
	opMkdir
	opWrite
	opTruncate
	opRename
	opLink
	opRemove
	opSync
)

// op is one change of a file, or its sync.
type op struct {
	kind     opKind
	path, to string // below the home
	off      int64
	data     []byte
	inode    int // which file, whatever its name
	call
}

// acknowledgement is the moment in which an answer left.
type acknowledgement struct {
	id    string // request id
	sure  bool   // it says what became of the call; one of the 500s says that the server does not know
	place int
}

var answered = regexp.MustCompile(`(?is)^HTTP/1\.1 ([0-9]).*\r\nx-amzn-requestid: ([0-9a-f-]{36})\r\n`)

// readOps turns a recording into what happened below home, in order. SQLite's shared memory file is left out: it holds
// nothing that the log does not, and a machine that starts has none.
func readOps(t *testing.T, calls []call, home string, before *disk) (ops []op, acks []acknowledgement) {
	t.Helper()
	inodes := maps.Clone(before.names)
	at := func(path string) (string, bool) {
		rel, err := filepath.Rel(home, path)
		return rel, err == nil && !strings.HasPrefix(rel, "..") && !strings.HasSuffix(rel, "-shm")
	}
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		check(t, err)
		return n
	}
	sizes := map[int]int64{} // for write(2), which the server uses on files that it writes from their beginning
	add := func(o op, c call) {
		o.call = c
		switch o.kind {
		case opCreate:
			o.inode = len(ops) + 1
			inodes[o.path] = o.inode
		case opRename:
			inodes[o.to] = inodes[o.path]
			delete(inodes, o.path)
		case opLink:
			inodes[o.to] = inodes[o.path]
		}
		if o.inode == 0 {
			o.inode = inodes[o.path]
		}
		if o.kind == opWrite {
			if o.off < 0 {
				o.off = sizes[o.inode]
			}
			sizes[o.inode] = max(sizes[o.inode], o.off+int64(len(o.data)))
		}
		ops = append(ops, o)
	}
	for _, c := range calls {
		switch c.name {
		case "openat":
			path, ours := at(c.args[1])
			if _, there := inodes[path]; ours && strings.Contains(c.args[2], "O_CREAT") && !there {
				add(op{kind: opCreate, path: path}, c)
			} else if ours && strings.Contains(c.args[2], "O_TRUNC") {
				add(op{kind: opTruncate, path: path}, c)
			}
		case "mkdirat":
			if path, ours := at(c.args[1]); ours {
				add(op{kind: opMkdir, path: path}, c)
			}
		case "write":
			if path, ours := at(c.args[0]); ours {
				add(op{kind: opWrite, path: path, off: -1, data: []byte(c.args[1])}, c)
			} else if m := answered.FindStringSubmatch(c.args[1]); m != nil && strings.HasPrefix(c.args[0], "socket:") {
				acks = append(acks, acknowledgement{m[2], m[1] != "5", c.begun})
			}
		case "pwrite64":
			if path, ours := at(c.args[0]); ours {
				add(op{kind: opWrite, path: path, off: number(c.args[3]), data: []byte(c.args[1])}, c)
			}
		case "ftruncate":
			if path, ours := at(c.args[0]); ours {
				add(op{kind: opTruncate, path: path, off: number(c.args[1])}, c)
			}
		case "fsync", "fdatasync":
			if path, ours := at(c.args[0]); ours {
				add(op{kind: opSync, path: path}, c)
			}
		case "renameat", "renameat2", "linkat":
			path, ours := at(c.args[1])
			to, too := at(c.args[3])
			if ours != too {
				t.Fatalf("%s moves %s out of the home", c.name, c.args[1])
			}
			kind := opRename
			if c.name == "linkat" {
				kind = opLink
			}
			if ours {
				add(op{kind: kind, path: path, to: to}, c)
			}
		case "unlinkat":
			if path, ours := at(c.args[1]); ours {
				add(op{kind: opRemove, path: path}, c)
			}
		}
	}
	return ops, acks
}

// disk is a file system in memory: contents by inode, inodes by path, and the folders.
type disk struct {
	names   map[string]int
	content map[int][]byte
	folders map[string]bool
}

// apply makes one change; keep says which of the bytes of a write come through, nil for all of them.
func (d *disk) apply(o *op, keep func(sector int64) bool) {
	switch o.kind {
	case opCreate:
		d.names[o.path], d.content[o.inode] = o.inode, nil
	case opMkdir:
		d.folders[o.path] = true
	case opRename, opLink:
		if inode, there := d.names[o.path]; there {
			d.names[o.to] = inode
			if o.kind == opRename {
				delete(d.names, o.path)
			}
		}
	case opRemove:
		delete(d.names, o.path)
		delete(d.folders, o.path)
	case opTruncate:
		d.resize(o.inode, o.off)
	case opWrite:
		d.write(o, keep)
	}
}

func (d *disk) resize(inode int, size int64) {
	b := d.content[inode]
	if have := int64(len(b)); have < size {
		b = append(bytes.Clone(b), make([]byte, size-have)...)
	}
	d.content[inode] = b[:size:size]
}

// sectorSize is what a disk writes whole or not at all.
const sectorSize = 512

func (d *disk) write(o *op, keep func(sector int64) bool) {
	end := o.off + int64(len(o.data))
	if int64(len(d.content[o.inode])) < end {
		d.resize(o.inode, end) // the size may be durable before the data: what is missing reads as zeros
	} else {
		d.content[o.inode] = bytes.Clone(d.content[o.inode])
	}
	for at := o.off; at < end; {
		next := min((at/sectorSize+1)*sectorSize, end)
		if keep == nil || keep(at/sectorSize) {
			copy(d.content[o.inode][at:next], o.data[at-o.off:next-o.off])
		}
		at = next
	}
}

// save writes the files below a folder.
func (d *disk) save(t *testing.T, home string) {
	t.Helper()
	for folder := range d.folders {
		check(t, os.MkdirAll(filepath.Join(home, folder), 0o700))
	}
	for path, inode := range d.names {
		check(t, os.MkdirAll(filepath.Dir(filepath.Join(home, path)), 0o700))
		check(t, os.WriteFile(filepath.Join(home, path), d.content[inode], 0o600))
	}
}
