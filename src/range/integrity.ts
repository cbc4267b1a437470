import type { RangeService } from './service.ts';
import { setTrustState, showTrustState } from './trust-state.ts';

/** Watches files against their baseline; tells everyone how they are. */
export const integrity: RangeService = {
  name: 'integrity',
  scope: [],
  effects: {},
  routes: { 'GET /api/v1/state': showTrustState, 'POST /range/state': setTrustState },
  open: ['GET /api/v1/state'],
  refusal: 401,
};
