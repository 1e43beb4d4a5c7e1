package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// policy is an AWS-managed policy as the package has it.
type policy struct {
	arn      string
	path     string
	name     string
	created  int // seconds
	updated  int
	versions []version // by number
}

type version struct {
	number   int
	created  int
	document string // indented
}

var (
	policyARN     = regexp.MustCompile(`^arn:aws:iam::aws:policy(/(?:[a-z-]+/)*)([\w+=,.@-]{1,128})$`)
	versionNumber = regexp.MustCompile(`^v([1-9][0-9]{0,4})$`)
)

// readPolicies reads the package of AWS-managed policies, in the order of their ARNs.
func readPolicies(folder string) ([]policy, error) {
	var raw map[string]struct {
		ARN           string `json:"arn"`
		LatestVersion string `json:"latestVersionId"`
		Created       string `json:"createdDate"`
		Updated       string `json:"lastUpdatedDate"`
		Versions      map[string]struct {
			Created  string          `json:"createdDate"`
			Document json.RawMessage `json:"document"`
		} `json:"versions"`
	}
	if err := readJSON(filepath.Join(folder, "dist", "managedPolicies.json"), &raw); err != nil {
		return nil, err
	}
	policies := make([]policy, 0, len(raw))
	for key, r := range raw {
		arn := policyARN.FindStringSubmatch(r.ARN)
		if arn == nil || arn[2] != key {
			return nil, fmt.Errorf("policy %q has the ARN %q", key, r.ARN)
		}
		p := policy{arn: r.ARN, path: arn[1], name: arn[2]}
		var err error
		if p.created, err = seconds(r.Created); err != nil {
			return nil, fmt.Errorf("policy %q: %w", key, err)
		}
		if p.updated, err = seconds(r.Updated); err != nil {
			return nil, fmt.Errorf("policy %q: %w", key, err)
		}
		for id, v := range r.Versions {
			number := versionNumber.FindStringSubmatch(id)
			if number == nil {
				return nil, fmt.Errorf("policy %q has a version %q", key, id)
			}
			n, err := strconv.Atoi(number[1])
			if err != nil {
				return nil, err
			}
			created, err := seconds(v.Created)
			if err != nil {
				return nil, fmt.Errorf("policy %q, version %q: %w", key, id, err)
			}
			var text bytes.Buffer
			if err := json.Indent(&text, v.Document, "", "    "); err != nil {
				return nil, fmt.Errorf("policy %q, version %q: %w", key, id, err)
			}
			p.versions = append(p.versions, version{number: n, created: created, document: text.String()})
		}
		slices.SortFunc(p.versions, func(a, b version) int { return a.number - b.number })
		if len(p.versions) == 0 || "v"+strconv.Itoa(p.versions[len(p.versions)-1].number) != r.LatestVersion {
			return nil, fmt.Errorf("policy %q: its latest version %q is not the newest that it has", key, r.LatestVersion)
		}
		p.mendTimes()
		policies = append(policies, p)
	}
	slices.SortFunc(policies, func(a, b policy) int { return strings.Compare(a.arn, b.arn) })
	return policies, nil
}

// mendTimes corrects a flaw of the source: it gives many versions the time of the policy's own creation. A version is
// never older than the one before it, and the newest one was made when the policy was last updated.
func (p *policy) mendTimes() {
	last := &p.versions[len(p.versions)-1]
	last.created = max(last.created, p.updated)
	for i := 1; i < len(p.versions); i++ {
		v := &p.versions[i]
		v.created = max(v.created, p.versions[i-1].created)
	}
}

func seconds(text string) (int, error) {
	t, err := time.Parse("2006-01-02T15:04:05.000Z", text)
	return int(t.Unix()), err
}

// blockSize is how much text shares a block: enough to compress well, little enough to inflate in a moment.
const blockSize = 64 << 10

// packPolicies gives the blocks of policies.bin. The index, block 0, is described in catalog, where it is read.
func packPolicies(policies []policy) [][]byte {
	var paths, names []string
	for _, p := range policies {
		names = append(names, p.name)
		if !slices.Contains(paths, p.path) {
			paths = append(paths, p.path)
		}
	}
	slices.Sort(paths)

	// Newest texts fill the first blocks, differences the ones after them.
	newest, history := blockFiller{first: 1}, blockFiller{}
	places := make([][]place, len(policies))
	for i, p := range policies {
		places[i] = make([]place, len(p.versions))
		last := len(p.versions) - 1
		places[i][last] = newest.put(p.versions[last].document)
	}
	history.first = 1 + len(newest.blocks)
	for i, p := range policies {
		differences := make([]string, len(p.versions)-1)
		for v := range differences {
			differences[v] = difference(p.versions[v+1].document, p.versions[v].document)
		}
		copy(places[i], history.putTogether(differences))
	}

	var index writer
	index.texts(paths)
	index.texts(names)
	for i, p := range policies {
		index.uint(slices.Index(paths, p.path))
		index.uint(p.created)
		index.int(p.updated - p.created)
		index.uint(len(p.versions))
		number, created, block := 0, p.created, 0
		for v, version := range p.versions {
			at := places[i][v]
			index.uint(version.number - number)
			index.int(version.created - created)
			index.int(at.block - block)
			index.uint(at.length)
			number, created, block = version.number, version.created, at.block
		}
	}
	blocks := [][]byte{index.Bytes()}
	blocks = append(blocks, newest.blocks...)
	return append(blocks, history.blocks...)
}

// place is where a text stands: its offset follows from the lengths before it.
type place struct{ block, length int }

// blockFiller collects texts into blocks of about blockSize.
type blockFiller struct {
	first  int // number of its first block
	blocks [][]byte
}

func (f *blockFiller) put(text string) place { return f.putTogether([]string{text})[0] }

// putTogether puts texts that are read together into one block.
func (f *blockFiller) putTogether(texts []string) []place {
	if n := len(f.blocks); n == 0 || len(f.blocks[n-1]) >= blockSize {
		f.blocks = append(f.blocks, nil)
	}
	last := len(f.blocks) - 1
	places := make([]place, len(texts))
	for i, text := range texts {
		f.blocks[last] = append(f.blocks[last], text...)
		places[i] = place{f.first + last, len(text)}
	}
	return places
}
