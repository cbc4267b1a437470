/** The last is what an open file of a removed cgroup answers. */
const GONE: readonly unknown[] = ['ENOENT', 'ESRCH', 'ENODEV'];

/** What `read` gives; null where what it reads has ended or was removed meanwhile, as all below /proc can at any time. */
export function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (GONE.includes(errorCode(error))) return null;
    throw error;
  }
}

/** `ENOENT` and its like; undefined for what no system call has thrown. */
export function errorCode(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
