package iam

import (
	"encoding/base64"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

// defaultPage is the number of items of a page when the caller names none.
const defaultPage = 100

// marker is where a listing goes on. It names the last item that was given and not a position, so that a listing
// neither repeats nor leaves out what stays while other items come and go. Clients see it in base64 and may not rely on
// its form.
type marker struct {
	Operation string `json:"o"`
	Last      string `json:"l"`
}

// page is one page of a listing.
type page[T any] struct {
	items     []T
	marker    *string
	truncated bool
}

// list cuts one page out of a listing. from gives the items that come after a key ("" for all), in the order of key;
// keep, nil for all, says which of them belong to it.
func list[T any](c *server.Call, mark *string, maxItems *int32, from func(after string) iter.Seq[T], key func(T) string, keep func(T) bool) (page[T], error) {
	p := page[T]{items: []T{}}
	after, err := openMarker(c.Operation.Name, mark)
	if err != nil {
		return p, err
	}
	size := defaultPage
	if maxItems != nil {
		size = int(*maxItems)
	}
	for item := range from(after) {
		if keep != nil && !keep(item) {
			continue
		}
		if len(p.items) == size {
			p.truncated = true
			p.marker = new(sealMarker(c.Operation.Name, key(p.items[size-1])))
			break
		}
		p.items = append(p.items, item)
	}
	return p, nil
}

// seqOf is short for the iterators that list takes.
type seqOf[T any] = iter.Seq[T]

// sortedAfter makes list's source of a slice in any order.
func sortedAfter[T any](items []T, key func(T) string) func(after string) seqOf[T] {
	folded := func(item T) string { return strings.ToLower(key(item)) }
	items = slices.SortedFunc(slices.Values(items), func(a, b T) int { return strings.Compare(folded(a), folded(b)) })
	return func(after string) seqOf[T] {
		after = strings.ToLower(after)
		return func(yield func(T) bool) {
			for _, item := range items {
				if folded(item) > after && !yield(item) {
					return
				}
			}
		}
	}
}

func sealMarker(operation, last string) string {
	text, err := json.Marshal(marker{operation, last})
	if err != nil { // two strings always marshal
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// openMarker refuses what this operation did not give out.
func openMarker(operation string, mark *string) (string, error) {
	if mark == nil {
		return "", nil
	}
	var m marker
	text, err := base64.RawURLEncoding.DecodeString(*mark)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil || m.Operation != operation || m.Last == "" {
		return "", awsapi.ValidationError.New("Invalid Marker.")
	}
	return m.Last, nil
}
