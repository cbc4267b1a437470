import { z } from 'zod';

/** An interface of a container on one network, with what it takes to give it the same again. */
const attachmentSchema = z.looseObject({
  NetworkID: z.string(),
  Aliases: z.array(z.string()).nullish(),
  Links: z.array(z.string()).nullish(),
  IPAMConfig: z
    .looseObject({
      IPv4Address: z.string().optional(),
      IPv6Address: z.string().optional(),
    })
    .nullish(),
});

/** By the name of the network. */
export const attachmentsSchema = z.record(z.string(), attachmentSchema);
export type Attachments = z.infer<typeof attachmentsSchema>;

/** `GET /containers/{id}/changes`. Kind: 0 modified, 1 added, 2 deleted. */
export const changesSchema = z.array(z.looseObject({ Path: z.string(), Kind: z.int() })).nullable();
export type Change = NonNullable<z.infer<typeof changesSchema>>[number];

export const restartPolicySchema = z.looseObject({
  Name: z.string(),
  MaximumRetryCount: z.int().optional(),
});
export type RestartPolicy = z.infer<typeof restartPolicySchema>;

/** `GET /images/{id}/json`: as the registries name it that it came from, `name@sha256:…`. */
export const imageSchema = z.looseObject({ RepoDigests: z.array(z.string()).nullish() });

/** What we rely on in `GET /containers/{id}/json` (Docker Engine API 1.41); the rest of it is kept as it came. */
export const containerSchema = z.looseObject({
  /** 64 hex digits. */
  Id: z.string().regex(/^[0-9a-f]{64}$/, 'is not the id of a container'),
  Name: z.string(),
  /** By the digest that the engine gives it; a registry may know it by another. */
  Image: z.string(),
  State: z.looseObject({
    Running: z.boolean(),
    Paused: z.boolean(),
    Restarting: z.boolean(),
    /** Of its first process, as the host counts; 0 where it does not run. */
    Pid: z.int().nonnegative(),
    StartedAt: z.string(),
  }),
  LogPath: z.string().optional(),
  Config: z.looseObject({
    Env: z.array(z.string()).nullish(),
    Tty: z.boolean().optional(),
    Hostname: z.string().optional(),
  }),
  HostConfig: z.looseObject({
    NetworkMode: z.string(),
    RestartPolicy: restartPolicySchema.nullish(),
  }),
  NetworkSettings: z.looseObject({
    Networks: attachmentsSchema.nullish(),
  }),
});
export type Container = z.infer<typeof containerSchema>;
