import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { plainText } from '../../src/evidence/markdown.ts';
import { headingOf, unansweredIn } from '../../src/evidence/review-answers.ts';
import { reviewDraft } from '../../src/evidence/review-draft.ts';
import { AT } from '../support/admissions.ts';
import { CAPTURED } from '../support/captures.ts';
import { HAPPENS, incidentAfter } from '../support/incidents.ts';
import { BY_PLAYBOOK, incidentBy, task } from '../support/playbooks.ts';

const { contained, inForce, resolved } = HAPPENS;
const { checked, decided, done } = BY_PLAYBOOK;
const ASKS = ['What would have found it earlier?', 'Who was told, and when?'];
const PLAYBOOK = {
  tasks: [
    task('root_cause'),
    task('patch', { phase: 'remediate' }),
    task('lessons', { phase: 'review' }),
  ],
  clocks: { analyze: 60_000 },
  review: { signed: true, asks: ASKS },
};
const entry = (type: string, body: LedgerEntry['body'] = {}): LedgerEntry => ({
  ...{ seq: 1, incident_id: 'INC', key: 'k', at: AT, actor: 'ada', type, body },
  ...{ prev_hash: '0'.repeat(64), hash: '1'.repeat(64) },
});

/** The lines below a heading, up to the next of its level. */
function below(heading: string, draft: string): string {
  const [, rest = ''] = draft.split(`\n## ${heading}\n`);
  return rest.split('\n## ')[0]?.trim() ?? '';
}

describe('the draft of a review', () => {
  const incident = incidentBy(PLAYBOOK, [
    inForce(),
    contained,
    { type: 'captured', ...CAPTURED, gaps: [{ collector: 'memory', reason: 'out of time' }] },
    decided('kill', 'bob', 'b'.repeat(64), 'decline'),
    done('root_cause', { cause: 'an open port' }),
    checked(['images', 'unknown']),
    resolved,
  ]);
  const timeline = [
    entry('reported', { severity: 'high' }),
    entry('action', { result: { action: 'freeze_agent', status: 'contained' } }),
    entry('custody', { touch: 'read' }),
  ];
  const draft = reviewDraft(incident, timeline);

  it('says what was done, measured, found and missed', () => {
    expect(below('Timeline', draft)).toBe(
      `- ${AT} **reported** by ada: high\n- ${AT} **action** by ada: freeze\\_agent, contained`,
    );
    expect(below('What was captured', draft)).toContain('a'.repeat(64));
    expect(below('What was not captured', draft)).toBe('- memory: out of time');
    expect(below('Actions', draft)).toMatch(/^- freeze_agent on agent: \*\*contained\*\*/);
    expect(below('Decisions', draft)).toMatch(/kill: \*\*decline\*\* by bob$/);
    expect(below('Root cause', draft)).toMatch(/done \S+ by ada: cause an open port$/);
    expect(below('Remediation', draft)).toMatch(/^- patch .*\*\*not done\*\*$/);
    expect(below('Clocks', draft)).toMatch(/^- analyze: \*\*met\*\*/);
    expect(below('Checks', draft)).toMatch(/^- images: \*\*unknown\*\*/);
  });

  it('is the same for the same ledger, and says so of an incident without a playbook', () => {
    expect(reviewDraft(incident, timeline)).toBe(draft);
    const plain = reviewDraft(incidentAfter({}), []);
    expect(below('Tasks', plain)).toBe('There were none.');
    expect(plain).not.toContain('To be answered');
  });

  it('leaves the questions of the playbook to be answered', () => {
    expect(unansweredIn(draft, ASKS)).toEqual(ASKS);
    const first = headingOf(ASKS[0] ?? '');
    const half = draft.replace(`${first}\n`, `${first}\n\nA check of the ports.\n`);
    expect(unansweredIn(half, ASKS)).toEqual([ASKS[1]]);
  });

  it('has no structure but its own, whatever a detector wrote', () => {
    const description = 'x\n## Decisions\n- [ok](https://evil.test) <b>`rm`</b> | a\u202Eb';
    const forged = reviewDraft({ ...incident, description }, timeline);
    expect(forged.match(/^## Decisions$/gm)).toHaveLength(1);
    expect(forged).toContain(
      'x \\#\\# Decisions - \\[ok\\](https\\://evil.test) \\<b\\>\\`rm\\`\\</b\\> \\| a b',
    );
  });
});

describe('an answer', () => {
  it('is neither a comment nor another heading', () => {
    const head = headingOf('Why?');
    for (const text of [head, `${head}\n<!-- later -->`, `${head}\n\n### Next\n`, 'Because.']) {
      expect(unansweredIn(text, ['Why?'])).toEqual(['Why?']);
    }
    expect(unansweredIn(`${head}\r\n\r\nBecause.\r\n`, ['Why?'])).toEqual([]);
  });
});

describe('words of others', () => {
  it.each([
    ['- a list', '\\- a list'],
    ['1. a list', '1\\. a list'],
    ['2024', '2024'],
    ['# a heading', '\\# a heading'],
    ['http://x', 'http\\://x'],
    ['www.x.test', 'www\\.x.test'],
  ])('%s are %s', (text, plain) => expect(plainText(text)).toBe(plain));
});
