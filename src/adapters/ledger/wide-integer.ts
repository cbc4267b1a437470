/** The type that holds sequences and epoch milliseconds; in SQLite `integer` makes the key the row id. */
export type WideInteger = 'integer' | 'bigint';
