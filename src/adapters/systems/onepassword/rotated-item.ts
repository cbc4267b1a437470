import type { Problem } from '../../targets/problem.ts';
import type { Item, ItemField, ItemPatch } from './connect.ts';

/** By which rotations an item came to what it holds. An item that is rotated more often forgets the oldest. */
const MOST_REMEMBERED = 64;

const ROTATIONS = 'cordon rotations';
const REPLACED = 'cordon replaced';

/** What an item says of its rotations. Two of its members are secrets. */
export interface RotatedItem {
  credential: ItemField;
  /** What the last rotation replaced: kept to be presented, which is how it is proved that it is refused. */
  replaced: ItemField | undefined;
  rotations: ItemField | undefined;
  /** The keys of the rotations, the latest last. */
  keys: string[];
}

export function readRotations({ title, fields }: Item): RotatedItem | Problem {
  const labelled = (label: string) => fields.find((field) => field.label === label);
  const [replaced, rotations] = [labelled(REPLACED), labelled(ROTATIONS)];
  const concealed = fields.filter((field) => field.type === 'CONCEALED' && field !== replaced);
  const credential =
    concealed.find(({ purpose }) => purpose === 'PASSWORD') ??
    concealed.find(({ id }) => id === 'credential') ??
    (concealed.length === 1 ? concealed[0] : undefined);
  if (credential === undefined) {
    const detail = `${title} does not tell which of its fields is the secret`;
    return { reason: 'unknown_target', detail, retryable: false };
  }
  const keys = (rotations?.value ?? '').split('\n').filter((key) => key !== '');
  return { credential, replaced, rotations, keys };
}

/** The changes by which an item holds the new secret, all at once: no reader finds one without the other. */
export function changesFor(item: RotatedItem, secret: string, key: string): ItemPatch[] {
  const { credential, replaced, rotations, keys } = item;
  // A rotation that comes again replaces what it had issued itself; what it was made against stays what is proved.
  const isRepeat = keys.at(-1) === key && replaced !== undefined;
  const old = isRepeat ? replaced.value : credential.value;
  const all = [...keys.filter((known) => known !== key), key].slice(-MOST_REMEMBERED);
  return [
    { op: 'replace', path: `/fields/${credential.id}/value`, value: secret },
    written(replaced, { id: 'cordon_replaced', type: 'CONCEALED', label: REPLACED }, old),
    written(
      rotations,
      { id: 'cordon_rotations', type: 'STRING', label: ROTATIONS },
      all.join('\n'),
    ),
  ];
}

function written(
  field: ItemField | undefined,
  like: Pick<ItemField, 'id' | 'type' | 'label'>,
  value: string,
): ItemPatch {
  return field === undefined
    ? { op: 'add', path: '/fields', value: { ...like, value } }
    : { op: 'replace', path: `/fields/${field.id}/value`, value };
}
