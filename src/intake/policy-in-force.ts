import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { evidenceRefSchema, type EvidenceStore } from '../domain/evidence.ts';
import { Fault } from '../domain/fault.ts';
import type { IncidentLog, Register } from '../domain/ledger.ts';
import type { Policy } from '../domain/policy.ts';
import { sha256Schema } from '../domain/primitives.ts';
import { canonicalJson } from '../evidence/canonical.ts';
import type { Log } from './log.ts';
import type { Note } from './notes.ts';
import { parsePolicy } from './policy-parse.ts';
import { digestOf, policySourceSchema, type PolicySource } from './policy-source.ts';

const NOTE = 'policy_in_force' as const satisfies Note;

/** The body of the ledger's note: which policy, and where its files are kept. */
const policyNoteSchema = z.strictObject({ digest: sha256Schema, evidence: evidenceRefSchema });

export interface PolicyInForceDeps {
  /** Reads the files anew, e.g. `() => readPolicy({ containmentPath })`. */
  load: () => Promise<PolicySource>;
  store: EvidenceStore;
  ledger: { log: Pick<IncidentLog, 'note'>; register: Pick<Register, 'latestNote'> };
  /** Milliseconds since the epoch. */
  now: () => number;
  log: Log;
}

export interface PolicyInForce {
  /** The running policy. Throws Fault `no_policy` (retryable) before the first `reload` or `follow`. */
  current(): Policy;
  /**
   * Puts the files' policy in force, here and for every process that follows; also the way to start a server.
   * Throws `PolicyError` for files that are invalid; the running policy stays.
   */
  reload(actor: string): Promise<Policy>;
  /**
   * Takes over the policy that was last put in force, by any process. Throws Fault `policy_not_as_noted` where the
   * kept files are not those of the note; the running policy stays.
   */
  follow(): Promise<void>;
}

/** What runs is always a policy that the ledger names and the evidence store keeps. */
export function createPolicyInForce(deps: PolicyInForceDeps): PolicyInForce {
  const { load, store, ledger, now, log } = deps;
  let running: Policy | undefined;

  const noted = async () => {
    const note = await ledger.register.latestNote(NOTE);
    return note === null ? null : policyNoteSchema.parse(note.body);
  };

  return {
    current: () => {
      if (running) return running;
      throw new Fault('no_policy', 'No policy has been put in force yet', { retryable: true });
    },

    reload: async (actor) => {
      const source = await load();
      const policy = parsePolicy(source);
      const digest = digestOf(source);
      if ((await noted())?.digest !== digest) {
        const bytes = new TextEncoder().encode(canonicalJson(source));
        const evidence = await store.put(bytes, 'application/json');
        const at = new Date(now()).toISOString();
        const key = `${NOTE}/${randomUUID()}`;
        await ledger.log.note({ key, at, actor, type: NOTE, body: { digest, evidence } });
        log.info({ digest, actor }, 'policy put in force');
      }
      running = policy;
      return policy;
    },

    follow: async () => {
      const note = await noted();
      if (note === null || note.digest === running?.digest) return;
      const source = policySourceSchema.parse(readJson(await store.get(note.evidence)));
      if (digestOf(source) !== note.digest) {
        const message = `The kept policy files are not those of digest ${note.digest}`;
        throw new Fault('policy_not_as_noted', message, { retryable: false });
      }
      running = parsePolicy(source);
      log.info({ digest: note.digest }, 'policy followed');
    },
  };
}

function readJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}
