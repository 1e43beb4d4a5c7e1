// Builds a warder for the seeding whose clock a request may set, so that an account of the tests can have a history. Only the
// time of a request is replaced, in a copy that the compiler reads instead (go build -overlay); no product has this.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clockHeader } from './seed/caller.ts';

const line = 'c.Env.Time = time.Now().UTC()';
const seeded = `c.Env.Time = time.Now().UTC()
	if at, err := time.ParseDuration(r.Header.Get("${clockHeader}") + "s"); err == nil {
		c.Env.Time = time.Unix(int64(at.Seconds()), 0).UTC()
	}`;

/** buildClockServer builds it from the repository's root into a file. */
export async function buildClockServer(root: string, output: string): Promise<void> {
  const admit = join(root, 'internal/server/admit.go');
  const source = await readFile(admit, 'utf8');
  if (source.split(line).length !== 2) throw new Error(`${admit} does not read the clock where it is expected`);
  const dir = await mkdtemp(join(tmpdir(), 'warder-clock-'));
  try {
    await writeFile(join(dir, 'admit.go'), source.replace(line, seeded));
    await writeFile(join(dir, 'overlay.json'), JSON.stringify({ Replace: { [admit]: join(dir, 'admit.go') } }));
    await promisify(execFile)('go', ['build', '-overlay', join(dir, 'overlay.json'), '-o', output, './cmd/warder'], { cwd: root, env: { ...process.env, CGO_ENABLED: '0' } });
  } finally {
    await rm(dir, { recursive: true });
  }
}
