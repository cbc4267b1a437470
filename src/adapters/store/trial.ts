import type { EvidenceRetention, EvidenceStore } from '../../domain/evidence.ts';
import type { StoreKind } from '../../domain/store-verdict.ts';

/** A store of evidence that lets itself be tried. */
export interface TriedStore extends EvidenceStore, EvidenceRetention {
  trial: Trial;
  close(): Promise<void>;
}

/** What a store offers to the canary: an object kept like evidence, and everything that could be done to it. */
export interface Trial {
  kind: StoreKind;
  /** Whether it is set up to refuse: one that then does not is at fault, and the others are as they were meant. */
  claims: boolean;
  attempts: readonly Attempt[];
  /** Keeps these bytes the way evidence is kept, for the shortest time. Throws Faults. */
  plant(bytes: Uint8Array): Promise<Planted>;
  /** What nobody can try here, and why. */
  beyond: readonly { attempt: string; detail: string }[];
}

export interface Attempt {
  name: string;
  /** Whether a store that was not tried so cannot be called enforcing. */
  required: boolean;
  /** The refusal proves something only if the object could be removed afterwards. */
  provenByRemoval: boolean;
}

export interface Planted {
  attempt(name: string, stopping: AbortSignal): Promise<Outcome>;
  /** '' while it is as it was kept: its bytes, and until when; else what is wrong. */
  harm(): Promise<string>;
  /** '' when it is gone, else why it is not. For tidying up: it does what is allowed. */
  remove(): Promise<string>;
}

/** `inconclusive`: neither done nor refused for the reason that counts. Throws Faults where nothing was answered. */
export interface Outcome {
  outcome: 'refused' | 'done' | 'inconclusive';
  /** Of no secrets and no names of people: anyone may read it. */
  detail: string;
}
