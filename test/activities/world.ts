import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActivityDeps } from '../../activities/deps.ts';
import { createAttestors } from '../../src/adapters/attestor/attestors.ts';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import { createTargets } from '../../src/adapters/targets/targets.ts';
import type { ContainRequest } from '../../src/domain/activities.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { startRange } from '../../src/range/range.ts';
import { admission, incidentId } from '../support/admissions.ts';
import { FREEZE } from '../support/incidents.ts';
import { shippedTargets } from '../range/practice.ts';

/** A target call may hang in a test, and is to be given up soon. */
export const IMPATIENT: PlannedAction = { ...FREEZE, timeout_ms: 400 };

/** Everything that the activities reach, for real: a ledger, an evidence store and the practice range. */
export async function world() {
  // Sockets below it must have short paths.
  const home = await mkdtemp(join(tmpdir(), 'a-'));
  const range = await startRange({ home, attestorPort: 0, integrityPort: 0 });
  const ledger = await openLedger({ url: `sqlite:${join(home, 'ledger.db')}`, mirrorPath: '' });
  const clock = { ms: Date.now() };
  const outside = { policy: shippedTargets, home, now: () => clock.ms };
  const targets = createTargets(outside);
  const attestor = createAttestors(outside);
  const deps: ActivityDeps = {
    ledger,
    targets,
    attestor,
    store: await openLocalDirectory({ root: join(home, 'evidence'), now: outside.now }),
    signalCounter: async () => undefined,
    exportIncident: async (id) => new TextEncoder().encode(`{"bundle of":"${id}"}`),
    verifySignalToken: () => ({ accepted: false, reason: 'bad_signature' }),
    random: () => new Uint8Array(32).fill(7),
    now: outside.now,
  };
  let incidents = 0;

  return {
    home,
    deps,
    clock,
    /** An incident in the ledger that holds these, and the request that is about it. */
    incident: async (holds: PlannedAction[] = [IMPATIENT], reflexUntilMs = 0) => {
      incidents += 1;
      await ledger.log.admit(admission(incidents, { holds, reflexUntilMs }));
      const request: ContainRequest = {
        incident_id: incidentId(incidents),
        class: 'prompt_injection',
        severity: 'high',
        reason: 'seen by a detector',
        subject: {},
        actions: holds,
      };
      return request;
    },
    stop: async () => {
      await Promise.all([targets.close(), attestor.close()]);
      await range.stop();
      await ledger.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof world>>;
