import type { StoreStanding } from '../../src/domain/store-verdict.ts';

/** How a store stands that nobody has tried. */
export const UNTRIED: StoreStanding = {
  kind: 'local-directory',
  enforcing: false,
  checked_at: '',
};
