import { describe, expect, it } from 'vitest';
import { listensTo } from '../../../src/adapters/notify/notification.ts';
import type { LedgerEntry } from '../../../src/domain/ledger-entry.ts';
import type { Webhook } from '../../../src/domain/policy.ts';
import { AT, incidentId } from '../../support/admissions.ts';

const WEBHOOK: Webhook = {
  ...{ name: 'pager', url: 'https://hooks.example/', secret_file: 'keys/pager' },
  ...{ events: ['contained'], min_severity: 'low', timeout: 5_000 },
};
const BACKUP: Webhook = { ...WEBHOOK, alerts: ['backup_contact'] };

function alert(to?: { role: string; persons: string[] }): LedgerEntry {
  const place = { seq: 1, prev_hash: '0'.repeat(64), hash: '1'.repeat(64), at: AT };
  const about = { incident_id: incidentId(1), key: 'alert/a', actor: 'cordon', type: 'alert' };
  return { ...place, ...about, body: { message: 'critical', ...(to && { to }) } };
}

describe('a webhook', () => {
  it('that is the backup contact’s is told when one is alerted, beside its events', () => {
    const forBackup = alert({ role: 'backup_contact', persons: ['bea'] });
    expect(listensTo(BACKUP, forBackup)).toBe(true);
    expect(listensTo(BACKUP, { ...forBackup, type: 'contained', body: {} })).toBe(true);
    expect(listensTo(WEBHOOK, forBackup)).toBe(false);
  });

  it('is not told of alerts for others, nor for nobody in particular', () => {
    expect(listensTo(BACKUP, alert({ role: 'forensic', persons: ['fay'] }))).toBe(false);
    expect(listensTo(BACKUP, alert())).toBe(false);
  });
});
