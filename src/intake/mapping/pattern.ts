import { RE2JS } from '@bufbuild/re2';

/** Longer than what anybody can read, and short enough to be compiled at once. */
const MOST_CHARACTERS = 500;
/** `x{1000}` is short to write and long to run. */
const MOST_INSTRUCTIONS = 1_000;
/** Instructions over characters that take as long as a step does. */
const PER_STEP = 200;

/**
 * A compiled pattern keeps a state for each text that looked new to it, which whoever writes the text decides.
 * Compiling it anew after so many characters costs next to nothing.
 */
const FORGOTTEN_AFTER = 16_384;

/** The patterns of a policy, and of the one before it. */
const MOST_KEPT = 1_000;

interface Compiled {
  pattern: RE2JS;
  instructions: number;
  characters: number;
}

const kept = new Map<string, Compiled>();

/** RE2 takes a time that grows with the text, whatever stands in it. Throws for a pattern that is none. */
export function searches(text: string, pattern: string, spend: (steps: number) => void): boolean {
  const compiled = kept.get(pattern) ?? compile(pattern);
  spend(Math.ceil((text.length * compiled.instructions) / PER_STEP));
  compiled.characters += text.length;
  if (compiled.characters > FORGOTTEN_AFTER) kept.delete(pattern);
  return compiled.pattern.test(text);
}

/** What is wrong with a pattern; '' where nothing is. */
export function patternComplaint(pattern: string): string {
  if (pattern.length > MOST_CHARACTERS) {
    return `a pattern has more than ${MOST_CHARACTERS} characters`;
  }
  try {
    return compile(pattern).instructions > MOST_INSTRUCTIONS ? 'a pattern repeats too much' : '';
  } catch (error) {
    return `a pattern is none of RE2: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function compile(pattern: string): Compiled {
  const re2 = RE2JS.compile(pattern);
  const compiled = { pattern: re2, instructions: re2.re2().prog.numInst(), characters: 0 };
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(pattern, compiled);
  return compiled;
}
