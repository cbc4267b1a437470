import { processIo } from './cli/io.ts';
import type { Roots } from './cli/roots.ts';
import { run } from './cli/run.ts';
import { describeConfig } from './config.ts';

// Each root is loaded when it is called: most commands only talk to a server, and should answer at once.
const roots: Roots = {
  runUp: async (env) => (await import('./up.ts')).runUp(env),
  runServer: async (env) => (await import('./roles.ts')).runServer(env),
  runWorker: async (env) => (await import('./roles.ts')).runWorker(env),
  runBootstrap: async (env) => (await import('./roles.ts')).runBootstrap(env),
  runRange: async (env) => (await import('./roles.ts')).runRange(env),
  runAgent: async (env) => (await import('./host-agent.ts')).runAgent(env),
  runForwarder: async (env, request) => (await import('./forwarder.ts')).runForwarder(env, request),
  forwardStatus: async (spool) => (await import('./forwarder.ts')).forwardStatus(spool),
  withLedger: async (env, use) => (await import('./local-ledger.ts')).withLedger(env, use),
  verifyLedger: async (env) => (await import('./local-ledger.ts')).verifyLocalLedger(env),
  verifyEvidence: async (env) => (await import('./local-evidence.ts')).verifyLocalEvidence(env),
  timestampVerifier: async (pem) =>
    (await import('./timestamp-verifier.ts')).timestampVerifier(pem),
  evidence: async (env, reading) =>
    (await import('./local-evidence.ts')).recordedEvidence(env, reading),
  alertRules: {
    explain: async (env, sent) => (await import('./alert-rules.ts')).alertRules.explain(env, sent),
    check: async (env, file) => (await import('./alert-rules.ts')).alertRules.check(env, file),
  },
  playbooks: async (env) => (await import('./local-playbooks.ts')).localPlaybooks(env),
  simulatePolicy: async (env, file) =>
    (await import('./local-simulation.ts')).simulateLocally(env, file),
  readInventory: async (env, file) =>
    (await import('./local-inventory.ts')).readInventory(env, file),
  hosts: {
    enrolments: async (env) => (await import('./local-hosts.ts')).localHosts.enrolments(env),
    enrol: async (env, request) =>
      (await import('./local-hosts.ts')).localHosts.enrol(env, request),
    captureBaseline: async (env, request) =>
      (await import('./local-hosts.ts')).localHosts.captureBaseline(env, request),
  },
  practiceHost: {
    subject: async (home) => (await import('./practice-enrolment.ts')).practiceHost.subject(home),
    tamper: async (home, how) =>
      (await import('./practice-enrolment.ts')).practiceHost.tamper(home, how),
    restore: async (home) => (await import('./practice-enrolment.ts')).practiceHost.restore(home),
  },
  throwAway: async (env) => (await import('./throw-away.ts')).throwAway(env),
  describeConfig,
  probes: async (env) => (await import('./probes.ts')).probes(env),
};

process.exitCode = await run(process.argv.slice(2), roots, processIo());
