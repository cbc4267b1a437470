import { assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/domain/alert.ts';
import type { AlertFormat } from '../../src/shim/alerts/format.ts';
import { FORMATS } from '../../src/shim/alerts/formats.ts';
import { recogniseFormat } from '../../src/shim/alerts/recognise.ts';
import { alertsIn } from './alert-samples.ts';
import {
  HOSTILE_RUNS,
  NOTHINGS,
  expectSplitsHonestly,
  hostileDocuments,
} from './hostile-documents.ts';

const HERE = { headers: {} };

/** What is so of each format. The samples are documents of it, in which no alert is there twice. */
export function describeAlertFormat(format: AlertFormat, samples: readonly Json[]): void {
  describe(`a reader of what ${format.title} sends`, () => {
    test.each(samples.map((document) => ({ document })))(
      'recognises sample %#, and no other does before it',
      ({ document }) => {
        expect(recogniseFormat(document, HERE, FORMATS)).toStrictEqual({ format });
      },
    );

    test('makes the same of what is sent again, and something else of anything else', () => {
      const identities = identitiesIn(format, samples);
      expect(identitiesIn(format, structuredClone(samples))).toStrictEqual(identities);
      expect(new Set(identities).size).toBe(identities.length);
    });

    test('reads a list of them as it reads each', () => {
      const list = samples.flat();
      expect(identitiesIn(format, [list])).toStrictEqual(identitiesIn(format, samples));
    });

    test.each(NOTHINGS.map((document) => ({ document })))(
      'makes nothing of $document',
      ({ document }) => {
        expect(format.recognise(document, HERE)).toBe(false);
        expect(format.split(document, HERE).alerts).toStrictEqual([]);
      },
    );

    test('throws at nothing, and gives only alerts that are some', () => {
      assert(
        property(hostileDocuments(samples), (document) => expectSplitsHonestly(format, document)),
        HOSTILE_RUNS,
      );
    });
  });
}

function identitiesIn(format: AlertFormat, documents: readonly Json[]): string[] {
  return documents.flatMap((document) =>
    alertsIn(format, document).map(({ identity }) => JSON.stringify(identity)),
  );
}
