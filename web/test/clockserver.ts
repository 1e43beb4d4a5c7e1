// Builds a warder whose clock requests may set, so that an account of the tests can have a history, or one whose passwords are old.
// Only the reading of the clock is replaced, in copies that the compiler reads instead (go build -overlay); no product has this.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { clockHeader } from './seed/caller.ts';

interface Replacement {
  file: string;
  line: string;
  by: string;
}

const clockReplacements: Replacement[] = [
  {
    file: 'internal/server/admit.go',
    line: 'c.Env = s.environment(r, time.Now().UTC())',
    by: `store.SeedClock(r.Header.Get("${clockHeader}"))
	c.Env = s.environment(r, store.SeedNow().UTC())`,
  },
  { file: 'internal/server/admit.go', line: '"github.com/warder-iam/warder/trail"', by: '"github.com/warder-iam/warder/internal/store"\n\t"github.com/warder-iam/warder/trail"' },
  { file: 'internal/store/update.go', line: 'now := time.Now().UTC().Truncate(time.Second)', by: 'now := SeedNow().UTC().Truncate(time.Second)' },
];

const clock = `package store

import (
	"sync/atomic"
	"time"
)

var seedClock atomic.Int64

// SeedClock sets the clock to seconds since 1970, or to what it is for everybody where the text is none.
func SeedClock(seconds string) {
	at, _ := time.ParseDuration(seconds + "s")
	seedClock.Store(int64(at.Seconds()))
}

// SeedNow is the clock.
func SeedNow() time.Time {
	if at := seedClock.Load(); at != 0 {
		return time.Unix(at, 0)
	}
	return time.Now()
}
`;

const oldPasswords: Replacement[] = [
  { file: 'internal/service/iam/loginprofile.go', line: 'Created: tx.Now(), Changed: tx.Now(),', by: 'Created: tx.Now(), Changed: tx.Now().AddDate(-1, 0, 0),' },
];

/** buildClockServer builds one whose clock requests may set, from the repository's root into a file. */
export function buildClockServer(root: string, output: string): Promise<void> {
  return build(root, output, clockReplacements, { 'internal/store/seedclock.go': clock });
}

/** buildOldPasswordServer builds one where a password that somebody is made with is a year old. */
export function buildOldPasswordServer(root: string, output: string): Promise<void> {
  return build(root, output, oldPasswords);
}

/** build builds one with replacements of lines and with further files. */
async function build(root: string, output: string, replacements: Replacement[], files: Record<string, string> = {}): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'warder-clock-'));
  try {
    const Replace: Record<string, string> = {};
    const put = async (file: string, text: string) => {
      const copy = join(dir, file.replaceAll('/', '-'));
      await writeFile(copy, text);
      Replace[join(root, file)] = copy;
    };
    for (const [file, text] of Object.entries(files)) await put(file, text);
    for (const file of new Set(replacements.map((r) => r.file))) await put(file, await replaced(root, file, replacements));
    await writeFile(join(dir, 'overlay.json'), JSON.stringify({ Replace }));
    const env = { ...process.env, CGO_ENABLED: '0' };
    await promisify(execFile)('go', ['build', '-overlay', join(dir, 'overlay.json'), '-o', output, './cmd/warder'], { cwd: root, env });
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function replaced(root: string, file: string, replacements: Replacement[]): Promise<string> {
  let source = await readFile(join(root, file), 'utf8');
  for (const { line, by } of replacements.filter((r) => r.file === file)) {
    if (source.split(line).length !== 2) throw new Error(`${file} does not have ${line} where it is expected`);
    source = source.replace(line, by);
  }
  return source;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { output: { type: 'string' } } });
  if (!values.output) throw new Error('give --output FILE');
  await buildClockServer(fileURLToPath(new URL('../..', import.meta.url)), values.output);
}
