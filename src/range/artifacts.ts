import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { RangeStore } from './store.ts';

/** A namespace of the range has as many as an answer can list. */
export const MOST_ARTIFACTS = 50;
const MOST_CONTENT = 1_000;

const name = z.string().min(1).max(256);

/** What an agent writes. */
export const writingSchema = z.strictObject({
  state: name,
  id: name,
  /** The identity of the writer, a SPIFFE ID. */
  writer: name,
  content: z.string().max(MOST_CONTENT),
});
export type Writing = z.infer<typeof writingSchema>;

const artifactSchema = writingSchema.omit({ state: true }).extend({
  /** Base64, by the key of its writer's SVID, over namespace, id, writer and content. */
  signature: z.string(),
});
export type Artifact = z.infer<typeof artifactSchema>;

const keysSchema = z.strictObject({ private: z.string(), public: z.string() });

/** The newest under each id, sorted. */
export function artifactsIn(store: RangeStore, state: string): Artifact[] {
  const kept = store.setting(`artifacts/${state}`);
  return kept === undefined ? [] : z.array(artifactSchema).parse(JSON.parse(kept));
}

/** Keeps it with a signature, its writer's own unless another is given. False where the namespace is full. */
export function keepArtifact(store: RangeStore, writing: Writing, signature?: string): boolean {
  const { state, ...artifact } = writing;
  const others = artifactsIn(store, state).filter(({ id }) => id !== artifact.id);
  if (others.length >= MOST_ARTIFACTS) return false;
  const signed = { ...artifact, signature: signature ?? signatureOf(store, writing) };
  const all = [...others, signed].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  store.set(`artifacts/${state}`, JSON.stringify(all));
  return true;
}

/** Whether the key of the writer has signed it, for this namespace. */
export function isGenuine(store: RangeStore, state: string, artifact: Artifact): boolean {
  const { signature, ...writing } = artifact;
  const key = keysOf(store, writing.writer)?.public;
  if (key === undefined) return false;
  return verify(null, signedBytes({ state, ...writing }), key, Buffer.from(signature, 'base64'));
}

/** PEM; undefined for who has never written. */
export function publicKeyOf(store: RangeStore, writer: string): string | undefined {
  return keysOf(store, writer)?.public;
}

function signatureOf(store: RangeStore, writing: Writing): string {
  const keys = keysOf(store, writing.writer) ?? makeKeys(store, writing.writer);
  return sign(null, signedBytes(writing), keys.private).toString('base64');
}

function signedBytes({ state, id, writer, content }: Writing): Buffer {
  return Buffer.from(JSON.stringify([state, id, writer, content]));
}

function keysOf(store: RangeStore, writer: string): z.infer<typeof keysSchema> | undefined {
  const kept = store.setting(`key/${writer}`);
  return kept === undefined ? undefined : keysSchema.parse(JSON.parse(kept));
}

function makeKeys(store: RangeStore, writer: string): z.infer<typeof keysSchema> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const keys = { private: privateKey, public: publicKey };
  store.set(`key/${writer}`, JSON.stringify(keys));
  return keys;
}
