import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import { evidenceRefSchema } from '../../src/domain/evidence.ts';
import type { Ledger } from '../../src/domain/ledger.ts';
import { PolicyError } from '../../src/intake/policy-error.ts';
import { readPolicy } from '../../src/intake/policy-files.ts';
import { createPolicyInForce } from '../../src/intake/policy-in-force.ts';
import { clock, quiet, scratch, shippedWith } from './scratch.ts';

const open: Ledger[] = [];
afterEach(() => Promise.all(open.splice(0).map((ledger) => ledger.close())));

/** Two processes on one ledger and one store. */
async function installation() {
  const { containmentPath, directory } = await shippedWith('escalation.yaml');
  const store = await openLocalDirectory({ root: await scratch(), now: () => 0 });
  const database = join(await scratch(), 'ledger.db');
  const load = () => readPolicy({ containmentPath });
  const process = async () => {
    const ledger = await openLedger({ url: `sqlite:${database}`, mirrorPath: '' });
    open.push(ledger);
    return { ledger, policy: createPolicyInForce({ load, store, ledger, now: clock, log: quiet }) };
  };
  const edit = async (change: (text: string) => string) => {
    const path = join(directory, 'escalation.yaml');
    await writeFile(path, change(await readFile(path, 'utf8')));
  };
  return { server: await process(), worker: await process(), edit, store, directory };
}

const fourInjections = (text: string) => text.replace('threshold: 3', 'threshold: 4');

describe('the policy in force', () => {
  it('is none until it was put in force', async () => {
    const { worker } = await installation();
    expect(() => worker.policy.current()).toThrow(/No policy/);
    await worker.policy.follow();
    expect(() => worker.policy.current()).toThrow(/No policy/);
  });

  it('is noted once, with its digest and where its files are kept', async () => {
    const { server, store } = await installation();
    const { digest } = await server.policy.reload('admin');
    await server.policy.reload('admin');
    const entries = await server.ledger.register.entriesAfter(0, 10);
    expect(entries).toMatchObject([
      { type: 'policy_in_force', actor: 'admin', incident_id: '', body: { digest } },
    ]);
    const evidence = evidenceRefSchema.parse(entries[0]?.body['evidence']);
    const kept = new TextDecoder().decode(await store.get(evidence));
    expect(kept).toContain('escalates_to: critical');
  });

  it('is followed by every process, and changes there when it changes', async () => {
    const { server, worker, edit } = await installation();
    await server.policy.reload('admin');
    await worker.policy.follow();
    expect(worker.policy.current()).toEqual(server.policy.current());
    await edit(fourInjections);
    await worker.policy.follow();
    expect(worker.policy.current().escalation.windows['prompt_injection']?.threshold).toBe(3);
    await server.policy.reload('admin');
    await worker.policy.follow();
    expect(worker.policy.current().escalation.windows['prompt_injection']?.threshold).toBe(4);
  });

  it('has the rules for alerts in it', async () => {
    const { server, worker, directory } = await installation();
    await server.policy.reload('admin');
    const rules = 'version: 1\nformat: falco\nrules: []\n';
    await writeFile(join(directory, 'detectors', 'falco.yaml'), rules);
    await server.policy.reload('admin');
    await worker.policy.follow();
    expect(worker.policy.current().detectors.falco?.rules).toEqual([]);
    expect((await server.ledger.register.head())?.seq).toBe(2);
  });

  it('stays when the files become invalid', async () => {
    const { server, edit } = await installation();
    const before = await server.policy.reload('admin');
    await edit((text) => text.replace('threshold: 3', 'threshold: no'));
    await expect(server.policy.reload('admin')).rejects.toBeInstanceOf(PolicyError);
    expect(server.policy.current()).toBe(before);
    expect((await server.ledger.register.head())?.seq).toBe(1);
  });

  it('can go back to what it was, and is noted again', async () => {
    const { server, worker, edit } = await installation();
    const { digest } = await server.policy.reload('admin');
    await edit(fourInjections);
    await server.policy.reload('admin');
    await edit((text) => text.replace('threshold: 4', 'threshold: 3'));
    await server.policy.reload('admin');
    await worker.policy.follow();
    expect(worker.policy.current().digest).toBe(digest);
    expect((await server.ledger.register.head())?.seq).toBe(3);
  });

  it('is not taken from files that are not those of the note', async () => {
    const { server, worker } = await installation();
    const { digest } = await server.policy.reload('admin');
    await worker.policy.follow();
    const note = await server.ledger.register.latestNote('policy_in_force');
    await server.ledger.log.note({
      key: 'forged',
      at: '2026-03-14T12:00:00.000Z',
      actor: 'mallory',
      type: 'policy_in_force',
      body: { ...note?.body, digest: '0'.repeat(64) },
    });
    await expect(worker.policy.follow()).rejects.toMatchObject({ code: 'policy_not_as_noted' });
    expect(worker.policy.current().digest).toBe(digest);
  });
});
