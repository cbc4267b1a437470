import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { verifyQuote } from '../../../src/evidence/tpm/quote.ts';
import { bootLog } from './event-log-bytes.ts';
import { documentOf, type QuoteDocument } from './vectors.ts';

type Path = readonly string[];

/** Accepted, and with every member that a document may have. */
function complete(): QuoteDocument {
  const document = documentOf('a reset where a reset is asked for');
  document.policy.require_clock_safe = true;
  document.policy.require_event_log = true;
  document.evidence.event_log = bootLog(['sha256']).toString('base64');
  return document;
}

function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) yield* pathsOf(member, [...path, name]);
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((found, name) => Reflect.get(Object(found), name), value);
}

/** The document with what is at the path put in its place, or taken away. */
function changed(path: Path, change: (parent: object, name: string) => unknown): unknown {
  const box = { document: complete() };
  const whole = ['document', ...path];
  change(Object(at(box, whole.slice(0, -1))), whole.at(-1) ?? '');
  return box.document;
}

function replaced(path: Path, value: unknown): unknown {
  return changed(path, (parent, name) => Reflect.set(parent, name, value));
}

/** Accepted ones among the candidates, each as `path = value`. */
function survivors(candidates: Iterable<readonly [what: string, input: unknown]>): string[] {
  return [...candidates].flatMap(([what, input]) => (verifyQuote(input).accepted ? [what] : []));
}

const paths = [...pathsOf(complete())];

describe('the document', () => {
  it('is accepted as it is', () => {
    expect(verifyQuote(complete())).toMatchObject({ accepted: true });
  });

  it('may only lack what the policy then does not ask for', () => {
    const lacking = paths.slice(1).map((path) => {
      const input = changed(path, (parent, name) => Reflect.deleteProperty(parent, name));
      return [path.join('.'), input] as const;
    });
    expect(survivors(lacking)).toEqual([
      'policy.require_reset_count_above',
      'policy.require_event_log',
    ]);
  });

  it('takes no other value anywhere but where it would be a good one', () => {
    const others = [null, 0, '', [], {}, true, 'x', -1, 0.5, 2 ** 32];
    const candidates = paths.flatMap((path) =>
      others
        .filter((other) => !isDeepStrictEqual(at(complete(), path), other))
        .map(
          (other) =>
            [`${path.join('.')} = ${JSON.stringify(other)}`, replaced(path, other)] as const,
        ),
    );
    expect(candidates.length).toBeGreaterThan(400);
    expect(survivors(candidates)).toEqual([
      'enrolment.ak_qualified_name = null',
      'enrolment.firmware_version = null',
      // A reset later than none at all, whatever was counted before.
      'policy.require_reset_count_above = 0',
      'last_accepted = null',
      'last_accepted.reset_count = 0',
    ]);
  });

  it('has no member that is not known', () => {
    const objects = paths.filter((path) => !Array.isArray(at(complete(), path)));
    const candidates = objects
      .filter((path) => typeof at(complete(), path) === 'object')
      .flatMap((path) =>
        ['unknown', '__proto__', 'constructor', ''].map((name) => {
          const value = Object.defineProperty({}, name, { value: {}, enumerable: true });
          const spread = Object.defineProperties(
            value,
            Object.getOwnPropertyDescriptors(at(complete(), path)),
          );
          return [`${path.join('.')}.${name}`, replaced(path, spread)] as const;
        }),
      );
    expect(candidates.length).toBeGreaterThan(40);
    expect(survivors(candidates)).toEqual([]);
  });

  it.each([undefined, null, 0, '', 'x', true, [], {}, () => {}, Symbol('x'), 1n, NaN])(
    'is refused where it is no document: %o',
    (input) => {
      expect(verifyQuote(input)).toMatchObject({ accepted: false, reason: 'malformed-evidence' });
    },
  );

  it('is refused where it throws when it is read', () => {
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new RangeError('no');
        },
      },
    );
    expect(verifyQuote(hostile)).toMatchObject({ reason: 'malformed-evidence' });
    expect(verifyQuote({ ...complete(), evidence: hostile })).toMatchObject({
      reason: 'malformed-evidence',
    });
  });
});

