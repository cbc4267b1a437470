import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CAPTURE = new URL('../../src/agent/capture/capture-in-child.ts', import.meta.url);

/** A program that captures as the agent's own does, with one collector, `processes`, whose bytes are given as source. */
export function captureProgram(folder: string, bytes: string, notes = '[]'): string {
  const path = join(folder, `program-${process.hrtime.bigint()}.mjs`);
  const source = `
    import { readFileSync } from 'node:fs';
    import { captureInChild } from '${CAPTURE}';
    async function* bytes(target) { ${bytes} }
    const verdict = () => ({ completeness: 'complete', reason: '', notes: ${notes} });
    const collect = (target) => ({ mediaType: 'text/plain', bytes: bytes(target), verdict });
    await captureInChild({ processes: async () => collect });
  `;
  writeFileSync(path, source);
  return path;
}
