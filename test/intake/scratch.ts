import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SHIPPED_POLICY } from '../../src/intake/policy-files.ts';

/** A directory that is gone after the test. */
export async function scratch(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'cordon-intake-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A directory with files of the given names and texts. */
export async function directoryOf(files: Record<string, string>): Promise<string> {
  const path = await scratch();
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

/** A copy of the policy that comes with Cordon, with one file changed. */
export async function shippedWith(
  name: string,
  change: (text: string) => string = (text) => text,
): Promise<{ directory: string; containmentPath: string; changed: string }> {
  const directory = await scratch();
  await cp(SHIPPED_POLICY, directory, { recursive: true });
  const changed = join(directory, name);
  await writeFile(changed, change(await readFile(changed, 'utf8')));
  return { directory, containmentPath: join(directory, 'incident-containment.yaml'), changed };
}

/** The clock of every test here, epoch milliseconds. */
export const NOW = Date.parse('2026-03-14T12:00:00.000Z');
export const clock = (): number => NOW;

export const quiet = { info: () => {}, warn: () => {}, error: () => {} };
