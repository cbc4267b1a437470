import type { BaselineChecks } from '../src/domain/baseline-check.ts';
import type { Command } from '../src/domain/ceremony.ts';
import type { Attestor } from '../src/domain/attestor.ts';
import type { Custodian } from '../src/domain/custodian.ts';
import type { HostAgent } from '../src/domain/host-agent.ts';
import type { EvidenceStore } from '../src/domain/evidence.ts';
import type { Occurrence } from '../src/domain/escalation.ts';
import type { InventorySource } from '../src/domain/inventory.ts';
import type { Ledger } from '../src/domain/ledger.ts';
import type { PersonCommand } from '../src/domain/messages.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { Role } from '../src/domain/principal.ts';
import type { TargetDriver } from '../src/domain/target.ts';

/** The outside, as the activities know it. The worker builds the adapters. */
export interface ActivityDeps {
  ledger: Ledger;
  targets: TargetDriver;
  attestor: Attestor;
  hostAgent: HostAgent;
  /** The policy in force. */
  policy(): Pick<Policy, 'digest' | 'attestation' | 'recovery'>;
  /** Whom an action of the ledger alerts, by the policy in force; undefined where nobody in particular. */
  alerted(action: string): Role | undefined;
  /** What there is, and what it can reach. */
  inventory: InventorySource;
  baseline: BaselineChecks;
  store: EvidenceStore;
  custodian: Custodian;
  /** Tells the class's counting workflow; starts it where there is none. */
  signalCounter(incidentClass: string, occurrence: Occurrence): Promise<void>;
  /** Exports the incident as a signed bundle and returns its bytes. */
  exportIncident(incidentId: string): Promise<Uint8Array>;
  /** Who is behind a signal's token, and that it was minted for this command on this incident. */
  verifySignalToken(
    token: string,
    purpose: { incident_id: string; command: Command },
  ): { accepted: true; person: PersonCommand } | { accepted: false; reason: string };
  /** 32 bytes that nobody can foretell. */
  random(): Uint8Array;
  now(): number;
}
