package catalog

import (
	"crypto/sha256"
	"encoding/base32"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ManagedPolicy is one AWS-managed policy. It is shared: do not modify it.
type ManagedPolicy struct {
	ARN  string // arn:aws:iam::aws:policy/…
	Name string
	Path string // "/", "/service-role/", …
	// ID is a unique id in AWS's form (ANPA…). The source has none: it is derived from the ARN, so it never changes and is
	// not the one that AWS shows.
	ID             string
	Created        time.Time
	Updated        time.Time
	DefaultVersion string // "v5", always the newest
	// Versions are by number, oldest first. Numbers that the source never saw are missing.
	Versions []ManagedVersion

	set *policySet
}

// ManagedVersion is a version of an AWS-managed policy.
type ManagedVersion struct {
	ID string // "v5"
	// Created is when the version was made. Where the source does not know it, it is the time of the version before.
	Created time.Time

	block  int // of its text, or for an old version of its difference from the next
	offset int
	length int
}

const managedPrefix = "arn:aws:iam::aws:policy"

// ManagedPolicy gives the AWS-managed policy with that ARN, exactly as written: ARNs are case-sensitive.
func (c *Catalog) ManagedPolicy(arn string) (*ManagedPolicy, bool) {
	p, ok := c.policies.load().byARN[arn]
	return p, ok
}

// ManagedPolicies gives every AWS-managed policy, in the order of their ARNs.
func (c *Catalog) ManagedPolicies() iter.Seq[*ManagedPolicy] {
	return func(yield func(*ManagedPolicy) bool) {
		for _, p := range c.policies.load().list {
			if !yield(p) {
				return
			}
		}
	}
}

// Document gives the text of a version, "" meaning the default one: JSON, indented by four spaces. It is false for a
// version that does not exist.
func (p *ManagedPolicy) Document(version string) (string, bool) {
	newest := len(p.Versions) - 1
	want := newest
	if version != "" {
		for want >= 0 && p.Versions[want].ID != version {
			want--
		}
	}
	if want < 0 {
		return "", false
	}
	text := p.set.stored(&p.Versions[newest])
	for i := newest - 1; i >= want; i-- {
		text = patch(text, p.set.stored(&p.Versions[i]))
	}
	return text, true
}

// policySet is the AWS-managed policies, read from their index on first use; texts stay packed until they are asked for.
type policySet struct {
	once  sync.Once
	files *archive
	list  []*ManagedPolicy
	byARN map[string]*ManagedPolicy
}

// load reads the index, block 0 of the archive:
//
//	paths, names (tables of strings)
//	for each name: path, created, updated − created, number of versions,
//	  for each version: number − number before, created − created before, block − block before, length
//
// Times are in seconds. The texts of one block follow each other in the order of the index: newest versions in their
// blocks, differences in theirs.
func (s *policySet) load() *policySet {
	s.once.Do(func() {
		s.files = openArchive(policiesData)
		c := &cursor{text: s.files.text(0)}
		paths, names := c.texts(), c.texts()
		s.list = make([]*ManagedPolicy, 0, len(names))
		s.byARN = make(map[string]*ManagedPolicy, len(names))
		filled := make([]int, len(s.files.blocks))
		for _, name := range names {
			p := s.read(c, paths, name, filled)
			s.list = append(s.list, p)
			s.byARN[p.ARN] = p
		}
	})
	return s
}

func (s *policySet) read(c *cursor, paths []string, name string, filled []int) *ManagedPolicy {
	p := &ManagedPolicy{Name: name, Path: paths[c.uint()], set: s}
	p.ARN = managedPrefix + p.Path + name
	p.ID = uniqueID(p.ARN)
	created := c.uint()
	p.Created = time.Unix(int64(created), 0).UTC()
	p.Updated = time.Unix(int64(created+c.int()), 0).UTC()
	p.Versions = make([]ManagedVersion, c.uint())
	number, at, block := 0, created, 0
	for i := range p.Versions {
		number += c.uint()
		at += c.int()
		block += c.int()
		length := c.uint()
		p.Versions[i] = ManagedVersion{
			ID:      "v" + strconv.Itoa(number),
			Created: time.Unix(int64(at), 0).UTC(),
			block:   block, offset: filled[block], length: length,
		}
		filled[block] += length
	}
	p.DefaultVersion = p.Versions[len(p.Versions)-1].ID
	return p
}

func (s *policySet) stored(v *ManagedVersion) string {
	return s.files.text(v.block)[v.offset : v.offset+v.length]
}

// uniqueID gives ANPA and 17 characters of base32 of the ARN's hash: 21 characters, as AWS's.
func uniqueID(arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return "ANPA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

// patch makes an old text out of the next newer one and their difference:
//
//	repeated: first line to copy − line after the last copy (signed), lines to copy, bytes to insert, those bytes
//
// Lines include their line break.
func patch(newer, difference string) string {
	lines := strings.SplitAfter(newer, "\n")
	var old strings.Builder
	old.Grow(len(newer))
	c := &cursor{text: difference}
	line := 0
	for c.at < len(difference) {
		line += c.int()
		for range c.uint() {
			old.WriteString(lines[line])
			line++
		}
		old.WriteString(c.take(c.uint()))
	}
	return old.String()
}