describe('the encoding', () => {
  const cases: [what: string, path: Path, change: (text: string) => string][] = [
    ['base64 without its padding', ['evidence', 'quote'], (text) => text.replace(/=+$/, '')],
    ['base64 for the web', ['evidence', 'signature'], () => '-_-_'],
    ['base64 with a line break', ['evidence', 'ak_public'], (text) => `${text}\n`],
    ['base64 with bits behind its end', ['evidence', 'signature'], () => 'AB=='],
    ['a quote too long', ['evidence', 'quote'], () => 'AAAA'.repeat(1_366)],
    ['a signature too long', ['evidence', 'signature'], () => 'AAAA'.repeat(683)],
    ['upper-case hex', ['evidence', 'pcr_values', 'sha256', '0'], (text) => text.toUpperCase()],
    ['hex behind 0x', ['evidence', 'pcr_values', 'sha256', '0'], (text) => `0x${text}`],
    ['half a byte', ['evidence', 'pcr_values', 'sha256', '0'], (text) => text.slice(1)],
  ];

  it.each(cases)('of evidence is refused: %s', (_what, path, change) => {
    const input = replaced(path, change(String(at(complete(), path))));
    expect(verifyQuote(input)).toMatchObject({ reason: 'malformed-evidence' });
  });

  it('of values is refused where they are a list, though its indexes are right', () => {
    const input = documentOf('a quote over many PCRs');
    const { sha256 = {} } = input.evidence.pcr_values;
    const evidence = { ...input.evidence, pcr_values: { sha256: Object.values(sha256) } };
    expect(verifyQuote(input)).toMatchObject({ accepted: true });
    expect(verifyQuote({ ...input, evidence })).toMatchObject({ reason: 'malformed-evidence' });
  });

  it.each(['00', '+0', '-0', '0x0', ' 0', '1e1', '100', 'toString'])(
    'of a PCR index is refused: %s',
    (index) => {
      const input = complete();
      const { sha256 = {} } = input.evidence.pcr_values;
      input.evidence.pcr_values['sha256'] = { ...sha256, [index]: '00'.repeat(32) };
      expect(verifyQuote(input)).toMatchObject({ reason: 'malformed-evidence' });
    },
  );

  it.each(['SHA256', 'sha-256', 'toString', 'sm3_256'])('of a bank is refused: %s', (bank) => {
    const input = complete();
    input.evidence.pcr_values[bank] = {};
    expect(verifyQuote(input)).toMatchObject({ reason: 'malformed-evidence' });
  });

  it.each<[string, Path, unknown]>([
    ['a clock in hex', ['last_accepted', 'clock'], '0x10'],
    ['a clock of more than 64 bits', ['last_accepted', 'clock'], String(2n ** 64n)],
    ['a clock that is a number', ['last_accepted', 'clock'], 10],
    ['a negative clock', ['last_accepted', 'clock'], '-1'],
    ['firmware in decimal', ['enrolment', 'firmware_version'], '10'],
    ['firmware of more than 64 bits', ['enrolment', 'firmware_version'], `0x1${'0'.repeat(16)}`],
    ['a Name of an odd length', ['enrolment', 'ak_name'], '000b00'],
  ])('of our own records is refused: %s', (_what, path, value) => {
    expect(verifyQuote(replaced(path, value))).toMatchObject({ reason: 'policy-invalid' });
  });

  it('of a nonce is refused where it is not of 32 bytes', () => {
    for (const nonce of ['ab'.repeat(31), 'ab'.repeat(33), 'AB'.repeat(32)]) {
      const input = replaced(['challenge', 'nonce'], nonce);
      expect(verifyQuote(input)).toMatchObject({ reason: 'nonce-unknown' });
    }
  });
});

describe('a policy', () => {
  it.each<[string, Path, unknown]>([
    ['asks for nothing', ['policy', 'pcr_selection'], []],
    ['asks for a bank without PCRs', ['policy', 'pcr_selection', '0', 'pcrs'], []],
    ['trusts SHA-1', ['policy', 'pcr_selection', '0', 'bank'], 'sha1'],
    ['asks for a PCR that can be reset', ['policy', 'pcr_selection', '0', 'pcrs'], [0, 16]],
    ['has no golden value for a PCR', ['policy', 'golden_pcrs'], { sha256: {} }],
    ['has golden values in upper case', ['policy', 'golden_pcrs', 'sha256', '0'], 'AB'.repeat(32)],
    ['has a golden value too short', ['policy', 'golden_pcrs', 'sha256', '0'], 'ab'.repeat(31)],
    [
      'takes a PCR that was never extended',
      ['policy', 'golden_pcrs', 'sha256', '7'],
      'ff'.repeat(32),
    ],
  ])('is refused that %s', (_what, path, value) => {
    expect(verifyQuote(replaced(path, value))).toMatchObject({ reason: 'policy-invalid' });
  });
});
