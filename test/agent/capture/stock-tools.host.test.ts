import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Collector } from '../../../src/domain/host-capture.ts';
import { makeCgroup, type TestCgroup } from '../../support/cgroup.ts';
import { type HostDoor, openHostDoor } from '../../support/host-door.ts';
import { readyProcess, type ReadyProcess } from '../../support/ready-process.ts';

const run = promisify(execFile);
const MARKER = 'a-marker-in-memory';

/** Its temporary files, and a word in its memory that is nowhere in its arguments. */
const PROGRAM = `
import subprocess, sys
subprocess.run(['sh', '-euc', 'mount --make-rprivate /; mount -t tmpfs t /run; echo found > /run/note'])
held = '-'.join(['a', 'marker', 'in', 'memory'])
print('ready', flush=True)
sys.stdin.read()
`;

let folder: string;
let allowed: TestCgroup;
let victim: ReadyProcess;
let door: HostDoor;
let recipient: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordon-stock-'));
  allowed = makeCgroup();
  victim = await readyProcess('unshare', '-m', 'python3', '-c', PROGRAM);
  allowed.add(victim.pid);
  door = await openHostDoor([allowed.path]);
  const identity = await generateX25519Identity();
  writeFileSync(join(folder, 'identity'), `${identity}\n`, { mode: 0o600 });
  recipient = await identityToRecipient(identity);
});

afterAll(async () => {
  await door.close();
  await victim[Symbol.asyncDispose]();
  await allowed.remove();
  rmSync(folder, { recursive: true });
});

/** Captures, and runs the commands of a stranger who has the key and the file. */
async function opened(collector: Collector, commands: string): Promise<string> {
  const subject = { kind: 'cgroup', path: allowed.path } as const;
  const { bytes } = await door.capture(subject, collector, { recipients: [recipient] });
  writeFileSync(join(folder, 'artifact'), bytes);
  const script = `set -eu; age -d -i identity artifact | zstd -d -q > plain; ${commands}`;
  const { stdout } = await run('bash', ['-o', 'pipefail', '-c', script], { cwd: folder });
  return stdout;
}

it('temporary files are opened by age, zstd and tar', async () => {
  const told = await opened('tmpfs', "tar tf plain; tar xOf plain --wildcards '*run/note'");
  expect(told.split('\n')).toEqual(
    expect.arrayContaining([expect.stringMatching(/run\/note$/), 'found']),
  );
});

it('memory is opened by age, zstd and gdb, which finds what was in it', async () => {
  // Core files hold the runs of pages that were there; a debugger reads any of them by its address.
  const told = await opened(
    'memory',
    `at=$(grep -abo ${MARKER} plain | head -1 | cut -d: -f1)
     readelf -lW plain | awk '$1 == "LOAD" { print $2, $3, $5 }' | while read -r offset address size; do
       from=$((offset)); if [ "$at" -ge "$from" ] && [ "$at" -lt $((from + size)) ]; then
         gdb -q -batch -ex "x/s $((address + at - from))" -c plain; fi; done`,
  );
  expect(told).toContain(MARKER);
}, 60_000);
