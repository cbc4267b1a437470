import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checklistOf } from '../../src/domain/checklist-of.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import { HAPPENS } from '../support/incidents.ts';
import { APPROVAL, BY_PLAYBOOK, incidentBy, step, task, TRIAGE } from '../support/playbooks.ts';
import { cordon, scratch } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

const FIELD = { optional: false } as const;
const INCIDENT = incidentBy({
  branches: TRIAGE.branches,
  tasks: [
    TRIAGE.task,
    task('count', {
      result: {
        hosts: { type: 'list', ...FIELD },
        seen: { type: 'count', ...FIELD },
        rotated: { type: 'confirmed', ...FIELD },
      },
    }),
  ],
  steps: [step('kill', { approval: APPROVAL })],
  checks: [{ check: 'images', branch: '' }],
});
const { id } = INCIDENT;

async function served(incident: Incident = INCIDENT) {
  const tiny = await tinyCordon();
  tiny.answerWith(200, checklistOf(incident, Date.now()));
  return tiny;
}

describe('cordon tasks', () => {
  it('lists tasks, decisions and checks', async () => {
    const { url, seen } = await served();
    const { code, out } = await cordon(['tasks', id, '--url', url]);
    expect([code, seen[0]?.path]).toEqual([0, `/api/v1/incidents/${id}/tasks`]);
    for (const word of ['triage', 'count', 'kill', 'images', 'not compared yet', 'overdue']) {
      expect(out).toContain(word);
    }
  });

  it('says that there is no playbook', async () => {
    const { playbook: _, ...plain } = INCIDENT;
    const { url } = await served(plain);
    expect((await cordon(['tasks', id, '--url', url])).out).toBe(`${id} has no playbook.\n`);
  });
});

describe('cordon task', () => {
  it('shows what is asked for', async () => {
    const { url } = await served();
    const { out } = await cordon(['task', 'show', id, 'triage', '--url', url]);
    expect(out).toMatch(/verdict +one of confirmed, false_alarm/);
    const unknown = await cordon(['task', 'show', id, 'nothing', '--url', url]);
    expect(unknown).toMatchObject({ code: 3, err: expect.stringContaining('has no task nothing') });
  });

  it('is done with a result of the types that it asks for, and what is attached', async () => {
    const { url, seen } = await served();
    const file = join(scratch(), 'finding.txt');
    writeFileSync(file, 'found');
    const found = ['--result', 'hosts=a', 'hosts=b', 'seen=3', 'rotated=yes'];
    const attached = ['--evidence', file, `sha256:${'0'.repeat(64)}`];
    await cordon(['task', 'done', id, 'count', ...found, ...attached, '--note', 'n', '--url', url]);
    expect(seen[1]).toMatchObject({
      method: 'POST',
      path: `/api/v1/incidents/${id}/tasks/count`,
      headers: { 'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/) },
      body: {
        result: { hosts: ['a', 'b'], seen: 3, rotated: true },
        evidence: [{ media_type: 'text/plain', base64: btoa('found') }, { sha256: '0'.repeat(64) }],
        note: 'n',
      },
    });
  });

  it.each(['seen=many', 'rotated=perhaps', 'rotated', 'seen=1 seen=2'])(
    'is not sent with %s',
    async (result) => {
      const { url, seen } = await served();
      const argv = ['task', 'done', id, 'count', '--result', ...result.split(' '), '--url', url];
      expect((await cordon(argv)).code).toBe(2);
      expect(seen.filter(({ method }) => method === 'POST')).toEqual([]);
    },
  );

  it('is assigned', async () => {
    const { url, seen } = await served();
    await cordon(['task', 'assign', id, 'triage', 'bob', '--url', url]);
    expect(seen[0]).toMatchObject({
      ...{ path: `/api/v1/incidents/${id}/tasks/triage/assign`, body: { to: 'bob' } },
    });
  });
});

describe('decisions', () => {
  it('are sent as they are made', async () => {
    const { url, seen } = await served();
    await cordon(['decide', id, 'kill', 'decline', '--note', 'n', '--url', url]);
    expect(seen[0]).toMatchObject({
      path: `/api/v1/incidents/${id}/decisions/kill`,
      body: { verdict: 'decline', note: 'n' },
    });
    expect((await cordon(['decide', id, 'kill', 'perhaps', '--url', url])).code).toBe(2);
  });

  it('that it was a false positive say why, and what to tune', async () => {
    const { url, seen, answerWith } = await served();
    answerWith(200, INCIDENT);
    const dismiss = ['dismiss', id, '--reason', 'a load test', '--url', url];
    expect((await cordon(dismiss)).code).toBe(2);
    const { out } = await cordon([...dismiss, '--tune', 'the threshold']);
    expect(seen[0]).toMatchObject({
      path: `/api/v1/incidents/${id}/dismiss`,
      body: { reason: 'a load test', tune: 'the threshold' },
    });
    expect(out).toContain(id);
  });
});

describe('cordon review', () => {
  it('prints the draft, and signs what stands in a file', async () => {
    const { url, seen, answerWith } = await served();
    answerWith(200, '# Review\n\n- a line\n');
    const draft = await cordon(['review', 'draft', id, '--url', url]);
    expect(draft.out).toBe('# Review\n\n- a line\n');
    answerWith(200, INCIDENT);
    await cordon(['review', 'sign', id, '--url', url], { input: '# Review\n' });
    expect(seen[1]).toMatchObject({
      path: `/api/v1/incidents/${id}/review`,
      body: { text: '# Review\n', note: '' },
    });
  });
});

describe('cordon show', () => {
  it('shows the playbook, and names the next step of it', async () => {
    const { url, ledger } = await tinyCordon();
    const { binding } = INCIDENT;
    const declined = BY_PLAYBOOK.decided('kill', 'ada', binding, 'decline');
    const shown = incidentBy(INCIDENT.playbook?.plan ?? {}, [
      ...[HAPPENS.inForce(), HAPPENS.contained, declined],
    ]);
    ledger.incidents.set(id, shown);
    const { out } = await cordon(['show', id, '--url', url]);
    expect(out).toContain(`Awaits the task triage from an operator: cordon task done ${id} triage`);
    expect(out).toMatch(/^ *declined +kill$/m);
    expect(out).toMatch(/^ *open +triage +verify +operator +.* overdue/m);
  });
});
