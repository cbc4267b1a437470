import type { Alert, JsonObject } from '../../domain/alert.ts';

/** What was denied, whichever way it came to be known. Texts are '' where it is not said. */
export interface Denial {
  form: 'review' | 'audit' | 'status' | 'line';
  /** Of the request, where it has an id and an end; else what is known of the denial. */
  identity: string[];
  /** UTC with milliseconds, or ''. */
  at: string;
  /** In words, as whoever asked was told. */
  message: string;
  reason: string;
  /** HTTP; 0 where there is none. */
  code: number;
  verb: string;
  user: string;
  address: string;
  resource: { kind: string; subresource: string; namespace: string; name: string; uid: string };
  images: string[];
  /** As it came. */
  document: JsonObject;
}

export function isDenial(read: Denial | null | string): read is Denial {
  return typeof read === 'object' && read !== null;
}

export function denialAlert(denial: Denial): Alert {
  const { form, identity, at, ...said } = denial;
  const webhook = webhookIn(denial.message);
  const { kind, namespace, name } = denial.resource;
  const what = [kind, namespace, name].filter((word) => word !== '').join('/');
  return {
    kind: 'finding',
    identity: [form, ...identity],
    timeless: at === '' && (form === 'status' || form === 'line'),
    occurred_at: at,
    title: `${webhook === '' ? 'denied' : `denied by ${webhook}`}${what === '' ? '' : `: ${what}`}`,
    facts: { ...said, form, webhook, resource: { ...denial.resource }, images: imagesOf(denial) },
  };
}

/** As the API server begins what a webhook has denied. */
const DENIED_BY = /admission webhook "([^"]{1,253})" denied the request/;

function webhookIn(message: string): string {
  return DENIED_BY.exec(message)?.[1] ?? '';
}

/** A denial is read, not a book: what stands beyond these characters names no image. */
const MOST_CHARACTERS = 8_192;

/**
 * A reference with a registry or a path, and a tag or a digest, as the distribution specification writes it. It begins
 * where a word does, so that each is looked at once.
 */
const IMAGE =
  /(?<![\w.:@/-])[a-z0-9][a-z0-9.-]{0,252}(?::\d{1,5})?(?:\/[a-z0-9._-]{1,128}){1,8}(?:@sha256:[0-9a-f]{64}|:[\w][\w.-]{0,127})/g;

/** Those of the object; else those that the message names. */
function imagesOf({ images, message }: Denial): string[] {
  if (images.length > 0) return images;
  return [...new Set(message.slice(0, MOST_CHARACTERS).match(IMAGE))];
}
