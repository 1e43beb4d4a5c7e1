package main

import (
	"slices"
	"strings"
)

// packServices gives the blocks of services.bin, which catalog describes where it reads them.
func packServices(all *services) [][]byte {
	var keys writer
	names := make([]string, len(all.keys))
	for i, k := range all.keys {
		names[i] = k.name
	}
	keys.texts(names)
	for _, k := range all.keys {
		keys.uint(int(k.kind))
	}
	keys.uint(all.global)

	table := stringTable{places: map[string]int{}}
	var heads, records writer
	heads.uint(len(all.list))
	for i := range all.list {
		s := &all.list[i]
		heads.uint(table.place(s.prefix))
		heads.uint(table.place(s.name))
		heads.uint(len(table.list))
		record := recordWriter{table: &table, service: s, keys: names}
		record.write()
		heads.uint(record.Len())
		records.Write(record.Bytes())
	}
	var services writer
	services.texts(table.list)
	services.Write(heads.Bytes())
	services.Write(records.Bytes())
	return [][]byte{keys.Bytes(), services.Bytes()}
}

// stringTable numbers strings in the order of their first use.
type stringTable struct {
	list   []string
	places map[string]int
}

func (t *stringTable) place(s string) int {
	i, ok := t.places[s]
	if !ok {
		i = len(t.list)
		t.places[s] = i
		t.list = append(t.list, s)
	}
	return i
}

// listTable numbers the distinct lists of a service, already written, from 1; the empty list is 0 and not in it.
type listTable struct {
	rows   []string
	places map[string]int
}

func (t *listTable) place(count int, row []byte) int {
	if count == 0 {
		return 0
	}
	i, ok := t.places[string(row)]
	if !ok {
		if t.places == nil {
			t.places = map[string]int{}
		}
		i = 1 + len(t.rows)
		t.places[string(row)] = i
		t.rows = append(t.rows, string(row))
	}
	return i
}

// recordWriter writes one service.
type recordWriter struct {
	writer
	table   *stringTable
	service *service
	keys    []string // names of all keys
}

// string writes 0 for a string's first use and 1 + its place afterwards.
func (w *recordWriter) string(to *writer, s string) {
	fresh := len(w.table.list)
	if i := w.table.place(s); i < fresh {
		to.uint(1 + i)
	} else {
		to.uint(0)
	}
}

// write numbers every list before it writes them, since a list table stands in front of what refers to it. The strings are
// written in the order in which they are read, so that their first uses come in that order too.
func (w *recordWriter) write() {
	var keyLists listTable
	for _, r := range w.service.resources {
		w.keyList(&keyLists, r.keys)
	}
	for _, a := range w.service.actions {
		for _, r := range a.resources {
			w.keyList(&keyLists, r.keys)
		}
		w.keyList(&keyLists, a.keys)
	}

	w.uint(len(w.service.keys))
	for _, k := range w.service.keys {
		w.uint(k)
	}
	w.lists(&keyLists)

	w.uint(len(w.service.resources))
	for _, r := range w.service.resources {
		w.string(&w.writer, r.name)
		w.string(&w.writer, r.arn)
		w.uint(w.keyList(&keyLists, r.keys))
	}

	dependencies := w.dependencies()
	w.uint(len(dependencies))
	for _, list := range dependencies {
		w.uint(len(list))
		for _, name := range list {
			w.string(&w.writer, name)
		}
	}
	dependency := func(list []string) int {
		return 1 + slices.IndexFunc(dependencies, func(other []string) bool { return slices.Equal(list, other) })
	}

	var resourceLists listTable
	places := make([]int, len(w.service.actions))
	for i, a := range w.service.actions {
		var row writer
		row.uint(len(a.resources))
		for _, r := range a.resources {
			n := w.service.resourcePlace(r.name) << 1
			if r.required {
				n |= 1
			}
			row.uint(n)
			row.uint(w.keyList(&keyLists, r.keys))
			row.uint(dependency(r.dependent))
		}
		places[i] = resourceLists.place(len(a.resources), row.Bytes())
	}
	w.lists(&resourceLists)

	w.uint(len(w.service.actions))
	for i, a := range w.service.actions {
		w.string(&w.writer, a.name)
		w.uint(a.access)
		w.uint(places[i])
		w.uint(w.keyList(&keyLists, a.keys))
		w.uint(dependency(a.dependent))
	}
}

func (w *recordWriter) lists(t *listTable) {
	w.uint(len(t.rows))
	for _, row := range t.rows {
		w.WriteString(row)
	}
}

// keyList gives the number of a list of condition keys.
func (w *recordWriter) keyList(t *listTable, names []string) int {
	var row writer
	row.uint(len(names))
	for _, name := range names {
		row.uint(slices.IndexFunc(w.service.keys, func(k int) bool { return strings.EqualFold(w.keys[k], name) }))
	}
	return t.place(len(names), row.Bytes())
}

// dependencies gives the distinct lists of dependent actions, none of them empty.
func (w *recordWriter) dependencies() [][]string {
	var all [][]string
	add := func(list []string) {
		if len(list) > 0 && !slices.ContainsFunc(all, func(other []string) bool { return slices.Equal(list, other) }) {
			all = append(all, list)
		}
	}
	for _, a := range w.service.actions {
		for _, r := range a.resources {
			add(r.dependent)
		}
		add(a.dependent)
	}
	return all
}
