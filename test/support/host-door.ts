import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { startAgent } from '../../src/agent/agent.ts';
import { createAgentHandler } from '../../src/agent/handler.ts';
import {
  ARTIFACT_TRAILER,
  artifactReportSchema,
  type ArtifactReport,
  type Collector,
} from '../../src/domain/host-capture.ts';
import type { HostSubject } from '../../src/domain/host-subject.ts';
import { callSocket, jsonOf, stillTpm } from '../agent/ports.ts';

export const TOKEN = 'f'.repeat(64);

/** Time enough for any capture of a test. */
const DEADLINE_MS = 20_000;

export interface Captured {
  status: number;
  bytes: Buffer;
  report: ArtifactReport | null;
}

interface CaptureWish {
  recipients?: string[];
  deadline_ms?: number;
  signal?: AbortSignal;
}

/** An agent behind its real door, and how those who have its token call it. */
export interface HostDoor {
  /** Status and document. `route`: `freeze`, `contain` and so on; `more`: the rest of the body. */
  act(
    route: string,
    subject: HostSubject,
    more?: object,
  ): Promise<[number, Record<string, unknown>]>;
  /** Rejects where the body breaks off. */
  capture(subject: HostSubject, collector: Collector, wish?: CaptureWish): Promise<Captured>;
  /** Where it listens. */
  socket: string;
  complaints: unknown[];
  close(): Promise<void>;
}

export interface DoorOptions {
  captureProgram?: string;
  runtimeSocket?: string;
  /** Below which an earlier agent has kept its records. */
  stateDirectory?: string;
  isEdge?: boolean;
}

export async function openHostDoor(
  cgroups: readonly string[],
  { captureProgram, runtimeSocket = '', stateDirectory, isEdge = false }: DoorOptions = {},
): Promise<HostDoor> {
  const folder = mkdtempSync(join(tmpdir(), 'h-'));
  const complaints: unknown[] = [];
  const handler = createAgentHandler({
    tpm: stillTpm(),
    selection: [{ bank: 'sha256', pcrs: [0] }],
    eventLog: async () => null,
    token: () => TOKEN,
    complain: ({ err }) => complaints.push(err),
    host: {
      ...{
        cgroups,
        runtimeSocket,
        stateDirectory: stateDirectory ?? join(folder, 'state'),
        isEdge,
      },
      ...(captureProgram !== undefined && { captureProgram }),
    },
  });
  const agent = await startAgent({ bind: { path: join(folder, 's') }, handler });
  return {
    act: (route, subject, more) => actOn(agent.address, route, subject, more),
    capture: (subject, collector, wish) => captureFrom(agent.address, subject, collector, wish),
    socket: agent.address,
    complaints,
    close: async () => {
      await agent.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The same for any door of this kind, whichever process is behind it. */
export async function actOn(
  socket: string,
  route: string,
  subject: HostSubject,
  more: object = {},
): Promise<[number, Record<string, unknown>]> {
  const body = JSON.stringify({ subject, ...more });
  const reply = await callSocket(socket, `POST /api/v1/${route}`, { token: TOKEN, body });
  return [reply.status, jsonOf(reply)];
}

/** The lines of an artifact that was not encrypted. */
export function linesOf({ bytes }: Captured): Record<string, unknown>[] {
  const text = zstdDecompressSync(bytes).toString('utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Rejects where the body breaks off. */
export function captureFrom(
  socketPath: string,
  subject: HostSubject,
  collector: Collector,
  { recipients = [], deadline_ms = DEADLINE_MS, signal }: CaptureWish = {},
): Promise<Captured> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const options = { socketPath, agent: false as const, method: 'POST', path: '/api/v1/capture' };
  return new Promise((resolve, reject) => {
    const call = request({ ...options, headers, ...(signal && { signal }) });
    call.on('error', reject);
    call.on('response', (response) => {
      const answered = (chunks: Buffer[]) => {
        const report = reportIn(response.trailers[ARTIFACT_TRAILER]);
        resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(chunks), report });
      };
      response.toArray().then(answered, reject);
    });
    call.end(JSON.stringify({ subject, collector, deadline_ms, recipients }));
  });
}

function reportIn(trailer: string | undefined): ArtifactReport | null {
  if (trailer === undefined) return null;
  return artifactReportSchema.parse(JSON.parse(Buffer.from(trailer, 'base64url').toString()));
}
