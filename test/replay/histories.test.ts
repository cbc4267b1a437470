import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { quieten } from '../support/quiet-runtime.ts';

const HISTORIES = fileURLToPath(new URL('.', import.meta.url));
const FILES = readdirSync(HISTORIES).filter((file) => file.endsWith('.json'));

const read = (file: string) => readFileSync(`${HISTORIES}${file}`, 'utf8');

function replay(history: string): Promise<void> {
  const workflowBundle = { codePath: inject('workflowBundle') };
  return Worker.runReplayHistory({ workflowBundle }, JSON.parse(history));
}

// A replay that is to fail would say so in the log as well.
beforeAll(quieten);

describe('the workflows as they are now', () => {
  it('are held against every scenario that was recorded', () => {
    const scenarios = new Set(FILES.map((file) => file.replace(/-\d.*$/, '')));
    expect([...scenarios].toSorted()).toEqual([
      'counted',
      'counter',
      'escalated',
      'healed',
      'kept',
      'latched',
      'log-only',
      'observed',
    ]);
  });

  it.each(FILES)('go the way of %s', async (file) => {
    await expect(replay(read(file))).resolves.toBeUndefined();
  });

  it.each(['contain', 'attest', 'release'])('would be found to do %s otherwise', async (step) => {
    const [latched] = FILES.filter((file) => file.startsWith('latched'));
    const other = read(latched ?? '').replaceAll(`"name": "${step}"`, '"name": "another"');
    expect(other.includes('another')).toBe(true);
    await expect(replay(other)).rejects.toThrow('Nondeterminism');
  });
});
