/** Something that tests need and this machine has not. */
export interface Missing {
  what: string;
  why: string;
  /** The one line that installs it. */
  remedy: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Set where a project's tests cannot run here. */
    missing: Missing | null;
    /** Path of the bundled workflow code. */
    workflowBundle: string;
    /** Path of the Temporal CLI. */
    temporal: string;
    /** Path of an executable that is the time-skipping test server. */
    timeSkipping: string;
    /** How `docker compose` is called here. */
    dockerCompose: string[];
    /** Path of versitygw. */
    versitygw: string;
    /** Path of logrotate. */
    logrotate: string;
    /** Paths of detectors that others wrote. */
    alertmanager: string;
    opa: string;
    cosign: string;
    /** A Docker engine that is there for the tests: its socket, and the cgroup below which its containers are. */
    dockerd: { socket: string; cgroup: string };
    /** URL of an empty PostgreSQL; undefined where the tests run without one. */
    postgres: string | undefined;
  }
}
