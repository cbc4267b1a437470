import type { Engine } from './docker/engine.ts';

/** What of this host the agent may touch, and by what. */
export interface HostScope {
  /** Below which cgroups of version 2 subjects may be. */
  cgroups: readonly string[];
  /** Null where no container runtime is configured. */
  engine: Engine | null;
}
