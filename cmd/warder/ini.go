package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ini is a file in the format of ~/.aws/config, held as its lines, so that whatever is not changed stays as it was to
// the byte. It reads the format as botocore does: keys without case, an indented line goes on with the value above it.
type ini struct {
	lines []string // each with its ending, the last one perhaps without
	eol   string
}

// errIndented: botocore would join such a line to what stands before it.
var errIndented = errors.New("an indented line stands before any setting")

// parseINI reads a file. Its errors name the line.
func parseINI(text string) (*ini, error) {
	f := &ini{lines: slices.Collect(strings.Lines(text)), eol: "\n"}
	if strings.HasSuffix(firstOr(f.lines), "\r\n") {
		f.eol = "\r\n"
	}
	seen := map[string]bool{}
	inSection, inEntry := false, false
	for i, line := range f.lines {
		switch kindOf(line) {
		case blankLine:
		case headerLine:
			name, err := headerName(line)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			if seen[name] {
				return nil, fmt.Errorf("line %d: the section [%s] stands here for the second time", i+1, name)
			}
			seen[name], inSection, inEntry = true, true, false
		case indentedLine:
			if !inEntry {
				return nil, fmt.Errorf("line %d: %w", i+1, errIndented)
			}
		case entryLine:
			if !inSection {
				return nil, fmt.Errorf("line %d: a setting stands before the first section", i+1)
			}
			if keyOf(line) == "" {
				return nil, fmt.Errorf("line %d: neither a section nor a setting", i+1)
			}
			inEntry = true
		}
	}
	return f, nil
}

func firstOr(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

type lineKind uint8

const (
	blankLine    lineKind = iota // or a comment
	headerLine                   // [name]
	entryLine                    // key = value
	indentedLine                 // the value goes on
)

func kindOf(line string) lineKind {
	trimmed := strings.TrimSpace(line)
	switch {
	case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		return blankLine
	case line[0] == ' ' || line[0] == '\t':
		return indentedLine
	case line[0] == '[':
		return headerLine
	}
	return entryLine
}

// headerName is a section's name with single spaces and without quotes: `[profile "a"]` is "profile a".
func headerName(line string) (string, error) {
	end := strings.LastIndexByte(line, ']')
	if end < 0 {
		return "", errors.New("the section's name does not end with ]")
	}
	return strings.Join(strings.Fields(strings.NewReplacer(`"`, "", `'`, "").Replace(line[1:end])), " "), nil
}

// keyOf is the key of a setting, in lower case; "" where the line is none.
func keyOf(line string) string {
	if i := strings.IndexAny(line, "=:"); i > 0 {
		return strings.ToLower(strings.TrimSpace(line[:i]))
	}
	return ""
}

// section finds the lines of a section, from behind its header up to the next one's.
func (f *ini) section(name string) (from, to int, ok bool) {
	for i, line := range f.lines {
		if kindOf(line) != headerLine {
			continue
		}
		if ok {
			return from, i, true
		}
		if found, err := headerName(line); err == nil && found == name {
			from, ok = i+1, true
		}
	}
	return from, len(f.lines), ok
}

// entry finds the lines of a setting in a section: its own and those that go on with it.
func (f *ini) entry(section, key string) (from, to int, ok bool) {
	start, end, ok := f.section(section)
	if !ok {
		return 0, 0, false
	}
	for i := start; i < end; i++ {
		if kindOf(f.lines[i]) == entryLine && keyOf(f.lines[i]) == key {
			return i, f.entryEnd(i, end), true
		}
	}
	return 0, 0, false
}

// entryEnd is behind the last line that goes on with the setting at i.
func (f *ini) entryEnd(i, end int) int {
	last := i + 1
	for j := i + 1; j < end; j++ {
		switch kindOf(f.lines[j]) {
		case indentedLine:
			last = j + 1
		case entryLine, headerLine:
			return last
		}
	}
	return last
}

// get gives a setting's value as it stands in its first line, and the nested settings below it.
func (f *ini) get(section, key string) (value string, nested map[string]string, ok bool) {
	from, to, ok := f.entry(section, key)
	if !ok {
		return "", nil, false
	}
	nested = map[string]string{}
	for _, line := range f.lines[from+1 : to] {
		if kindOf(line) == indentedLine {
			nested[keyOf(line)] = valueOf(line)
		}
	}
	return valueOf(f.lines[from]), nested, true
}

func valueOf(line string) string {
	i := strings.IndexAny(line, "=:")
	return strings.TrimSpace(line[i+1:])
}

// has tells whether there is such a section.
func (f *ini) has(section string) bool {
	_, _, ok := f.section(section)
	return ok
}

// set makes key the given lines, of which the first is the value and the others are nested settings. It changes the
// setting in its place, or adds it behind the section's last one; the section comes at the end of the file.
func (f *ini) set(section, key, value string, nested ...string) {
	text := []string{strings.TrimRight(key+" = "+value, " ") + f.eol}
	for _, n := range nested {
		text = append(text, "  "+n+f.eol)
	}
	if from, to, ok := f.entry(section, key); ok {
		f.endLine(to)
		f.lines = slices.Replace(f.lines, from, to, text...)
		return
	}
	if !f.has(section) {
		f.endLine(len(f.lines))
		if n := len(f.lines); n > 0 && strings.TrimSpace(f.lines[n-1]) != "" {
			f.lines = append(f.lines, f.eol)
		}
		f.lines = append(f.lines, "["+section+"]"+f.eol)
	}
	start, end, _ := f.section(section)
	at := start
	for i := start; i < end; i++ {
		if kindOf(f.lines[i]) == entryLine {
			at = f.entryEnd(i, end)
		}
	}
	f.endLine(at)
	f.lines = slices.Insert(f.lines, at, text...)
}

// remove takes a setting out, if it is there.
func (f *ini) remove(section, key string) {
	if from, to, ok := f.entry(section, key); ok {
		f.lines = slices.Delete(f.lines, from, to)
	}
}

// endLine ends the line before i where the file did not.
func (f *ini) endLine(i int) {
	if i > 0 && !strings.HasSuffix(f.lines[i-1], "\n") {
		f.lines[i-1] += f.eol
	}
}

func (f *ini) String() string { return strings.Join(f.lines, "") }
