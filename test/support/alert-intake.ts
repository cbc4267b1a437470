import type { AlertFormatName, SplitDocument } from '../../src/domain/alert.ts';
import type { Fault } from '../../src/domain/fault.ts';
import type { AlertIntake, Delivery } from '../../src/intake/alert-intake.ts';

export interface Taken {
  principal: string;
  delivery: Delivery;
  format: AlertFormatName;
  document: SplitDocument;
}

/** Stands in for the intake over the ledger: what it was given is in `taken` and `unread`, unless `failure` is set. */
export function createAlertIntake() {
  const state = {
    failure: null as Fault | null,
    taken: [] as Taken[],
    unread: [] as { principal: string; delivery: Delivery; code: string }[],
  };
  const intake: AlertIntake = {
    take: async ({ name: principal }, delivery, format, document) => {
      if (state.failure) throw state.failure;
      state.taken.push({ principal, delivery, format, document });
      const { alerts, refused, disagreements } = document;
      return {
        delivery: delivery.sha256,
        format,
        alerts: alerts.map(({ title }, index) => {
          return { index, title, outcome: 'unmatched', rule: '', incident_id: '', reason: '' };
        }),
        refused,
        disagreements,
      };
    },
    keepUnread: async ({ name: principal }, delivery, code) => {
      if (state.failure) throw state.failure;
      state.unread.push({ principal, delivery, code });
    },
  };
  return Object.assign(state, { intake });
}
