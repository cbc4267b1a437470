import { describe, expect, it } from 'vitest';
import { tamperHost } from '../../src/range/client.ts';

describe('an order to the practice host', () => {
  it('may pass later where there has never been one', async () => {
    await expect(tamperHost('/nonexistent', 'nonce')).rejects.toMatchObject({
      code: 'range_unreachable',
      retryable: true,
    });
  });
});
