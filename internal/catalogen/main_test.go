package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"
)

const committed = "../../catalog"

// packagesAtHand gives the folder of the npm packages: the one that WARDER_CATALOG_PACKAGES names (a node_modules), or the
// one that generate.sh fills.
func packagesAtHand(t *testing.T) string {
	t.Helper()
	packages := os.Getenv("WARDER_CATALOG_PACKAGES")
	if packages == "" {
		packages = filepath.Join("..", "..", ".cache", "catalog", "node_modules")
	}
	if _, err := os.Stat(packages); err != nil {
		t.Skip("NOT CHECKED that catalog's data is what its generator makes: the npm packages are not at hand. " +
			"Run internal/catalogen/generate.sh, or set WARDER_CATALOG_PACKAGES to a node_modules folder that has them.")
	}
	return packages
}

// The committed data is what the generator makes of the packages.
func TestCommittedDataIsGenerated(t *testing.T) {
	packages := packagesAtHand(t)
	out := t.TempDir()
	if err := run(packages, out); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, out, "generated.go"), read(t, committed, "generated.go")) {
		t.Error("generated.go differs: the packages at hand have another version, or the generator changed; run make generate")
	}
	for _, name := range []string{"policies.bin", "services.bin"} {
		// Blocks are compared plain, since compress/flate may pack better in another version of Go.
		got, want := unpack(t, read(t, out, name)), unpack(t, read(t, committed, name))
		if len(got) != len(want) {
			t.Errorf("%s: %d blocks, committed are %d; run make generate", name, len(got), len(want))
			continue
		}
		for i := range got {
			if !bytes.Equal(got[i], want[i]) {
				t.Errorf("%s: block %d differs; run make generate", name, i)
			}
		}
	}
}

func read(t *testing.T, folder, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// unpack is the other way of pack.
func unpack(t *testing.T, file []byte) [][]byte {
	t.Helper()
	r := bytes.NewReader(file)
	number := func() int {
		n, err := binary.ReadUvarint(r)
		if err != nil {
			t.Fatal(err)
		}
		return int(n)
	}
	packed := make([]int, number())
	plain := make([]int, len(packed))
	for i := range packed {
		plain[i], packed[i] = number(), number()
	}
	blocks := make([][]byte, len(packed))
	for i, n := range packed {
		block, err := io.ReadAll(flate.NewReader(io.LimitReader(r, int64(n))))
		if err != nil || len(block) != plain[i] {
			t.Fatalf("block %d: %d bytes, want %d: %v", i, len(block), plain[i], err)
		}
		blocks[i] = block
	}
	return blocks
}

func TestPack(t *testing.T) {
	blocks := [][]byte{[]byte("one"), {}, bytes.Repeat([]byte("abc"), 100_000)}
	got := unpack(t, pack(blocks))
	for i := range blocks {
		if !bytes.Equal(got[i], blocks[i]) {
			t.Errorf("block %d came back as %d bytes, want %d", i, len(got[i]), len(blocks[i]))
		}
	}
}

func TestCanonicalKey(t *testing.T) {
	for given, want := range map[string]string{
		"aws:PrincipalTag/tag-key":   "aws:PrincipalTag/${TagKey}",
		"s3:ExistingObjectTag/<key>": "s3:ExistingObjectTag/${TagKey}",
		"glacier:ResourceTag/":       "glacier:ResourceTag/${TagKey}",
		"s3:BucketTag/${TagKey}":     "s3:BucketTag/${TagKey}",
		"s3:prefix":                  "s3:prefix",
	} {
		if got := canonicalKey(given); got != want {
			t.Errorf("%q becomes %q, want %q", given, got, want)
		}
	}
}

func TestMendTimes(t *testing.T) {
	p := policy{created: 10, updated: 50, versions: []version{{1, 10, ""}, {2, 20, ""}, {3, 10, ""}, {5, 10, ""}}}
	p.mendTimes()
	for i, want := range []int{10, 20, 20, 50} {
		if got := p.versions[i].created; got != want {
			t.Errorf("version %d was made at %d, want %d", p.versions[i].number, got, want)
		}
	}
}
