import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Env, Io } from '../../src/cli/io.ts';
import type { Roots } from '../../src/cli/roots.ts';
import { run } from '../../src/cli/run.ts';

/** A directory that goes with the test. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cordon-cli-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface Surroundings {
  env?: Env;
  roots?: Partial<Roots>;
  /** What standard input holds. */
  input?: string | Uint8Array;
  terminal?: boolean;
  interrupted?: AbortSignal;
  node?: string;
  /** Called with all of standard output so far. */
  onOut?: (soFar: string) => void;
}

/** Runs one command line as `./cordon` would, and keeps what it wrote. */
export async function cordon(argv: string[], given: Surroundings = {}): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '' };
  const out = (text: string) => {
    ran.out += text;
    given.onOut?.(ran.out);
  };
  const io: Io = {
    env: { CORDON_HOME: '/nonexistent', ...given.env },
    out,
    err: (text) => (ran.err += text),
    outBytes: (bytes) => out(new TextDecoder().decode(bytes)),
    outStream: async (chunks) => {
      for await (const chunk of chunks) out(new TextDecoder().decode(chunk));
    },
    input: async () => Buffer.from(given.input ?? ''),
    terminal: given.terminal ?? false,
    interrupted: given.interrupted ?? new AbortController().signal,
    account: 'tester',
    now: () => Date.now(),
    node: given.node ?? process.versions.node,
  };
  ran.code = await run(argv, { ...noRoots, ...given.roots }, io);
  return ran;
}

function notHere(): never {
  throw new Error('this test has no such root');
}

/** Whatever a test does not bring itself must not be reached by it. */
const noRoots: Roots = {
  runUp: notHere,
  runServer: notHere,
  runWorker: notHere,
  runBootstrap: notHere,
  runRange: notHere,
  runAgent: notHere,
  alertRules: { explain: notHere, check: notHere },
  playbooks: async () => [],
  simulatePolicy: notHere,
  readInventory: notHere,
  runForwarder: notHere,
  forwardStatus: notHere,
  hosts: { enrolments: notHere, enrol: notHere, captureBaseline: notHere },
  practiceHost: { subject: async () => ({}), tamper: notHere, restore: notHere },
  withLedger: notHere,
  verifyLedger: notHere,
  verifyEvidence: notHere,
  timestampVerifier: notHere,
  evidence: notHere,
  throwAway: notHere,
  describeConfig: notHere,
  probes: notHere,
};
