import { expect, test } from 'vitest';
import { falco } from '../../../src/shim/alerts/falco.ts';
import { recogniseFormat } from '../../../src/shim/alerts/recognise.ts';

const EVENT = { rule: 'Terminal shell in container', priority: 'Notice', output: 'a shell' };

test('a document is of the first format that recognises it', () => {
  const greedy = { ...falco, name: 'cloudevents' as const, recognise: () => true };
  const formats = [falco, greedy];
  expect(recogniseFormat(EVENT, { headers: {} }, formats)).toEqual({ format: falco });
  expect(recogniseFormat([], { headers: {} }, formats)).toEqual({ format: greedy });
});

test('a document of no format names all that were tried', () => {
  expect(recogniseFormat({ hello: 1 }, { headers: {} }, [falco])).toEqual({ tried: ['falco'] });
});
