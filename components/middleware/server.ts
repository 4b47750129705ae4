import type * as pulumi from "@pulumi/pulumi";

/**
 * How a server is run from its official image. None of them closes idle connections sooner than any sidecar
 * that is measured, so that its own limit would not pass for the sidecar's.
 */
export interface Server {
  /** On which it listens in its container. */
  port: number;
  /** What it asks from whoever connects; absent where it lets everybody in. */
  login?: {
    /** Absent where a password is all it asks for. */
    username?: string;
    /** The container's command, where the password is told by it. */
    command?: (password: pulumi.Input<string>) => pulumi.Input<string>[];
    /** The container's environment, where the password is told by it. */
    envs?: (password: pulumi.Input<string>) => pulumi.Input<string>[];
  };
  /**
   * What process 1 of the container may be called once the server is set up; absent where it is there at once.
   */
  processes?: readonly string[];
}
