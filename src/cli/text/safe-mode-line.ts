import type { SafeMode } from '../../domain/safe-mode.ts';
import type { Paint } from './paint.ts';
import { moment } from './time.ts';

/** What stands above everything else while safe mode is on; '' while it is off. */
export function safeModeLine({ on, since, holders }: SafeMode, paint: Paint): string {
  if (!on) return '';
  const held =
    holders.length === 0
      ? 'held by no incident any more: cordon safe-mode leave'
      : `held by ${holders.join(', ')}`;
  return paint('bad', `SAFE MODE since ${moment(since)}: agents get no new work; ${held}`);
}

/** The screen, below the line where there is one. */
export function underSafeMode(now: SafeMode | null, screen: string, paint: Paint): string {
  const line = now === null ? '' : safeModeLine(now, paint);
  return line === '' ? screen : `${line}\n${screen}`;
}
