import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { collectMemory } from '../../src/agent/capture/memory.ts';
import { sealBytes } from '../../src/agent/capture/sealed-bytes.ts';
import { pin } from '../../src/agent/subjects/pinned-process.ts';

/** The whole way of a dump, alone in a process: says how much of what it was, and the most that it ever held, in bytes. */
const pinned = pin(Number(process.argv[2]));
if (pinned === null) throw new Error('there is no such process');
const recipients = [await identityToRecipient(await generateX25519Identity())];
const target = { processes: [pinned], cgroup: '', container: null, deadlineMs: Infinity };
const { bytes, verdict } = collectMemory(target);
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const { plain } = await sealBytes(bytes, recipients, nowhere);
const peak = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
const { completeness } = verdict();
process.stdout.write(JSON.stringify({ size: plain.size, completeness, peak: Number(peak) * 1024 }));
