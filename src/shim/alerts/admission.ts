import type { Json } from '../../domain/alert.ts';
import { denialOfAudit } from './admission-audit.ts';
import { denialAlert, isDenial, type Denial } from './admission-denial.ts';
import { denialOfLine } from './admission-line.ts';
import { denialOfReview } from './admission-review.ts';
import { denialOfStatus } from './admission-status.ts';
import type { AlertFormat } from './format.ts';
import { isObject, itemsOf, listed, member, readEach, text } from './reading.ts';

/** By what the document is, as `apiVersion/kind` says; each gives the denial, null where nothing was denied. */
const READERS: readonly { form: RegExp; read: (part: Json) => Denial | null | string }[] = [
  { form: /^admission\.k8s\.io\/v1(?:beta1)?\/AdmissionReview$/, read: denialOfReview },
  { form: /^audit\.k8s\.io\/v1(?:beta1)?\/Event$/, read: denialOfAudit },
  { form: /^(?:v1)?\/Status$/, read: denialOfStatus },
];

/**
 * What Kubernetes would not let in: answers of admission webhooks (AdmissionReview), audit events of requests that were
 * refused, the Status that the API server answers with, and the lines in which cosign refuses an image. What was let in
 * is no alert. A Status and a line have neither id nor time: the same refusal of the same thing is one, however often.
 */
export const admission: AlertFormat = {
  name: 'admission',
  title: 'Kubernetes admission and cosign',
  recognise: (document) =>
    listed(document)
      .flatMap(inList)
      .some((part) => readerOf(part) !== undefined || isDenial(denialOfLine(part))),
  split: (document) => ({
    ...readEach(listed(document).flatMap(inList), (part) => {
      const denial = denialIn(part);
      return isDenial(denial) ? denialAlert(denial) : denial;
    }),
    disagreements: [],
  }),
};

/** An audit webhook sends its events in a list. */
function inList(part: Json): Json[] {
  return member(part, 'kind') === 'EventList' ? itemsOf(part) : [part];
}

function readerOf(part: Json) {
  if (!isObject(part)) return undefined;
  const form = ['apiVersion', 'kind'].map((name) => text(member(part, name))).join('/');
  return READERS.find((reader) => reader.form.test(form));
}

function denialIn(part: Json): Denial | null | string {
  const reader = readerOf(part);
  return reader === undefined ? denialOfLine(part) : reader.read(part);
}
