import { z } from 'zod';
import { type BreakerStanding, breakerStandingSchema } from '../domain/breaker.ts';
import { type SafeMode, safeModeSchema } from '../domain/safe-mode.ts';
import type { Client } from './client.ts';

/** What the command asks of a server about what holds its automation back. */
export interface GuardsApi {
  breaker(): Promise<BreakerStanding>;
  /** Of one action, or ('') of all; how many were tripped. */
  resetBreaker(action: string): Promise<{ reset: number }>;
  safeMode(): Promise<SafeMode>;
  leaveSafeMode(): Promise<SafeMode>;
}

export function createGuardsApi(client: Client): GuardsApi {
  return {
    breaker: () => client.json({ method: 'GET', path: '/api/v1/breaker' }, breakerStandingSchema),
    safeMode: () => client.json({ method: 'GET', path: '/api/v1/safe-mode' }, safeModeSchema),
    leaveSafeMode: () =>
      client.json({ method: 'POST', path: '/api/v1/safe-mode/leave' }, safeModeSchema),
    resetBreaker: (action) => {
      const body = action === '' ? {} : { action };
      const request = { method: 'POST', path: '/api/v1/breaker/reset', body } as const;
      return client.json(request, z.looseObject({ reset: z.int() }));
    },
  };
}
