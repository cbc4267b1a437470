import { z } from 'zod';
import { malformed, type RangeHandler } from './service.ts';
import type { RangeStore } from './store.ts';

const trustStateSchema = z.enum(['trusted', 'degraded', 'failed']);
export type TrustState = z.infer<typeof trustStateSchema>;

/** How well the practice host is; remembered, so that a restart does not heal it. */
export function trustState(store: RangeStore): TrustState {
  return trustStateSchema.parse(store.setting('state') ?? 'trusted');
}

export const showTrustState: RangeHandler = (_call, store) => ({
  status: 200,
  body: { state: trustState(store) },
});

/** `{"state": "trusted" | "degraded" | "failed"}` */
export const setTrustState: RangeHandler = ({ body }, store) => {
  const parsed = z.strictObject({ state: trustStateSchema }).safeParse(body);
  if (!parsed.success) return malformed(parsed.error);
  store.set('state', parsed.data.state);
  return { status: 200, body: parsed.data };
};
