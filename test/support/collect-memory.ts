import { readFileSync } from 'node:fs';
import { collectMemory } from '../../src/agent/capture/memory.ts';
import { pin } from '../../src/agent/subjects/pinned-process.ts';

/** A collector alone in a process: says how much it read, and the most that it ever held, in bytes. */
const pinned = pin(Number(process.argv[2]));
const target = {
  processes: pinned === null ? [] : [pinned],
  cgroup: '',
  container: null,
  deadlineMs: Infinity,
};
let size = 0;
for await (const chunk of collectMemory(target).bytes) size += chunk.length;
const peak = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
process.stdout.write(JSON.stringify({ size, peak: Number(peak) * 1024 }));
