import { z } from 'zod';
import type { Cancellation } from './attestor.ts';
import type { ArtifactReport, CaptureRequest, FreezeAnswer, FreezeLease } from './host-capture.ts';
import type { BlockAnswer, BlockRequest, BlockStateRequest } from './host-blocking.ts';
import type { ContainAnswer, ContainRequest, ContainStateRequest } from './host-containment.ts';
import type { HostSubject } from './host-subject.ts';
import { sha256Schema } from './primitives.ts';

/** Bytes in base64. Whether they are what they should be is for the verifier to say. */
const bytesSchema = z.string().max(64 * 1024);

/** `POST /api/v1/quote`: the nonce is 32 bytes in lower-case hex. */
export const quoteRequestSchema = z.strictObject({
  request_nonce: z.string().regex(/^[0-9a-f]{64}$/, 'is not 64 lower-case hex digits'),
});

/** A fresh quote with the PCR values that it covers. `quote` is a TPMS_ATTEST, `signature` a TPMT_SIGNATURE. */
export const quoteAnswerSchema = z.strictObject({
  schema: z.literal('tpm-evidence/1'),
  request_nonce: z.string(),
  /** TPM2B_PUBLIC */
  ak_public: bytesSchema,
  quote: bytesSchema,
  signature: bytesSchema,
  pcr_values: z.record(z.string(), z.record(z.string(), z.string())),
  /** Of the boot's event log, which `GET /api/v1/event-log` gives; null where the host keeps none. */
  event_log_sha256: sha256Schema.nullable(),
});
export type QuoteAnswer = z.infer<typeof quoteAnswerSchema>;

/** `GET /api/v1/identity`: the keys of the host's TPM. */
export const identitySchema = z.strictObject({
  schema: z.literal('tpm-identity/1'),
  /** TPM2B_PUBLIC */
  ak_public: bytesSchema,
  ek_public: bytesSchema,
  /** DER, with whatever the TPM keeps behind it; null where the TPM has no certificate for this key. */
  ek_certificate: bytesSchema.nullable(),
});
export type Identity = z.infer<typeof identitySchema>;

/** `POST /api/v1/activate`: what TPM2_MakeCredential gives, to be opened by the endorsement key for the AK's Name. */
export const activationSchema = z.strictObject({
  /** TPM2B_ID_OBJECT */
  credential: bytesSchema,
  /** TPM2B_ENCRYPTED_SECRET */
  secret: bytesSchema,
});
export type Activation = z.infer<typeof activationSchema>;

/** The secret that was inside. */
export const activatedSchema = z.strictObject({ secret: bytesSchema });

/** Why an agent's answer is none: trying again, without a person changing anything, does not change it. */
export type AgentRefusal =
  | 'agent-unconfigured'
  | 'agent-refused'
  | 'malformed-evidence'
  | 'event-log-missing'
  | 'credential-refused'
  /** There is no such subject on the host, or it cannot be done with it. */
  | 'agent-unable';

/** What a host's agent made of a call. */
export type AgentAnswer<T> = { answer: T } | { reason: AgentRefusal; detail: string };

/** An artifact as it is sent: the report is there when the bytes have ended. */
export interface HostArtifact {
  bytes: AsyncIterable<Uint8Array>;
  /** Throws Fault `agent_broke_off` where the bytes ended without one: they are then no artifact. */
  report(): ArtifactReport;
}

/**
 * The agent on a protected host. It is believed in nothing: what it gives is evidence to be verified. Throws a
 * retryable Fault (`agent_unreachable`, `agent_timeout`, `agent_failing`) where it says nothing about its host.
 */
export interface HostAgent {
  quote(host: string, nonce: string, signal?: Cancellation): Promise<AgentAnswer<QuoteAnswer>>;
  /** The log of the host's boot, as its firmware wrote it. */
  eventLog(host: string, signal?: Cancellation): Promise<AgentAnswer<Uint8Array>>;
  identity(host: string): Promise<AgentAnswer<Identity>>;
  /** Freezes the subject, for good or by a lease, which is renewed by asking again; measured after acting. */
  freeze(
    host: string,
    subject: HostSubject,
    lease?: FreezeLease,
  ): Promise<AgentAnswer<FreezeAnswer>>;
  /** Lets it run again; as a holder, only what its lease holds. Measured after acting. */
  thaw(host: string, subject: HostSubject, holder?: string): Promise<AgentAnswer<FreezeAnswer>>;
  /** Takes a step on a subject, or undoes it; measured after acting. */
  contain(
    host: string,
    request: ContainRequest,
    signal?: Cancellation,
  ): Promise<AgentAnswer<ContainAnswer>>;
  /** The same measurement, without acting. */
  containState(
    host: string,
    request: ContainStateRequest,
    signal?: Cancellation,
  ): Promise<AgentAnswer<ContainAnswer>>;
  /** Blocks a source of traffic, or lets it through again; measured after acting. */
  block(
    host: string,
    request: BlockRequest,
    signal?: Cancellation,
  ): Promise<AgentAnswer<BlockAnswer>>;
  /** The same measurement, without acting. */
  blockState(
    host: string,
    request: BlockStateRequest,
    signal?: Cancellation,
  ): Promise<AgentAnswer<BlockAnswer>>;
  /** One collector's artifact, its bytes as they come. */
  capture(host: string, request: CaptureRequest): Promise<AgentAnswer<HostArtifact>>;
  /** The secret that the endorsement key found in the credential. */
  activate(host: string, activation: Activation): Promise<AgentAnswer<Uint8Array>>;
}
