import { styleText } from 'node:util';
import type { Severity } from '../../domain/severity.ts';

export type Style = 'plain' | 'dim' | 'bold' | 'good' | 'warning' | 'bad';
/** The text in a style, or as it is where there is no terminal to show one. */
export type Paint = (style: Style, text: string) => string;

const FORMATS = { dim: 'dim', bold: 'bold', good: 'green', warning: 'yellow', bad: 'red' } as const;

/** https://no-color.org: any value of NO_COLOR but the empty one turns colour off. */
export function painter(terminal: boolean, noColor: string | undefined): Paint {
  const plain = !terminal || (noColor !== undefined && noColor !== '');
  return (style, text) => {
    if (plain || style === 'plain' || text === '') return text;
    return styleText(FORMATS[style], text, { validateStream: false });
  };
}

export function severityStyle(severity: Severity): Style {
  const styles = { low: 'dim', medium: 'plain', high: 'warning', critical: 'bad' } as const;
  return styles[severity];
}

/** Of a state, or of the status of an action. */
export function statusStyle(status: string): Style {
  if (status === 'containment_failed' || status === 'failed') return 'bad';
  if (status === 'open' || status === 'partial' || status === 'planned') return 'warning';
  if (status === 'closed' || status === 'kept' || status === 'manual') return 'dim';
  return 'good';
}
