/** Names of the Temporal search attributes of an incident workflow, as an operator types them in a list filter. */
export const SEARCH_ATTRIBUTES = {
  class: 'CordonClass',
  severity: 'CordonSeverity',
  state: 'CordonState',
  source: 'CordonSource',
  host: 'CordonHost',
  latched: 'CordonLatched',
} as const;

export type SearchAttributeName = (typeof SEARCH_ATTRIBUTES)[keyof typeof SEARCH_ATTRIBUTES];

/** The kind of each, spelled as the SDK's `SearchAttributeType`; a registered kind can never be changed. */
export const SEARCH_ATTRIBUTE_KINDS = {
  CordonClass: 'KEYWORD',
  CordonSeverity: 'KEYWORD',
  CordonState: 'KEYWORD',
  CordonSource: 'KEYWORD',
  CordonHost: 'KEYWORD',
  CordonLatched: 'BOOL',
} as const satisfies Record<SearchAttributeName, 'KEYWORD' | 'BOOL'>;
