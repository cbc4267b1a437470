/** A process that writes: `ledger-writer.ts <url> <first number> <count>`. Prints each id once it is acknowledged. */
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import { admission, recorded } from './admissions.ts';

const [url = '', first = '0', count = '0'] = process.argv.slice(2);
const IN_FLIGHT = 8;

const ledger = await openLedger({ url, mirrorPath: '' });
console.log('open');
const numbers = Array.from({ length: Number(count) }, (_, i) => Number(first) + i);
await Promise.all(Array.from({ length: IN_FLIGHT }, writeSome));
await ledger.close();

async function writeSome(): Promise<void> {
  for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
    const { incident } = await ledger.log.admit(admission(number, { key: `key-${number}` }));
    const alert = recorded('alert', { type: 'alert', message: 'written' });
    await ledger.log.append(incident.id, [alert]);
    console.log(incident.id);
  }
}
