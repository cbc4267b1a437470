import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEventLog } from '../../src/agent/event-log.ts';

const MIB = 1024 * 1024;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the event log', () => {
  it('is given as it is, up to a MiB', async () => {
    const bytes = Buffer.alloc(MIB, 7);
    writeFileSync(join(folder, 'log'), bytes);
    expect((await readEventLog(join(folder, 'log')))?.equals(bytes)).toBe(true);
  });

  it('is read from a file that says it has no size, like those of securityfs', async () => {
    expect((await readEventLog('/proc/self/status'))?.toString()).toContain('Name:');
  });

  it.each([
    ['where there is none', 'absent', null],
    ['where it is empty', 'log', 0],
    ['where no verifier would take it', 'log', MIB + 1],
  ])('is null %s', async (_, name, size) => {
    if (size !== null) writeFileSync(join(folder, name), Buffer.alloc(size, 7));
    expect(await readEventLog(join(folder, name))).toBeNull();
  });
});
