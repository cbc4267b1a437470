import { z } from 'zod';
import { type KeptEvidence, keptEvidenceSchema } from '../domain/kept-evidence.ts';
import type { Client } from './client.ts';

/** A decision is brought to every object in the store before it is answered. */
const DECISION_PATIENCE_MS = 120_000;

/** What the command asks of a server about the evidence of an incident. Each names the reason where it is a touch. */
export interface EvidenceApi {
  list(id: string): Promise<KeptEvidence[]>;
  extend(id: string, decision: Decision & { until: string }): Promise<KeptEvidence[]>;
  hold(id: string, decision: Decision): Promise<KeptEvidence[]>;
  releaseHold(id: string, decision: Decision): Promise<KeptEvidence[]>;
  /** The bytes as they come; who asks is on record before the first of them. */
  read(id: string, sha256: string, reason: string): Promise<AsyncIterable<Uint8Array>>;
  /** Puts on record that an object is decrypted. */
  decrypting(id: string, sha256: string, reason: string): Promise<void>;
}

export interface Decision {
  reason: string;
  /** A repeat with the same key is one decision. */
  key: string;
}

export function createEvidenceApi(client: Client): EvidenceApi {
  const pathOf = (id: string, rest = '') =>
    `/api/v1/incidents/${encodeURIComponent(id)}/evidence${rest}`;
  const decide = (id: string, rest: string, { key, ...body }: Decision) =>
    client.json(
      {
        ...{ method: 'POST', path: pathOf(id, rest), body, about: id },
        headers: { 'idempotency-key': key },
        patienceMs: DECISION_PATIENCE_MS,
      },
      z.array(keptEvidenceSchema),
    );
  return {
    list: (id) =>
      client.json({ method: 'GET', path: pathOf(id), about: id }, z.array(keptEvidenceSchema)),
    extend: (id, decision) => decide(id, '/retention', decision),
    hold: (id, decision) => decide(id, '/hold', decision),
    releaseHold: (id, decision) => decide(id, '/hold/release', decision),
    read: async (id, sha256, reason) => {
      const path = pathOf(id, `/${sha256}`);
      const headers = reasonHeader(reason);
      const response = await client.send({
        method: 'GET',
        path,
        headers,
        about: id,
        patienceMs: 0,
      });
      return response.body ?? new ReadableStream<Uint8Array>();
    },
    decrypting: async (id, sha256, reason) => {
      const path = pathOf(id, `/${sha256}/decryption`);
      await client.json({ method: 'POST', path, body: { reason }, about: id }, z.json());
    },
  };
}

/** A header is no place for most letters: percent-encoded UTF-8. */
export function reasonHeader(reason: string): Record<string, string> {
  return reason === '' ? {} : { 'cordon-reason': encodeURIComponent(reason) };
}
