import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const CORDON = fileURLToPath(new URL('../cordon', import.meta.url));

/** The exit code of a role that cannot begin, and what it says. */
async function failing(role: 'worker' | 'server'): Promise<[number, string]> {
  const home = await mkdtemp(join(tmpdir(), 'role-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  // A file where the ledger's directory would be.
  await writeFile(join(home, 'taken'), '');
  const { PATH } = process.env;
  const DATABASE_URL = `sqlite:${join(home, 'taken', 'ledger.db')}`;
  const child = spawn(CORDON, [role], {
    env: { PATH, CORDON_HOME: home, DATABASE_URL, LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return [code, said];
}

it.each(['worker', 'server'] as const)(
  'a %s that cannot begin says why, and ends',
  async (role) => {
    const [code, said] = await failing(role);
    expect(code).toBeGreaterThan(0);
    expect(said).toContain('[ledger_unavailable]');
  },
);
