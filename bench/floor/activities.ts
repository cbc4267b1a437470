/** Effects that do nothing, as fast as nothing can be done. */
export function createFloorActivities(contained: (id: string, atMs: number) => void) {
  return {
    append: async (id: string, containedAtMs: number) => {
      if (containedAtMs > 0) contained(id, containedAtMs);
    },
    count: async (_id: string) => {},
    capture: async (_id: string) => ({ sha256: 'f'.repeat(64), size: 0 }),
    contain: async (_id: string, _action: number) => ({ status: 'contained' }),
    attest: async (_id: string) => ({ accepted: true }),
    release: async (_id: string, _action: number) => ({ status: 'released' }),
    bundle: async (_id: string) => ({ sha256: 'f'.repeat(64), size: 0 }),
  };
}

export type FloorActivities = ReturnType<typeof createFloorActivities>;
