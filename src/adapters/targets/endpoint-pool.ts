import { createEndpoint, type Endpoint, type Place } from './endpoint.ts';

/** The connections to the services that the running policy names. */
export interface EndpointPool {
  /** `places`: all that the running policy names; connections to others are closed. */
  at(place: Place, places: Record<string, Place>): Endpoint;
  close(): Promise<void>;
}

export function createEndpointPool(home: string): EndpointPool {
  const open = new Map<string, Endpoint>();
  let current: Record<string, Place> | undefined;
  return {
    at: (place, places) => {
      if (places !== current) {
        current = places;
        closeAllBut(open, new Set(Object.values(places).map(keyOf)));
      }
      const key = keyOf(place);
      const endpoint = open.get(key) ?? createEndpoint(place, home);
      open.set(key, endpoint);
      return endpoint;
    },
    close: async () => {
      await Promise.all([...open.values()].map((endpoint) => endpoint.close()));
      open.clear();
    },
  };
}

function closeAllBut(open: Map<string, Endpoint>, kept: Set<string>): void {
  for (const [key, endpoint] of open) {
    if (kept.has(key)) continue;
    open.delete(key);
    void endpoint.close();
  }
}

function keyOf({ url, unix, token_file, ca_file }: Place): string {
  return JSON.stringify([url, unix, token_file, ca_file]);
}
