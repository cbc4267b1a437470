import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestCgroup, makeCgroup } from './cgroup.ts';
import { eventually } from './eventually.ts';
import { runVictim } from './victims.ts';

/** It forks and ends, and its child does the same: none of it is there for long enough to be stopped one by one. */
const SCRIPT = 'echo >> "$1"; sh -c "$2" hydra "$1" "$2" & exit';

const ENOUGH_HOPS = 25;

/** A chain of processes that fork and end. */
export interface Hydra {
  cgroup: TestCgroup;
  /** Forks so far. */
  hops(): number;
  /** Resolves once it has forked often enough that any other would have, too. */
  hopOn(): Promise<void>;
  remove(): Promise<void>;
}

export async function startHydra(cgroup = makeCgroup()): Promise<Hydra> {
  const folder = mkdtempSync(join(tmpdir(), 'hydra-'));
  const file = join(folder, 'hops');
  await runVictim(SCRIPT, { cgroup, args: [file, SCRIPT] });
  const hops = () => (existsSync(file) ? statSync(file).size : 0);
  const hopOn = async () => {
    const before = hops();
    await eventually(hops, (now) => now >= before + ENOUGH_HOPS);
  };
  return {
    cgroup,
    hops,
    hopOn,
    remove: async () => {
      await cgroup.remove();
      rmSync(folder, { recursive: true });
    },
  };
}
