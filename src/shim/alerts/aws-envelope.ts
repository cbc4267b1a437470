import type { Alert, Json, SplitDocument } from '../../domain/alert.ts';
import { decoded, listed, member, readEach, text } from './reading.ts';

/** An envelope in an envelope in an envelope is as far as AWS goes: a finding by EventBridge by SNS, in a list. */
const MOST_ENVELOPES = 4;

/** What may be a finding, or why there is none. */
export type Unwrapped = { finding: Json } | { none: string };

/** What AWS services wrap findings in is taken off: lists, EventBridge, SNS. */
function findingsIn(document: Json, envelopes = MOST_ENVELOPES): Unwrapped[] {
  return listed(document).flatMap((part): Unwrapped[] => {
    if (envelopes === 0) return [{ none: 'it is wrapped too often' }];
    const inner = innerOf(part);
    if ('none' in inner || inner.finding === part) return [inner];
    return findingsIn(inner.finding, envelopes - 1);
  });
}

function innerOf(part: Json): Unwrapped {
  const type = text(member(part, 'Type'));
  if (SUBSCRIPTIONS.includes(type)) {
    return { none: `SNS asks to have a subscription confirmed (${type})` };
  }
  if (type === 'Notification' && text(member(part, 'TopicArn')) !== '') {
    return fromMessage(member(part, 'Message'));
  }
  const lists = [
    member(part, 'detail', 'findings'),
    member(part, 'Findings'),
    member(part, 'findings'),
  ];
  return { finding: lists.find((list) => Array.isArray(list)) ?? part };
}

const SUBSCRIPTIONS: readonly string[] = ['SubscriptionConfirmation', 'UnsubscribeConfirmation'];

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
function fromMessage(message: Json | undefined): Unwrapped {
  const inner = decoded(message);
  const isRead = typeof inner === 'object' && inner !== null;
  return isRead ? { finding: inner } : { none: 'the message of SNS is no JSON' };
}

export function hasFinding(document: Json, isOne: (part: Json) => boolean): boolean {
  return findingsIn(document).some((part) => 'finding' in part && isOne(part.finding));
}

/** Every finding becomes an alert, or is refused; what contradicts itself is said. */
export function splitFindings(
  document: Json,
  alertOf: (unwrapped: Unwrapped) => Alert | string,
  disagreementsOf: (finding: Json) => string[],
): SplitDocument {
  const parts = findingsIn(document);
  const disagreements = parts.flatMap((part) =>
    'finding' in part ? disagreementsOf(part.finding) : [],
  );
  return { ...readEach(parts, alertOf), disagreements };
}
