/**
 * Adds to package-lock.json the optional packages that npm could not look up where it was written; to be run after
 * every `npm install` that changes it. npm fetches such an entry by its name and version, without a checksum.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Lockfile, missingOptionals } from './lockfile.ts';

const PATH = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const OPERATING_SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

const lockfile: Lockfile = JSON.parse(readFileSync(PATH, 'utf8'));
const missing = missingOptionals(lockfile);
for (const { name, version, dev } of missing) {
  if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name}: ${version} is not one version`);
  const entry = { version, ...platformOf(name), ...(dev && { dev }), optional: true };
  lockfile.packages[`node_modules/${name}`] = entry;
}
const sorted = Object.entries(lockfile.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
lockfile.packages = Object.fromEntries(sorted);
writeFileSync(PATH, `${JSON.stringify(lockfile, null, 2)}\n`);
console.log(`package-lock.json: ${missing.length} optional packages added`);

/** What npm is to install a binary package for, read from its name: `…/binding-linux-arm64-musl`. */
function platformOf(name: string): { cpu: string[]; os: string[]; libc?: string[] } {
  const words = name.slice(name.indexOf('/') + 1).split(/[-.]/);
  const os = words.find((word) => OPERATING_SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  if (os === undefined || cpu === undefined) throw new Error(`${name}: for which platform?`);
  if (os !== 'linux') return { cpu: [cpu], os: [os] };
  const musl = words.some((word) => word.startsWith('musl'));
  return { cpu: [cpu], libc: [musl ? 'musl' : 'glibc'], os: [os] };
}
