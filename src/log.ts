import { pino, type Logger } from 'pino';

/** What must never be printed, wherever it turns up. */
const SECRETS = ['token', 'authorization', 'password', '*.token', '*.authorization', '*.password'];

/** JSON lines on standard error: standard output belongs to what a command answers. */
export function createLog(level: string, name: string): Logger {
  return pino({ name, level, redact: { paths: SECRETS, censor: '…' } }, pino.destination(2));
}
