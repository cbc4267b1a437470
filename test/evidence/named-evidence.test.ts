import { expect, it } from 'vitest';
import { REDACTIONS } from '../../src/domain/redaction.ts';
import { evidenceNamedIn } from '../../src/evidence/named-evidence.ts';
import { ARTIFACT, bundled, readBundled, STORY, told } from './told.ts';

const digestsIn = (bytes: Uint8Array) =>
  evidenceNamedIn(readBundled(bytes)).map(({ sha256 }) => sha256);

const ref = (digit: string) => {
  return { sha256: digit.repeat(64), size: 1, media_type: 'application/json' };
};

it('names what was captured, proved and sealed, once each', () => {
  const { incident, entries } = told([
    ...STORY,
    ...STORY.slice(0, 2),
    ...STORY.flatMap((event) =>
      event.type === 'attestation' ? [{ ...event, evidence: ref('1') }] : [],
    ),
    { type: 'sealed', bundle: ref('2') },
  ]);
  const digests = digestsIn(bundled({ incidents: [incident], entries }));
  expect(digests).toEqual([ARTIFACT.sha256, '1'.repeat(64), '2'.repeat(64)]);
});

it('does not name what only a reporter names', () => {
  const evidence = { artifacts: [{ collector: 'x', ...ref('3') }], bundle: ref('3') };
  const { incident, entries } = told([], { evidence });
  expect(digestsIn(bundled({ incidents: [incident], entries }))).toEqual([]);
});

it('names nothing where the bundle is redacted', () => {
  expect(digestsIn(bundled({ redaction: REDACTIONS.full }))).toEqual([]);
});
