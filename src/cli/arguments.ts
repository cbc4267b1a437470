import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { incidentIdSchema } from '../domain/primitives.ts';

/** An argument that must fit a schema; what does not is a mistake in usage, and is never sent. */
export function fitting<T>(schema: z.ZodType<T>): (text: string) => T {
  return (text) => {
    const checked = schema.safeParse(text);
    if (checked.success) return checked.data;
    throw new InvalidArgumentError(checked.error.issues.map((issue) => issue.message).join('; '));
  };
}

export const incidentId = fitting(incidentIdSchema);

/** A whole number in a range, both ends included. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  const message = `must be a whole number from ${least} to ${most}`;
  const digits = z.string().regex(/^\d{1,9}$/, message);
  return fitting(digits.transform(Number).refine((n) => n >= least && n <= most, message));
}

const UNITS = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** A number of bytes, such as `1048576`, `512MiB` or `1GiB`, of at least `least`. */
export function byteCount(least: number): (text: string) => number {
  return (text) => {
    const [, digits, unit = ''] = /^(\d{1,15})(KiB|MiB|GiB)?$/.exec(text) ?? [];
    const bytes = Number(digits) * UNITS[unit as keyof typeof UNITS];
    if (bytes >= least) return bytes;
    throw new InvalidArgumentError(`must be a size like 512MiB, and at least ${least} bytes`);
  };
}

/** `name=value`, given any number of times. */
export function pair(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('must be name=value');
  return { ...earlier, [name]: value };
}
