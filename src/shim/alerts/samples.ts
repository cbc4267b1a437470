import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { Alert, AlertFormatName } from '../../domain/alert.ts';
import type { DetectorRules } from '../../domain/detector-rules.ts';
import type { CheckedSamples, Deviation } from '../../intake/alert-explanation.ts';
import { mapAlert } from '../../intake/mapping/map-alert.ts';
import { rulesAsWritten } from '../../intake/policy-detectors.ts';
import { detectorFiles, type PolicySource } from '../../intake/policy-source.ts';
import { documentsOf } from './documents.ts';
import { FORMATS } from './formats.ts';
import { recogniseFormat } from './recognise.ts';

/** Beside the file of rules that names them. */
const SAMPLES = 'samples';

/** As forwarders and detectors send what files of these names hold. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
};

/** '' where the name does not say: the text does. */
export function contentTypeOf(file: string): string {
  return CONTENT_TYPES[extname(file).toLowerCase()] ?? '';
}

/** Tries the rules of a policy, or those of one format, on the samples that they name. */
export async function checkSamples(
  source: PolicySource,
  only: AlertFormatName | null,
): Promise<CheckedSamples> {
  const detectors = rulesAsWritten(source);
  const checked: CheckedSamples = { samples: 0, alerts: 0, deviations: [] };
  for (const [format, { path }] of detectorFiles(source)) {
    const rules = only === null || only === format ? detectors[format] : undefined;
    for (const sample of rules?.samples ?? []) {
      if (rules === undefined) continue;
      const found = await alertsIn(join(dirname(path), SAMPLES, sample.file), format);
      const here = { format, sample: sample.file };
      checked.samples += 1;
      checked.alerts += found.alerts.length;
      checked.deviations.push(
        ...found.problems.map((problem) => ({ ...here, ...WHOLE, ...problem })),
        ...deviations(sample.falls_under, found.alerts, rules).map((d) => ({ ...here, ...d })),
      );
    }
  }
  return checked;
}

const WHOLE = { alert: -1, title: '' };

type Problem = Pick<Deviation, 'expected' | 'found'>;

async function alertsIn(
  path: string,
  format: AlertFormatName,
): Promise<{ alerts: Alert[]; problems: Problem[] }> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) {
    return { alerts: [], problems: [{ expected: 'a file', found: 'nothing that can be read' }] };
  }
  const envelope = { headers: { 'content-type': contentTypeOf(path) } };
  const { documents, refused } = documentsOf(text, contentTypeOf(path));
  const problems = refused.map(({ reason }) => ({ expected: 'a document', found: reason }));
  const alerts = documents.flatMap((document) => {
    const recognised = recogniseFormat(document, envelope, FORMATS);
    const name = 'format' in recognised ? recognised.format.name : 'no format';
    if (name !== format) problems.push({ expected: format, found: name });
    const reader = FORMATS.find((candidate) => candidate.name === format);
    return reader?.split(document, envelope).alerts ?? [];
  });
  return { alerts, problems };
}

function deviations(
  expected: readonly string[],
  alerts: readonly Alert[],
  rules: DetectorRules,
): Omit<Deviation, 'format' | 'sample'>[] {
  const places = Array.from({ length: Math.max(expected.length, alerts.length) }, (_, at) => at);
  return places.flatMap((at) => {
    const alert = alerts[at];
    const name = expected[at];
    const found = alert === undefined ? 'no alert' : ruleOf(alert, rules);
    if (name === found) return [];
    const title = alert?.title ?? '';
    return [{ alert: at, title, expected: name ?? 'no alert', found }];
  });
}

/** '' where none matches, and for what is no finding: no rule is asked about it. */
function ruleOf(alert: Alert, rules: DetectorRules): string {
  return alert.kind === 'finding' ? (mapAlert(rules, alert)?.rule ?? '') : '';
}
