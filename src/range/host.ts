import { z } from 'zod';
import { agentOn, type CallAgent } from './call-agent.ts';
import { strangeMeasurement } from './practice-boot.ts';
import { malformed, type RangeAnswer, type RangeHandler, type RangeService } from './service.ts';
import type { SoftwareTpm } from './software-tpm.ts';
import { orderTampering, quoteThrough, tampering, tamperSchema } from './tamper.ts';

/** What the practice host is made of, all of it already started. */
export interface HostParts {
  /** Null where this machine has no software for one. */
  tpm: Pick<SoftwareTpm, 'extend' | 'reset'> | null;
  /** The socket that the agent listens on. It takes the token of the host's door. */
  agentSocket: string;
  /** The cgroup of what the host is there to run; '' where this machine lets nobody make one. */
  workload: string;
  stop(): Promise<void>;
}

const HIGHEST_PCR = 23;

const tamperOrder = z.strictObject({ how: tamperSchema });
const extendOrder = z.strictObject({ pcr: z.int().min(0).max(HIGHEST_PCR) });

/** The practice host: a real agent, and somebody at its door who can meddle with what it answers. */
export function createHost({ tpm, agentSocket, workload }: HostParts, token: string): RangeService {
  const agent = agentOn(agentSocket, token);
  return {
    name: 'host',
    scope: [],
    effects: {},
    routes: {
      'POST /api/v1/quote': ({ body, lying }, store) =>
        lying ? { status: 200, body: {} } : quoteThrough(agent, store, body),
      ...passedOn(agent),
      'GET /range/host': (_call, store) => ({
        status: 200,
        body: { tampered: tampering(store), workload },
      }),
      'POST /range/tamper': obey(tamperOrder, ({ how }, store) => orderTampering(store, how)),
      'POST /range/extend': obey(extendOrder, ({ pcr }) => tpm?.extend(pcr, strangeMeasurement())),
      'POST /range/reset': obey(z.strictObject({}), () => tpm?.reset()),
    },
    acting: ['POST /api/v1/quote'],
    open: ['GET /health'],
    refusal: 401,
  };
}

function passedOn(agent: CallAgent): Record<string, RangeHandler> {
  return {
    'GET /health': () => agent('GET', '/health'),
    'GET /api/v1/identity': () => agent('GET', '/api/v1/identity'),
    'GET /api/v1/event-log': () => agent('GET', '/api/v1/event-log'),
    'POST /api/v1/activate': ({ body }) => agent('POST', '/api/v1/activate', body),
    'POST /api/v1/freeze': ({ body }) => agent('POST', '/api/v1/freeze', body),
    'POST /api/v1/thaw': ({ body }) => agent('POST', '/api/v1/thaw', body),
    'POST /api/v1/contain': ({ body }) => agent('POST', '/api/v1/contain', body),
    'POST /api/v1/contain/state': ({ body }) => agent('POST', '/api/v1/contain/state', body),
    'POST /api/v1/capture': ({ body }) => agent.pour('/api/v1/capture', body),
  };
}

function obey<T extends Record<string, unknown>>(
  schema: z.ZodType<T>,
  act: (order: T, store: Parameters<RangeHandler>[1]) => Promise<void> | void,
): RangeHandler {
  return async ({ body }, store): Promise<RangeAnswer> => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) return malformed(parsed.error);
    await act(parsed.data, store);
    return { status: 200, body: { ...parsed.data } };
  };
}
