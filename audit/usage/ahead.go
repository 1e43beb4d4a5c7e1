package usage

import (
	"runtime"

	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/trail"
)

// Records that are read ahead wait in batches.
const (
	batch   = 256 // records
	waiting = 16  // batches of one file
)

// item is a record, or why one could not be read.
type item struct {
	event   *trail.Event
	problem *awsimport.Problem
}

// ahead gives the records of all files in their order, those that are to be kept. The files are read by all processors
// meanwhile, each by one, and no further ahead than a few thousand records of each.
func ahead(trails []Records, keep func(*trail.Event) bool) Records {
	return func(yield func(*trail.Event, *awsimport.Problem) bool) {
		stop := make(chan struct{})
		defer close(stop)
		for items := range started(trails, keep, stop) {
			for batch := range items {
				for _, i := range batch {
					if !yield(i.event, i.problem) {
						return
					}
				}
			}
		}
	}
}

// started gives a channel for each file, in order, which a goroutine of its own fills. There are as many of them at once as
// processors; they end where stop is closed.
func started(trails []Records, keep func(*trail.Event) bool, stop <-chan struct{}) <-chan chan []item {
	files := make(chan chan []item)
	free := make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))
	go func() {
		defer close(files)
		for _, records := range trails {
			items := make(chan []item, waiting)
			select {
			case free <- struct{}{}:
			case <-stop:
				return
			}
			go func() {
				defer func() { <-free }()
				defer close(items)
				fill(items, records, keep, stop)
			}()
			select {
			case files <- items:
			case <-stop:
				return
			}
		}
	}()
	return files
}

// fill reads one file.
func fill(items chan<- []item, records Records, keep func(*trail.Event) bool, stop <-chan struct{}) {
	var next []item
	send := func() bool {
		select {
		case items <- next:
			next = nil
			return true
		case <-stop:
			return false
		}
	}
	for e, problem := range records {
		if problem == nil && !keep(e) {
			continue
		}
		next = append(next, item{e, problem})
		if len(next) == batch && !send() {
			return
		}
	}
	if len(next) > 0 {
		send()
	}
}
