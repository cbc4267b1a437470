import { Command } from 'commander';
import type { BreakerStanding } from '../../domain/breaker.ts';
import type { Cli } from '../cli.ts';
import { counted } from '../text/counted.ts';
import type { Paint } from '../text/paint.ts';
import { type Cell, tableWithHead } from '../text/table.ts';
import { moment } from '../text/time.ts';

/** `breaker`: what was done without a person, and what is not any more. */
export function breakerCommand(cli: Cli): Command {
  const breaker = new Command('breaker').description(
    'show which actions have come to their limit, and have them counted anew',
  );
  breaker
    .command('show')
    .description('list what was counted of each action, and what is tripped')
    .action(async () => cli.print(await cli.api().guards.breaker(), standingTable));
  breaker
    .command('reset')
    .description('count anew; what is held stays held until somebody decides about it')
    .argument('[action]', 'as `cordon breaker show` names it; all where none is given', '')
    .action(async (action: string) =>
      cli.print(await cli.api().guards.resetBreaker(action), ({ reset }) =>
        reset === 0 ? 'Nothing was tripped; counting begins anew.' : `${reset} reset.`,
      ),
    );
  return breaker;
}

function standingTable({ tripped, counted: steps }: BreakerStanding, paint: Paint): string {
  const actions = new Set([...tripped, ...steps].map(({ action }) => action));
  const rows = [...actions].toSorted().map((action): Cell[] => {
    const count = steps.find((step) => step.action === action);
    const trip = tripped.find((one) => one.action === action);
    return [
      { text: action, style: 'bold' },
      counted(count?.subjects ?? 0, 'subject'),
      count === undefined ? '' : moment(count.last_at),
      trip === undefined
        ? ''
        : { text: `tripped ${moment(trip.tripped_at)}: ${trip.reason}`, style: 'bad' },
    ];
  });
  if (rows.length === 0) return 'Nothing was counted.';
  return tableWithHead(['action', 'counted', 'last', ''], rows, paint);
}
