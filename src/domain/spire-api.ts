/** The services of the SPIRE server that are used. */
export const ENTRY_SERVICE = 'spire.api.server.entry.v1.Entry';
export const AGENT_SERVICE = 'spire.api.server.agent.v1.Agent';

/** How messages are given and taken: by the names of the API, whole, and numbers as numbers. */
export const SPIRE_MESSAGES = { keepCase: true, defaults: true, arrays: true, longs: Number };

/** The codes of google.rpc.Code that the results of a batch have. */
export const RPC_OK = 0;
export const RPC_NOT_FOUND = 5;
export const RPC_ALREADY_EXISTS = 6;

const ID = 'spire.api.types.SPIFFEID';
const SELECTOR = 'spire.api.types.Selector';
const STATUS = 'spire.api.types.Status';
const ENTRY = 'spire.api.types.Entry';
const AGENT = 'spire.api.types.Agent';

const TYPES = {
  SPIFFEID: message({ trust_domain: ['string', 1], path: ['string', 2] }),
  Selector: message({ type: ['string', 1], value: ['string', 2] }),
  Status: message({ code: ['int32', 1], message: ['string', 2] }),
  Entry: message({
    id: ['string', 1],
    spiffe_id: [ID, 2],
    parent_id: [ID, 3],
    selectors: [SELECTOR, 4, 'repeated'],
    x509_svid_ttl: ['int32', 5],
    federates_with: ['string', 6, 'repeated'],
    admin: ['bool', 7],
    downstream: ['bool', 8],
    expires_at: ['int64', 9],
    dns_names: ['string', 10, 'repeated'],
    store_svid: ['bool', 12],
    jwt_svid_ttl: ['int32', 13],
    hint: ['string', 14],
  }),
  Agent: message({ id: [ID, 1], attestation_type: ['string', 2], banned: ['bool', 6] }),
};

const ENTRY_V1 = {
  Entry: service({
    ListEntries: ['ListEntriesRequest', 'ListEntriesResponse'],
    BatchCreateEntry: ['BatchCreateEntryRequest', 'BatchCreateEntryResponse'],
    BatchDeleteEntry: ['BatchDeleteEntryRequest', 'BatchDeleteEntryResponse'],
  }),
  ListEntriesFilter: message({ by_spiffe_id: [ID, 1] }),
  ListEntriesRequest: message({
    filter: ['ListEntriesFilter', 1],
    page_size: ['int32', 3],
    page_token: ['string', 4],
  }),
  ListEntriesResponse: message({
    entries: [ENTRY, 1, 'repeated'],
    next_page_token: ['string', 2],
  }),
  BatchCreateEntryRequest: message({ entries: [ENTRY, 1, 'repeated'] }),
  BatchCreateEntryResponse: message({ results: ['CreatedEntry', 1, 'repeated'] }),
  CreatedEntry: message({ status: [STATUS, 1], entry: [ENTRY, 2] }),
  BatchDeleteEntryRequest: message({ ids: ['string', 1, 'repeated'] }),
  BatchDeleteEntryResponse: message({ results: ['DeletedEntry', 1, 'repeated'] }),
  DeletedEntry: message({ status: [STATUS, 1], id: ['string', 2] }),
};

const AGENT_V1 = {
  Agent: service({
    GetAgent: ['AgentRequest', AGENT],
    DeleteAgent: ['AgentRequest', 'Nothing'],
    BanAgent: ['AgentRequest', 'Nothing'],
  }),
  AgentRequest: message({ id: [ID, 1] }),
  Nothing: message({}),
};

/**
 * What is used of the API: the messages of spire.api.server and spire.api.types by the numbers of their fields, in the
 * JSON form of Protocol Buffers. Fields that nobody here reads or writes are left out, and so are the masks, without
 * which a server answers whole messages.
 */
export const SPIRE_API = namespace({
  spire: namespace({
    api: namespace({
      types: namespace(TYPES),
      server: namespace({
        entry: namespace({ v1: namespace(ENTRY_V1) }),
        agent: namespace({ v1: namespace(AGENT_V1) }),
      }),
    }),
  }),
});

function namespace<Nested extends object>(nested: Nested): { nested: Nested } {
  return { nested };
}

type Field = [type: string, number: number, rule?: 'repeated'];

function message(fields: Record<string, Field>) {
  const entries = Object.entries(fields).map(([name, [type, id, rule]]) => {
    const field = { type, id, ...(rule && { rule }) };
    return [name, field] as const;
  });
  return { fields: Object.fromEntries(entries) };
}

function service(methods: Record<string, [requestType: string, responseType: string]>) {
  const entries = Object.entries(methods).map(([name, [requestType, responseType]]) => {
    // The form of a method has room for one, and asks for it.
    return [name, { requestType, responseType, comment: '' }] as const;
  });
  return { methods: Object.fromEntries(entries) };
}
