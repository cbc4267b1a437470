import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Holds so many MiB, half of which do not compress. */
const VICTIM = `
const held = [];
for (let i = 0; i < Number(process.argv[1]); i += 1)
  held.push(i % 2 === 0 ? require('crypto').randomBytes(1 << 20) : Buffer.alloc(1 << 20, 'agent'));
console.log('ready');
process.stdin.resume();
`;

/** A process to be captured from, once it holds what it is to hold. */
export async function startVictim(sizeMb: number): Promise<ChildProcess> {
  const victim = spawn(process.execPath, ['-e', VICTIM, String(sizeMb)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(victim.stdout, 'data');
  return victim;
}
