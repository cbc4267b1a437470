import type { AlertFormatName } from '../../domain/alert.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AlertIntake } from '../../intake/alert-intake.ts';
import type { Detectors } from '../../intake/detectors.ts';
import type { Shifts } from '../../intake/shifts.ts';
import { refuse } from '../refuse.ts';
import { answersFor } from './answers.ts';
import { BeyondRate } from './beyond-rate.ts';
import type { AlertFormat } from './format.ts';
import { createRate, type Rate } from './rate.ts';
import { createRoom, type Room } from './room.ts';

/** Of bodies that are arriving: of the largest, many more than there are detectors. */
const BYTES_ARRIVING = 256 * 1024 * 1024;

/** Of those whose sender only the body will tell, so that strangers who send slowly keep nobody else out. */
const BYTES_UNPROVEN = 16 * 1024 * 1024;

/** Of bodies that are being read, which take some ten times as much while they are. */
const BYTES_OPEN = 32 * 1024 * 1024;

/** Where detectors come in: one for all listeners of a server, because its limits are the server's. */
export interface Door {
  intake: AlertIntake;
  detectors: Detectors;
  formats: readonly AlertFormat[];
  rate: Rate;
  /** Told of every call without a valid credential: in whose name it came. */
  refused: (source: string) => void;
  arriving: Room;
  unproven: Room;
  open: Room;
  /** For what is being read. */
  shifts: Shifts;
}

export interface DoorDeps extends Pick<
  Door,
  'intake' | 'detectors' | 'formats' | 'refused' | 'shifts'
> {
  now: () => number;
  /** Called once for each time that a principal has sent more than it may. */
  beyondRate: (principal: string) => void;
}

export function createDoor({ now, beyondRate, ...given }: DoorDeps): Door {
  return {
    ...given,
    rate: createRate(now, beyondRate),
    arriving: createRoom(BYTES_ARRIVING),
    unproven: createRoom(BYTES_UNPROVEN),
    open: createRoom(BYTES_OPEN),
  };
}

/** `extension-runtime` is `extension_runtime`. Null for no name at all; refuses with `not_found` any other. */
export function formatCalled(
  formats: readonly AlertFormat[],
  detector: string | undefined,
): AlertFormat | null {
  if (detector === undefined) return null;
  const name = detector.replaceAll('-', '_');
  const names = formats.map((format) => format.name).join(', ');
  return (
    formats.find((format) => format.name === name) ??
    refuse('not_found', `No format is called ${JSON.stringify(detector)}; known are ${names}`)
  );
}

/** Refuses with `format_not_allowed`. */
export function holdToFormat(
  { detectors }: Pick<Door, 'detectors'>,
  principal: Principal,
  format: AlertFormatName,
): void {
  if (detectors.maySend(principal, format)) return;
  refuse('format_not_allowed', `${principal.name} may not send alerts in the format ${format}`);
}

/** Throws `BeyondRate`. */
export function holdToRate(
  { detectors, rate }: Pick<Door, 'detectors' | 'rate'>,
  principal: Principal,
  format: AlertFormatName | null,
): void {
  const seconds = rate.wait(principal.name, detectors.rateOf(principal));
  if (seconds === 0) return;
  throw new BeyondRate(principal.name, answersFor(format).beyondRate, seconds);
}
