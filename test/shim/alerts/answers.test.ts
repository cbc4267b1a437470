import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALERT_FORMATS, type AlertFormatName } from '../../../src/domain/alert.ts';
import { Fault } from '../../../src/domain/fault.ts';
import { reporterSchema } from '../../../src/domain/reporter.ts';
import { answersFor } from '../../../src/shim/alerts/answers.ts';
import { receiptSchema } from '../../../src/shim/alerts/receipt.ts';
import { PLAIN_FORMATS } from '../../support/plain-format.ts';
import { boot, failure, read, type Booted } from '../boot.ts';

/** By what each does with an answer: docs/detectors.md, "Answers". */
const REPEAT_5XX_ALONE: readonly AlertFormatName[] = ['alertmanager', 'grafana'];
const REPEAT_FOR_EVER: readonly AlertFormatName[] = ['opa'];

let shim: Booted;
beforeAll(async () => void (shim = await boot({}, PLAIN_FORMATS)));
afterAll(() => shim.stop());
beforeEach(() => Object.assign(shim.alerts, { taken: [], unread: [], failure: null }));

/** A sender of its own for each test, so that none is beyond its rate because of another. */
let senders = 0;
async function sender(rate: unknown = '100/s') {
  const name = `sender-${senders++}`;
  shim.reporters[name] = reporterSchema.parse({ classes: ['tool_call_burst'], rate });
  const wanted = { name, kind: 'reporter' as const, source: name, classes: [] };
  const { token } = await shim.principals.add({ ...wanted, roles: ['report'] }, 'test');
  const post = (path: string, body: unknown) =>
    shim.ask(`/api/v1/alerts${path}`, { token, body: JSON.stringify(body) });
  return { name, post };
}

const alertOf = (format: AlertFormatName) => ({ [format]: 'a' });

describe.each(ALERT_FORMATS)('a sender of %s', (format) => {
  it('is answered 200 where all of it was taken', async () => {
    const { post } = await sender();
    expect((await post(`/${format}`, alertOf(format))).status).toBe(200);
  });

  it('is answered 200, with what was refused, where parts of it were', async () => {
    const { post } = await sender();
    const response = await post(`/${format}`, [alertOf(format), { no: 'alert' }]);
    expect(response.status).toBe(200);
    const { refused, counts } = receiptSchema.parse(await read(response));
    expect(refused).toMatchObject([{ index: 1 }]);
    expect(counts.unreadable).toBe(1);
  });

  it('is answered so that it sends nothing in vain where none of it is an alert', async () => {
    const { post } = await sender();
    const response = await post(`/${format}`, [{ no: 'alert' }]);
    if (REPEAT_FOR_EVER.includes(format)) {
      expect(response.status).toBe(200);
      expect(shim.alerts.taken).toMatchObject([{ document: { alerts: [], refused: [{}] } }]);
    } else {
      expect(await failure(response)).toEqual([422, 'invalid_alert']);
      expect(shim.alerts.unread).toMatchObject([{ code: 'invalid_alert' }]);
    }
  });

  it('is answered so that it comes again where it has sent too much', async () => {
    const { post, name } = await sender({ per_second: 1, burst: 2 });
    expect((await post(`/${format}`, Array(3).fill(alertOf(format)))).status).toBe(200);
    const response = await post(`/${format}`, alertOf(format));
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    const status = REPEAT_5XX_ALONE.includes(format) ? 503 : 429;
    expect(await failure(response)).toEqual([status, 'beyond_rate']);
    await post(`/${format}`, alertOf(format));
    expect(shim.beyondRate.filter((principal) => principal === name)).toEqual([name]);
  });

  it('is answered 503 while the ledger is away', async () => {
    const { post } = await sender();
    shim.alerts.failure = new Fault('ledger_unavailable', 'It is away', { retryable: true });
    const response = await post(`/${format}`, alertOf(format));
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await failure(response)).toEqual([503, 'ledger_unavailable']);
  });
});

describe('a sender of whatever it is', () => {
  it('is answered 503 where it has sent too much, which all of them repeat', async () => {
    const { post } = await sender({ per_second: 1, burst: 1 });
    expect((await post('', [alertOf('trivy'), alertOf('trivy')])).status).toBe(200);
    const response = await post('', alertOf('trivy'));
    expect(await failure(response)).toEqual([503, 'beyond_rate']);
  });

  it('pays for bytes as for alerts', async () => {
    const { post } = await sender({ per_second: 1, burst: 10 });
    const large = { ...alertOf('trivy'), report: 'x'.repeat(100_000) };
    expect((await post('/trivy', large)).status).toBe(200);
    const response = await post('/trivy', alertOf('trivy'));
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(10);
    expect(response.status).toBe(429);
  });
});

describe('the documentation', () => {
  it('has the answers of each format', () => {
    const text = readFileSync(new URL('../../../docs/detectors.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| (`.+?) +\|.*\| (\d+) +\| (\d+) +\|$/gm)];
    const said = rows.flatMap(([, names = '', nothingReadable, beyondRate]) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [
        name,
        { nothingReadable: Number(nothingReadable), beyondRate: Number(beyondRate) },
      ]),
    );
    const done = ALERT_FORMATS.map((name) => [name, answersFor(name)]);
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(done));
  });
});
