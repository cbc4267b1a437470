import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { headingOf } from '../../src/evidence/review-answers.ts';
import { admission, incidentId } from '../support/admissions.ts';
import { playbookPlan, task } from '../support/playbooks.ts';
import { boot, failure, readIncident, type Booted } from './boot.ts';
import { withoutPlaybook } from './without-playbook.ts';

const ASK = 'What would have found it earlier?';
const COMPLETE = `# Review\n\n${headingOf(ASK)}\n\nA check of the ports.`;

let shim: Booted;
let id: string;
let told = 0;
beforeAll(async () => void (shim = await boot()));
afterAll(() => shim.stop());
beforeEach(async () => {
  told += 1;
  const playbook = playbookPlan({
    tasks: [task('lessons', { phase: 'review' })],
    review: { signed: true, asks: [ASK] },
  });
  await shim.ledger.log.admit(admission(told, { playbook, autoContain: false }));
  id = incidentId(told);
});

const sign = (text: string, token = shim.tokens.admin) =>
  shim.ask(`/api/v1/incidents/${id}/review`, { token, body: { text } });
const resolve = () =>
  shim.ask('/api/v1/incidents/resolve', { token: shim.tokens.operator, body: { id } });

describe('a review', () => {
  it('is drafted from the ledger in Markdown', async () => {
    const draft = await shim.ask(`/api/v1/incidents/${id}/review`);
    expect(draft.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    const text = await draft.text();
    expect(text).toMatch(new RegExp(`^# Review of ${id}$`, 'm'));
    expect(text).toContain(headingOf(ASK));
    const unknown = await shim.ask('/api/v1/incidents/INC-1/review');
    expect(await failure(unknown)).toEqual([404, 'incident_not_found']);
  });

  it('is signed by another than who resolved it, and kept', async () => {
    await resolve();
    const refused = await sign(COMPLETE, shim.tokens.operator);
    expect(await failure(refused)).toEqual([409, 'same_person']);
    const digest = sha256Hex(COMPLETE);
    await expect(shim.store.get(digest)).rejects.toMatchObject({ code: 'evidence_missing' });
    const { playbook } = await readIncident(await sign(COMPLETE));
    expect(playbook?.review).toMatchObject({ by: 'ada', document: { sha256: digest } });
    expect(Buffer.from(await shim.store.get(digest)).toString()).toBe(COMPLETE);
  });

  it('answers all that the playbook asks', async () => {
    await resolve();
    const empty = await sign(`# Review\n\n${headingOf(ASK)}\n`);
    expect(await failure(empty)).toEqual([400, 'review_incomplete']);
  });

  it('is not signed before the resolution, nor by a reader, nor where there is no playbook', async () => {
    expect(await failure(await sign(COMPLETE))).toEqual([409, 'not_resolved']);
    expect(await failure(await sign(COMPLETE, shim.tokens.reader))).toEqual([403, 'forbidden']);
    id = await withoutPlaybook(shim);
    expect(await failure(await sign(COMPLETE))).toEqual([409, 'no_playbook']);
  });
});
