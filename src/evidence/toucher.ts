import { randomUUID } from 'node:crypto';
import type { Toucher } from '../domain/custody.ts';
import { instantOf } from '../domain/instant.ts';
import { TOOL } from '../domain/tool.ts';

interface About extends Pick<Toucher, 'who' | 'where' | 'why'> {
  /** Epoch ms, by the wall clock. */
  at_ms: number;
  /** How the tool was asked to; '' where there is nothing to be chosen. */
  options?: string;
}

/** A touch by us that is about to be. Its key is its own: bytes that are given out again are on record again. */
export function toucher({ at_ms, options = '', ...about }: About): Toucher {
  const how = { ...TOOL, options };
  return { key: `custody/${randomUUID()}`, at: instantOf(at_ms), ...about, how };
}
