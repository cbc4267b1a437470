import { describe, expect, it } from 'vitest';
import type { ActionOutcome } from '../../src/domain/target.ts';
import { lookOnce, type HoldGuardDeps } from '../../src/intake/hold-guard.ts';
import { admission, AT_MS, freeze, recorded } from '../support/admissions.ts';
import { freshLedger, SQLITE } from '../support/ledgers.ts';
import { quiet } from './scratch.ts';

const outcome = (status: ActionOutcome['status'], reason: ActionOutcome['reason']) => ({
  status,
  reason,
  detail: 'as read',
  retryable: true,
});

async function guarding(read: ActionOutcome) {
  const ledger = await freshLedger(SQLITE);
  const held = freeze('host-3');
  const { input } = admission(1);
  await ledger.log.admit(admission(1, { holds: [held] }));
  const told: object[] = [];
  let reads = 0;
  const deps: HoldGuardDeps = {
    ledger,
    targets: {
      verify: async () => {
        reads += 1;
        return read;
      },
    },
    tellLost: async (id, loss) => void told.push({ id, ...loss }),
    owner: 'here',
    now: () => AT_MS,
    log: quiet,
  };
  const contained = () =>
    ledger.log.append(input.id, [
      recorded('1', {
        type: 'action',
        result: {
          action: held.action,
          target: held.target,
          status: 'contained',
          reason: 'ok',
          detail: '',
        },
      }),
    ]);
  return { deps, told, contained, id: input.id, reads: () => reads };
}

describe('the guard of what is held', () => {
  it('tells the incident of a containment that was measured to be gone', async () => {
    const { deps, told, contained, id } = await guarding(outcome('failed', 'no_effect'));
    await contained();
    await lookOnce(deps);
    expect(told).toEqual([{ id, action: 'freeze_agent', detail: 'as read' }]);
  });

  it('says nothing of what is in force, nor of a target that does not answer', async () => {
    for (const read of [outcome('contained', 'ok'), outcome('failed', 'unreachable')]) {
      const { deps, told, contained } = await guarding(read);
      await contained();
      await lookOnce(deps);
      expect(told).toEqual([]);
    }
  });

  it('leaves alone what its workflow is still trying', async () => {
    const { deps, reads } = await guarding(outcome('failed', 'no_effect'));
    await lookOnce(deps);
    expect(reads()).toBe(0);
  });

  it('looks in one server at a time', async () => {
    const { deps, contained, reads } = await guarding(outcome('contained', 'ok'));
    await contained();
    await lookOnce(deps);
    await lookOnce({ ...deps, owner: 'there' });
    expect(reads()).toBe(1);
  });
});
