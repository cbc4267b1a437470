import { randomUUID } from 'node:crypto';
import type { Captured } from '../../src/domain/activities.ts';
import type { Toucher } from '../../src/domain/custody.ts';
import type { EvidenceRef } from '../../src/domain/evidence.ts';
import type { Ledger } from '../../src/domain/ledger.ts';
import { TOOL } from '../../src/domain/tool.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { AT_MS, incidentId, recorded } from './admissions.ts';
import { CAPTURED } from './captures.ts';

export const DAY_MS = 86_400_000;
export const day = (days: number) => AT_MS + days * DAY_MS;
export const instant = (ms: number) => new Date(ms).toISOString();

/** Kept for ninety days, and memory for thirty. */
export const RETENTION = { until: instant(day(90)), memory_until: instant(day(30)) };

export const PLACE = { host: 'cordon-1', boot_id: 'a-boot', machine_id: 'a-machine' };

/** Ada, an operator, under a key that is new unless it is given. */
export function ada(why = 'the court asks for it', key = `custody/${randomUUID()}`): Toucher {
  const who = { name: 'ada', authority: 'operator' };
  return { key, at: instant(AT_MS), who, where: PLACE, why, how: { ...TOOL, options: '' } };
}

export function refOf(text: string, media_type = 'application/zstd'): EvidenceRef {
  return { sha256: sha256Hex(text), size: Buffer.byteLength(text), media_type };
}

/** The incident's capture of these, by collector, with a manifest; undated where `retention` is null. */
export async function captured(
  ledger: Pick<Ledger, 'log'>,
  incident: number | string,
  artifacts: Record<string, EvidenceRef>,
  retention: Captured['retention'] | null = RETENTION,
): Promise<void> {
  const manifest = refOf(`manifest of ${incident} ${Object.keys(artifacts).join()}`);
  const event = {
    type: 'captured',
    ...CAPTURED,
    artifacts: Object.entries(artifacts).map(([collector, ref]) => ({ collector, ...ref })),
    receipt: CAPTURED.receipt && { ...CAPTURED.receipt, manifest },
    ...(retention && { retention }),
  } as const;
  const id = typeof incident === 'number' ? incidentId(incident) : incident;
  await ledger.log.append(id, [recorded(`captured-${randomUUID()}`, event)]);
}
