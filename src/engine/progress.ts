/** Often enough that a person sees it is alive, seldom enough to keep the screen. */
const REPORT_EVERY_MS = 5_000;

/** Says `describe(elapsed seconds)` every few seconds while `work` runs. */
export async function withProgress<T>(
  say: (line: string) => void,
  describe: (seconds: number) => string,
  work: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const ticker = setInterval(() => say(describe(seconds())), REPORT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(ticker);
  }
}
