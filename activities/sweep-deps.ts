import type { ClockReading } from '../src/domain/custody-clock.ts';
import type { PlaceOfCustody } from '../src/domain/custody.ts';
import type { EvidenceRetention, EvidenceStore } from '../src/domain/evidence.ts';
import type { Ledger } from '../src/domain/ledger.ts';
import type { SigningKey } from '../src/evidence/signing-key.ts';
import type { VerifyTimestamp } from '../src/evidence/timestamp.ts';

/** Something that is not as it was kept. */
export interface Violation {
  /** The same for the same finding, however often it is found. */
  key: string;
  description: string;
  evidence: Record<string, string>;
}

/** The outside, as the sweeps know it. */
export interface SweepDeps {
  ledger: Pick<Ledger, 'keeping' | 'expiry' | 'rota' | 'custodyClock' | 'sweeps' | 'register'>;
  store: EvidenceStore & EvidenceRetention;
  signingKey: SigningKey;
  /** Null where no time-stamping authority is trusted. */
  verifyTimestamp: VerifyTimestamp | null;
  place: PlaceOfCustody;
  /** The clocks of this machine, now. */
  readClocks(): ClockReading;
  /** Walks the chain, the register and the signed checkpoints. */
  walkLedger(): Promise<
    | { valid: true; count: number }
    | { valid: false; reason: string; detail: string; at_seq?: number; incident_id?: string }
  >;
  /** Opens an incident, once; false where the policy has no class for it. */
  reportViolation(violation: Violation): Promise<boolean>;
  log: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  now(): number;
}
