import { pino, type Logger } from 'pino';

/** What must never be printed, wherever it turns up. */
const SECRETS = ['token', 'authorization', 'password', '*.token', '*.authorization', '*.password'];

/** Kept for a log that cannot be written for a moment. */
const MOST_UNWRITTEN_CHARS = 1024 * 1024;

/** JSON lines on standard error: standard output belongs to what a command answers. */
export function createLog(level: string, name: string): Logger {
  const out = pino.destination({ fd: 2, sync: true, maxLength: MOST_UNWRITTEN_CHARS });
  // A full disk below the log must not end the process that contains incidents; what cannot be written is dropped.
  out.on('error', () => {});
  return pino({ name, level, redact: { paths: SECRETS, censor: '…' } }, out);
}
