import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { createCommands } from './adapters/engine/commands.ts';
import { createBulkCounter } from './adapters/engine/counter.ts';
import { endedFromOutside } from './adapters/engine/ended.ts';
import { createLossTeller } from './adapters/engine/lost.ts';
import { startObservationTeller } from './adapters/engine/observation-teller.ts';
import { createObserver } from './adapters/engine/observer.ts';
import { createStarter } from './adapters/engine/starter.ts';
import { startNotifier } from './adapters/notify/notifier.ts';
import { startStamper, type Stamper } from './adapters/timestamp/stamper.ts';
import { createTimestamper } from './adapters/timestamp/timestamper.ts';
import { loadTrustedCertificates } from './adapters/timestamp/trusted-certificates.ts';
import type { Config } from './config.ts';
import { cordonPrincipal } from './cordon-principal.ts';
import { openDetectorDoor } from './detector-door.ts';
import { watchEngine } from './engine-watch.ts';
import type { Foundation } from './foundation.ts';
import { startCheckpointer } from './intake/checkpointer.ts';
import { createDispatcher } from './intake/dispatcher.ts';
import { firstStart } from './intake/first-start.ts';
import { startHoldGuard } from './intake/hold-guard.ts';
import { createIntake } from './intake/intake.ts';
import { createPrincipals } from './intake/principals.ts';
import { startRevival } from './intake/revival.ts';
import { createIncidentRelations, type IncidentRelations } from './intake/relate-incidents.ts';
import { createReflex } from './intake/reflex.ts';
import { hostAndPort, listen, listenTls, type Listener } from './listener.ts';
import { createApp } from './shim/app.ts';
import type { ShimDeps } from './shim/deps.ts';
import { createMetrics } from './shim/metrics.ts';
import { createTail } from './shim/tail.ts';

export interface RunningServer {
  url: string;
  stop(): Promise<void>;
}

/**
 * Runs the API, the dispatcher, the reflex and the notifier under the policy in force, which the caller has put there.
 * Needs no engine to start, nor to accept reports.
 */
export async function startServer(
  foundation: Foundation,
  client: Client,
  options: { eager: boolean },
): Promise<RunningServer> {
  const { config, ledger, log, now, owner, policy } = foundation;
  const principals = createPrincipals({ principals: ledger.principals, log: ledger.log, now });
  await firstStart({
    home: config.CORDON_HOME,
    principals,
    reporters: policy.current().reporters.reporters,
    serviceTokenPath: config.SERVICE_TOKEN_PATH,
    log,
  });

  const engine = watchEngine(client, log);
  const stamper = await stamperFor(foundation);
  const timestampStatus = () => stamper?.status() ?? null;
  const metrics = createMetrics({ engineStatus: engine.status, timestampStatus, now, ledger });
  const dispatcher = createDispatcher({
    outbox: ledger.outbox,
    start: createStarter(client, options),
    owner,
    now,
    log,
  });
  const reflex = createReflex({
    targets: foundation.targets,
    ledger,
    now,
    log,
    observed: (outcome, tookMs) => metrics.reflexSeconds.observe({ outcome }, tookMs / 1_000),
  });
  const notifier = startNotifier({
    policy: policy.current,
    ledger,
    now,
    log,
    home: config.CORDON_HOME,
    owner,
  });
  const desk = {
    ...{ ledger, policy: policy.current, dispatcher, reflex, owner, now },
    random: randomBytes,
  };
  const relations = createIncidentRelations(desk);
  const teller = startObservationTeller({
    ...{ ledger, owner, now, log },
    count: createBulkCounter(client),
    observe: createObserver(client),
    missed: (incidentId, alert) => splitOff(relations, incidentId, alert),
  });
  const checkpointer = startCheckpointer({
    ledger,
    store: foundation.store,
    key: foundation.signingKey,
    now,
    log,
  });
  const guard = startHoldGuard({
    ledger,
    targets: foundation.targets,
    tellLost: createLossTeller(client),
    owner,
    now,
    log,
  });
  const revival = startRevival({
    register: ledger.register,
    dispatcher,
    endedFromOutside: () => endedFromOutside(client),
    log,
  });
  const tail = createTail(ledger.register, log);
  const detectors = openDetectorDoor(foundation, principals, desk);
  const deps: ShimDeps = {
    ledger,
    intake: createIntake(desk),
    door: detectors.door,
    relations,
    store: foundation.store,
    place: foundation.machine.place,
    commands: createCommands(client),
    revive: revival.revive,
    authenticate: principals.authenticate,
    principalNamed: ledger.principals.byName,
    leaveSafeMode: foundation.leaveSafeMode,
    mintSignalToken: foundation.signalTokens.mint,
    policy,
    baseline: foundation.baseline,
    exporter: foundation.exporterFor(engine.status),
    engineStatus: engine.status,
    notifierStatus: notifier.status,
    timestampStatus,
    evidenceStatus: foundation.canary.status,
    tail,
    metrics,
    config: accessOf(config, config.BIND_ADDR),
    log,
    now,
  };
  const http = await listen(createApp(deps), 'BIND_ADDR', config.BIND_ADDR);
  const tls = await listenToDetectors(deps, config);
  dispatcher.run();

  return {
    url: http.url,
    stop: async () => {
      tail.stop();
      revival.stop();
      guard.stop();
      await Promise.all([http.stop(), tls?.stop()]);
      await detectors.stop();
      const followers = [notifier.stop(), teller.stop(), stamper?.stop()];
      await Promise.all([dispatcher.stop(), reflex.settle(), ...followers]);
      engine.stop();
      await checkpointer.stop();
    },
  };
}

/** What an incident was brought as it was being resolved is handled all the same. */
async function splitOff(relations: IncidentRelations, id: string, alert: string): Promise<void> {
  const reason = 'It came as the incident was being resolved';
  await relations.split(cordonPrincipal([]), id, alert, { reason, key: `missed/${id}/${alert}` });
}

/** Null where no authority is configured. */
async function stamperFor({ config, ...foundation }: Foundation): Promise<Stamper | null> {
  const { EVIDENCE_TSA_URL: url, EVIDENCE_TSA_CERTIFICATES_FILE: file } = config;
  if (url === '') return null;
  const tsa = createTimestamper({ url, certificates: await loadTrustedCertificates(file) });
  const { ledger, store, owner, machine, now, log } = foundation;
  return startStamper({
    ...{ name: new URL(url).host, tsa, ledger, store, owner, now, log },
    vouched: async (ms) => void (await ledger.custodyClock.advance(machine.readClocks(), ms)),
  });
}

/** Null where it is not configured. What is open on the one address need not be on the other. */
async function listenToDetectors(deps: ShimDeps, config: Config): Promise<Listener | null> {
  const address = config.ALERTS_TLS_ADDR;
  if (address === '') return null;
  const app = createApp({ ...deps, config: accessOf(config, address) });
  return listenTls(app, 'ALERTS_TLS_ADDR', address, {
    cert: config.ALERTS_TLS_CERT_FILE,
    key: config.ALERTS_TLS_KEY_FILE,
    clientCa: config.ALERTS_TLS_CLIENT_CA_FILE,
  });
}

/** Reads are open to this machine alone, and only under a name that no web page can take. */
function accessOf(config: Config, address: string): ShimDeps['config'] {
  const [host] = hostAndPort(address);
  const openReads = LOOPBACK.has(host);
  const named = config.CORDON_ALLOWED_HOSTS.split(',').filter((name) => name !== '');
  return { openReads, allowedHosts: openReads ? [...LOOPBACK, ...named] : named };
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
