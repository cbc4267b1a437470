import type { Activities } from '../src/domain/activities.ts';
import { attest } from './attest.ts';
import { authenticateSignal } from './authenticate-signal.ts';
import { capture } from './capture.ts';
import { captureHost } from './capture-host.ts';
import { contain, enforce } from './contain.ts';
import type { ActivityDeps } from './deps.ts';
import { withFaults } from './faults.ts';
import { withHeartbeat } from './heartbeat.ts';
import { mayDestroy } from './may-destroy.ts';
import { newerIncident } from './newer-incident.ts';
import { createQuote } from './quote.ts';
import { reach } from './reach.ts';
import { record } from './record.ts';
import { ensureReleased, release } from './release.ts';
import { seal } from './seal.ts';

/** The effects of the incident workflow, over the given outside. */
export function createActivities(deps: ActivityDeps): Activities {
  const quote = createQuote(deps);
  return withFaults({
    record: (request) => record(deps, request),
    countOccurrence: (request) => deps.signalCounter(request.class, request.occurrence),
    contain: (request) => withHeartbeat(() => contain(deps, request)),
    destroy: (request) => withHeartbeat(() => contain(deps, request)),
    mayDestroy: (request) => mayDestroy(deps, request),
    enforce: (request) => withHeartbeat(() => enforce(deps, request)),
    capture: (request) => withHeartbeat(() => capture(deps, request)),
    captureHost: (request) => withHeartbeat(() => captureHost(deps, request)),
    quote: (request) => withHeartbeat(() => quote(request)),
    newerIncident: (request) => newerIncident(deps, request),
    attest: (request) => withHeartbeat(() => attest(deps, request)),
    reach: (request) => reach(deps, request),
    checkBaseline: ({ checks, ...about }) => withHeartbeat(() => deps.baseline.run(checks, about)),
    release: (request) => withHeartbeat(() => release(deps, request)),
    ensureReleased: (request) => withHeartbeat(() => ensureReleased(deps, request)),
    seal: (request) => seal(deps, request),
    authenticateSignal: (request) => authenticateSignal(deps, request),
  });
}
