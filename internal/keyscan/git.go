package keyscan

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// protections stand before every command of git. A repository's configuration names programs that git would start, and
// whoever wrote the repository wrote that: none of them may run. What a partial clone would fetch by itself safeEnviron
// refuses. The person's own configuration and the system's hold, and so does git's check of who owns a repository.
var protections = []string{
	"--no-pager", "--literal-pathspecs",
	"-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull, "-c", "core.sshCommand=false", "-c", "core.askPass=false",
	"-c", "log.showSignature=false", "-c", "gpg.program=false", "-c", "core.alternateRefsCommand=false", "-c", "credential.helper=",
	"-c", "submodule.recurse=false",
}

// indexVariables say which index a commit that is under way uses; git gives them to its hooks.
var indexVariables = []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"}

// safeEnviron is the environment for git: without the variables that make it use another repository, but those to keep, and
// with those that bind its hands.
func safeEnviron(environ []string, keep ...string) []string {
	env := slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return strings.HasPrefix(name, "GIT_") && !slices.Contains(keep, name)
	})
	return append(env, "GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none",
		"GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
}

// git runs the program git on one repository.
type git struct {
	environ []string
	where   []string // -C DIR or --git-dir DIR
}

// gitError is what git said when it failed.
type gitError struct {
	command, message string
	err              error
}

func (e *gitError) Error() string {
	if e.message != "" {
		return "git " + e.command + ": " + e.message
	}
	return fmt.Sprintf("git %s: %v", e.command, e.err)
}

func (e *gitError) Unwrap() error { return e.err }

func (g *git) command(ctx context.Context, args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.CommandContext(ctx, "git", slices.Concat(g.where, protections, args)...)
	said := new(bytes.Buffer)
	cmd.Env, cmd.Stderr = g.environ, &limitedWriter{said, 4 << 10}
	return cmd, said
}

// output runs a command of git whose answer is short.
func (g *git) output(ctx context.Context, in io.Reader, args ...string) (string, error) {
	cmd, said := g.command(ctx, args...)
	cmd.Stdin = in
	out, err := cmd.Output()
	return string(out), failed(args[0], said, err)
}

// each runs a command of git and calls visit for each part of its output that end closes.
func (g *git) each(ctx context.Context, in io.Reader, end byte, visit func(string) error, args ...string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd, said := g.command(ctx, args...)
	cmd.Stdin = in
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return failed(args[0], said, err)
	}
	for r := bufio.NewReader(out); ; {
		part, err := r.ReadString(end)
		if part = strings.TrimSuffix(part, string(end)); part != "" {
			if err := visit(part); err != nil {
				cancel()
				_ = cmd.Wait() // it was stopped
				return err
			}
		}
		if err != nil { // the end, or what Wait will tell
			return failed(args[0], said, cmd.Wait())
		}
	}
}

// failed adds what git said, of which the first line that is no warning counts.
func failed(command string, said *bytes.Buffer, err error) error {
	if err == nil {
		return nil
	}
	message := ""
	for line := range strings.Lines(said.String()) {
		if line = strings.TrimSpace(line); line != "" && (message == "" || strings.HasPrefix(message, "warning: ")) {
			message = line
		}
	}
	return &gitError{command, strings.TrimPrefix(strings.TrimPrefix(message, "fatal: "), "error: "), err}
}

// limitedWriter keeps the beginning of what is written.
type limitedWriter struct {
	to   *bytes.Buffer
	left int
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	n := min(w.left, len(p))
	w.left -= n
	w.to.Write(p[:n])
	return len(p), nil
}

// repository is where a repository is, and how much of it is meant.
type repository struct {
	dir      string   // the git directory, common to all its work trees, absolute
	prefixes []string // of the paths that are meant, none for all; a folder's end in /
}

func (r repository) git(environ []string) *git {
	return &git{safeEnviron(environ), []string{"--git-dir", r.dir}}
}

var errNoRepository = errors.New("not in a git repository")

// findRepository finds the repository that a folder lies in. errNoRepository if there is none.
func findRepository(ctx context.Context, environ []string, dir string) (repository, error) {
	if !inRepository(dir) {
		return repository{}, errNoRepository
	}
	g := &git{safeEnviron(environ), []string{"-C", dir}}
	out, err := g.output(ctx, nil, "rev-parse", "--path-format=absolute", "--git-common-dir", "--show-prefix")
	if err != nil {
		return repository{}, err
	}
	common, prefix, _ := strings.Cut(strings.TrimSuffix(out, "\n"), "\n")
	if common, err = filepath.EvalSymlinks(common); err != nil {
		return repository{}, err
	}
	return repository{common, []string{prefix}}, nil
}

// inRepository tells whether git would look for a repository at dir: so that none is needed where there is no repository.
func inRepository(dir string) bool {
	dir, err := filepath.Abs(dir)
	for err == nil {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil || isGitDir(dir) {
			return true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return false
}

// isGitDir tells whether a folder holds what git keeps of a repository.
func isGitDir(dir string) bool {
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// object is one object of a repository, as cat-file tells it.
type object struct {
	id, kind string // kind is blob, commit or tag
	size     int64
}

var errAnswer = errors.New("an answer of git cannot be read")

// catFile reads objects, one after the other.
type catFile struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	said *bytes.Buffer
}

func (g *git) catFile(ctx context.Context) (*catFile, error) {
	c := new(catFile)
	c.cmd, c.said = g.command(ctx, "cat-file", "--batch")
	in, err1 := c.cmd.StdinPipe()
	out, err2 := c.cmd.StdoutPipe()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	c.in, c.out = in, bufio.NewReaderSize(out, window)
	return c, failed("cat-file", c.said, c.cmd.Start())
}

// each asks for objects and calls visit for each that is there, with its content.
func (c *catFile) each(ids []string, visit func(object, io.Reader) error) error {
	asked := make(chan error, 1)
	go func() {
		_, err := io.WriteString(c.in, strings.Join(ids, "\n")+"\n")
		asked <- err
	}()
	for range ids {
		if err := c.next(visit); err != nil {
			return err
		}
	}
	return <-asked
}

func (c *catFile) next(visit func(object, io.Reader) error) error {
	line, err := c.out.ReadString('\n')
	if err != nil {
		return err
	}
	o, ok := parseObject(line)
	if !ok {
		return nil // missing
	}
	content := io.LimitReader(c.out, o.size)
	if err := visit(o, content); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return err
	}
	if end, err := c.out.ReadByte(); err != nil || end != '\n' {
		return errors.Join(errAnswer, err)
	}
	return nil
}

// parseObject reads "ID KIND SIZE"; false for "ID missing".
func parseObject(line string) (object, bool) {
	f := strings.Fields(line)
	if len(f) != 3 {
		return object{}, false
	}
	size, err := strconv.ParseInt(f[2], 10, 64)
	return object{f[0], f[1], size}, err == nil && size >= 0
}

// abort ends it where not all of its answers are read: it would wait for that. The error is err with what git said.
func (c *catFile) abort(err error) error {
	_ = c.cmd.Process.Kill() // or it has ended
	return errors.Join(err, c.close())
}

func (c *catFile) close() error {
	err := c.in.Close()
	return errors.Join(err, failed("cat-file", c.said, c.cmd.Wait()))
}
