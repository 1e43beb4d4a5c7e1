package iam

import (
	"encoding/base64"
	"iter"
	"slices"
	"strings"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

// defaultPage is the number of items of a page when the caller names none.
const defaultPage = 100

// page is one page of a listing.
type page[T any] struct {
	items []T
	// marker is where the listing goes on, nil at its end. It names the last item that was given and not a number, so that
	// a listing neither repeats nor leaves out what stays while other items come and go.
	marker    *string
	truncated bool
}

// seqOf is short for the iterators that list takes.
type seqOf[T any] = iter.Seq[T]

// list cuts one page out of a listing. from gives the items whose positions come after one ("" for all), in the order of
// their positions; keep, nil for all, says which of them belong to it. A position is unique in its listing and has at
// most 190 bytes: markers may have 320 characters.
func list[T any](c *server.Call, mark *string, maxItems *int32, from func(after string) seqOf[T], position func(T) string, keep func(T) bool) (page[T], error) {
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
			p.marker = new(sealMarker(c.Operation.Name, position(p.items[size-1])))
			break
		}
		p.items = append(p.items, item)
	}
	return p, nil
}

// sortedAfter makes list's source of a slice in any order.
func sortedAfter[T any](items []T, position func(T) string) func(after string) seqOf[T] {
	items = slices.SortedFunc(slices.Values(items), func(a, b T) int { return strings.Compare(position(a), position(b)) })
	return func(after string) seqOf[T] {
		return func(yield func(T) bool) {
			for _, item := range items {
				if position(item) > after && !yield(item) {
					return
				}
			}
		}
	}
}

// sealMarker makes a marker. Clients may not rely on its form; the operation in it keeps one listing's marker from being
// taken for another's.
func sealMarker(operation, position string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(operation + " " + position))
}

// openMarker refuses what this operation did not give out.
func openMarker(operation string, mark *string) (position string, err error) {
	if mark == nil {
		return "", nil
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(*mark)
	position, ok := strings.CutPrefix(string(text), operation+" ")
	if err != nil || !ok || position == "" {
		return "", awsapi.ValidationError.New("Invalid Marker.")
	}
	return position, nil
}
