import { admission } from './admission.ts';
import { alertmanager } from './alertmanager.ts';
import { asff } from './asff.ts';
import { cloudevents } from './cloudevents.ts';
import { extensionRuntime } from './extension-runtime.ts';
import { falco } from './falco.ts';
import type { AlertFormat } from './format.ts';
import { grafana } from './grafana.ts';
import { keylime } from './keylime.ts';
import { kyverno } from './kyverno.ts';
import { ocsf } from './ocsf.ts';
import { trivy } from './trivy.ts';

/** All that are known. Where two would recognise one document, the narrower stands first. */
export const FORMATS: readonly AlertFormat[] = [
  falco,
  alertmanager,
  grafana,
  kyverno,
  trivy,
  admission,
  keylime,
  asff,
  ocsf,
  extensionRuntime,
  cloudevents,
];
