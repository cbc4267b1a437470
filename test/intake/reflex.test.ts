import { describe, expect, it } from 'vitest';
import { effectKey } from '../../src/domain/idempotency.ts';
import type { ActionOutcome, ActionRequest } from '../../src/domain/target.ts';
import { createReflex } from '../../src/intake/reflex.ts';
import { admission, AT_MS, freeze } from '../support/admissions.ts';
import { freshLedger, SQLITE } from '../support/ledgers.ts';
import { quiet } from './scratch.ts';

const ACCEPTED: ActionOutcome = { status: 'partial', reason: 'ok', detail: '', retryable: false };
const DOWN: ActionOutcome = {
  status: 'failed',
  reason: 'unreachable',
  detail: 'nobody there',
  retryable: true,
};

async function reflexWith(poke: (request: ActionRequest) => Promise<ActionOutcome>) {
  const ledger = await freshLedger(SQLITE);
  const clock = { ms: AT_MS };
  const observed: string[] = [];
  const reflex = createReflex({
    targets: { poke },
    ledger,
    now: () => clock.ms,
    log: quiet,
    observed: (outcome) => void observed.push(outcome),
  });
  const holds = [freeze('host-3')];
  const admit = async (number: number) => {
    const admitted = admission(number, { holds, reflexUntilMs: AT_MS + 5_000 });
    await ledger.log.admit(admitted);
    return admitted.input;
  };
  const seen = async (id: string) =>
    (await ledger.register.timeline(id)).filter(({ type }) => type === 'reflex');
  return { ledger, clock, observed, reflex, admit, seen };
}

describe('the reflex', () => {
  it('freezes under the key that the workflow will use, and is an observation', async () => {
    const keys: string[] = [];
    const { reflex, admit, seen, observed } = await reflexWith(async (request) => {
      keys.push(request.idempotency_key);
      return ACCEPTED;
    });
    const input = await admit(1);
    reflex.fire(input);
    await reflex.settle();
    expect(keys).toEqual([effectKey(input.id, freeze('host-3'), 'apply')]);
    expect((await seen(input.id)).map(({ body }) => body['applied'])).toEqual([true]);
    expect(observed).toEqual(['applied']);
  });

  it('that fails is recorded as failed, and lets the release go on', async () => {
    const { ledger, reflex, admit, seen } = await reflexWith(async () => DOWN);
    const input = await admit(1);
    const key = { incident_id: input.id, resource: freeze('host-3').resource };
    expect(await ledger.holds.beginRelease(key, AT_MS, AT_MS + 1)).toBe('wait');
    reflex.fire(input);
    await reflex.settle();
    expect((await seen(input.id)).map(({ body }) => body['applied'])).toEqual([false]);
    expect(await ledger.holds.beginRelease(key, AT_MS, AT_MS + 1)).toBe('go');
  });

  it('that had to wait for its turn is not sent after the release', async () => {
    const sent: string[] = [];
    const first = Promise.withResolvers<ActionOutcome>();
    const { ledger, clock, reflex, admit, observed } = await reflexWith((request) => {
      sent.push(request.incident_id);
      return first.promise;
    });
    const inputs = [];
    for (let number = 1; number <= 65; number += 1) inputs.push(await admit(number));
    inputs.forEach((input) => reflex.fire(input));
    const last = inputs.at(-1)?.id ?? '';
    await ledger.holds.reflexDone({ incident_id: last, resource: freeze('host-3').resource });
    await ledger.holds.endRelease({ incident_id: last, resource: freeze('host-3').resource });
    clock.ms += 100;
    first.resolve(ACCEPTED);
    await reflex.settle();
    expect(sent).not.toContain(last);
    expect(observed.filter((outcome) => outcome === 'late')).toHaveLength(1);
  });

  it('fires nothing where the plan freezes nothing', async () => {
    const { reflex, observed } = await reflexWith(async () => ACCEPTED);
    reflex.fire(admission(1).input);
    await reflex.settle();
    expect(observed).toEqual([]);
  });
});
