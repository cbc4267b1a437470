import type { Lost } from './spooled-record.ts';
import { createLineCutter, HEAD_BYTES } from './line-cutter.ts';
import type { LogFile } from './log-file.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Enough of a line to see when and about what it was. */
const SHOWN_CHARS = 256;

/** What is given up with a file that can be read for the last time. */
export async function countLost(file: LogFile, offset: number, why: string): Promise<Lost> {
  const cutter = createLineCutter(offset);
  const lost = { why, lines: 0, bytes: 0, first_line: '', last_line: '' };
  const note = (cuts: ReturnType<typeof cutter.cut>) => {
    for (const cut of cuts) {
      const bytes = cut.kind === 'lines' ? cut.bytes : cut.head;
      lost.lines += cut.kind === 'lines' ? cut.count : 1;
      if (lost.first_line === '') lost.first_line = shown(bytes.subarray(0, HEAD_BYTES));
      lost.last_line = shown(bytes.subarray(bytes.lastIndexOf('\n') + 1));
    }
  };
  for (;;) {
    const chunk = await file.read(offset + lost.bytes, CHUNK_BYTES);
    if (chunk.length === 0) break;
    lost.bytes += chunk.length;
    note(cutter.cut(chunk));
  }
  note(cutter.rest());
  return lost;
}

/** What is lost of which only this is known. */
export function uncounted(why: string, bytes: number | null = null): Lost {
  return { why, lines: null, bytes, first_line: '', last_line: '' };
}

function shown(bytes: Uint8Array): string {
  const [line = ''] = Buffer.from(bytes).toString('utf8').split('\n', 1);
  return line.slice(0, SHOWN_CHARS);
}
