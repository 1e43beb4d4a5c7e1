package seal

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMasterFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := LoadMasterFile(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	m, err := CreateMasterFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o400 {
		t.Fatalf("mode %v, %v, want 0400", info.Mode(), err)
	}
	again, err := LoadMasterFile(path)
	if err != nil || again.text() != m.text() || again.ID() != m.ID() {
		t.Fatalf("loaded another key: %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	fromEnv, err := MasterFromEnv(lines[1])
	if err != nil || fromEnv.text() != m.text() {
		t.Errorf("the second line as environment variable: %v", err)
	}
	if _, err := CreateMasterFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("created over an existing key: %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("files left behind: %v, %v", left, err)
	}
}

func TestMasterFileRefusesWideModes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "it's a key")
	if _, err := CreateMasterFile(path); err != nil {
		t.Fatal(err)
	}
	for mode := range fs.FileMode(0o1000) {
		if mode&0o400 == 0 {
			continue // the owner could not read it either
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := LoadMasterFile(path)
		if mode&0o077 == 0 {
			if err != nil {
				t.Errorf("mode %04o: %v", mode, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), `chmod 0400 '`) || !strings.Contains(err.Error(), `it'\''s a key'`) {
			t.Errorf("mode %04o: %v, want a refusal with the command that helps", mode, err)
		}
	}
	if _, err := LoadMasterFile(filepath.Dir(path)); err == nil {
		t.Error("a directory was read as a key")
	}
}

func TestParseMasterIsStrict(t *testing.T) {
	m := NewMaster()
	good := m.fileText()
	header, key, _ := strings.Cut(strings.TrimSuffix(good, "\n"), "\n")
	if _, err := parseMasterFile(good); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty": "", "header only": header + "\n", "key only": key + "\n", "no last line end": header + "\n" + key, "more lines": good + "\n",
		"CRLF": strings.ReplaceAll(good, "\n", "\r\n"), "space": header + "\n " + key + "\n", "other header": "# x\n" + key + "\n",
		"other id":   NewMaster().fileText()[:30] + good[30:],
		"cut off":    good[:len(good)-10],
		"short key":  header + "\nwmk1_AAAA\n",
		"line break": header + "\n" + key[:20] + "\n" + key[20:] + "\n",
		"other case": strings.ToUpper(good), "padding": header + "\n" + key + "=\n",
	} {
		_, err := parseMasterFile(text)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), key[len(masterPrefix):]) {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
	for i := len(masterPrefix); i < len(key); i++ {
		other := byte('A')
		if key[i] == other {
			other = 'B'
		}
		if _, err := MasterFromEnv(key[:i] + string(other) + key[i+1:]); !errors.Is(err, ErrDamaged) {
			t.Errorf("character %d changed: %v, want ErrDamaged", i, err)
		}
	}
}

// Starters at once, as in two containers on one volume: all have the same key, one of them made it.
func TestEnsureMasterFileAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	var (
		mu      sync.Mutex
		ids     = map[string]int{}
		creator int
		wg      sync.WaitGroup
	)
	for range 16 {
		wg.Go(func() {
			m, created, err := EnsureMasterFile(path)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			ids[m.ID()]++
			if created {
				creator++
			}
		})
	}
	wg.Wait()
	if len(ids) != 1 || creator != 1 {
		t.Errorf("keys %v, created by %d, want one key made once", ids, creator)
	}
}

const killHelper = "WARDER_TEST_MASTER_FILE"

// TestKilledWhileCreating kills a process that makes key files at some moment of its work; each file that has its name is
// whole.
func TestKilledWhileCreating(t *testing.T) {
	if dir := os.Getenv(killHelper); dir != "" {
		for {
			if _, err := CreateMasterFile(filepath.Join(dir, NewMaster().ID())); err != nil {
				t.Fatal(err)
			}
		}
	}
	files := 0
	for round := range 8 {
		dir := t.TempDir()
		helper := exec.Command(os.Args[0], "-test.run=^TestKilledWhileCreating$")
		helper.Env = append(os.Environ(), killHelper+"="+dir)
		if err := helper.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool { entries, _ := os.ReadDir(dir); return len(entries) > 2+round })
		if err := helper.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = helper.Wait()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".tmp") {
				continue
			}
			files++
			if _, err := LoadMasterFile(filepath.Join(dir, e.Name())); err != nil {
				t.Errorf("a half file after a kill: %v", err)
			}
		}
	}
	if files == 0 {
		t.Error("the test killed nothing that had made a file")
	}
}

// waitFor polls another process, whose time no synctest bubble holds.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the helper process does nothing")
		}
	}
}

func FuzzParseMasterFile(f *testing.F) {
	m := newMaster([keySize]byte{1, 2, 3})
	f.Add(m.fileText())
	f.Add(m.text())
	f.Add("# Warder master key\nwmk1_\n")
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := parseMasterFile(text); err == nil && m.fileText() != text {
			t.Fatalf("%q is read but printed as something else", text)
		}
		if m, err := MasterFromEnv(text); err == nil && m.text() != text {
			t.Fatalf("%q is read but printed as something else", text)
		}
	})
}
