import type { AlertFormatName, Json, SplitDocument } from '../../domain/alert.ts';

/** What came beside a document. */
export interface Envelope {
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
}

/** How the alerts of one format are read. Nothing in a document, whatever it holds, makes these throw. */
export interface AlertFormat {
  name: AlertFormatName;
  /** As people call what sends it. */
  title: string;
  /** Whether the document has what all documents of this format have, and no other's. */
  recognise(document: Json, envelope: Envelope): boolean;
  split(document: Json, envelope: Envelope): SplitDocument;
}
