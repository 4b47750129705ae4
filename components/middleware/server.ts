import type * as pulumi from "@pulumi/pulumi";

/**
 * Settings with which a server runs from its official image. No server closes idle connections sooner than a sidecar that
 * is measured, so its own limit can not be taken for the sidecar's.
 */
export interface Server {
  /** Port on which the server listens in its container. */
  port: number;
  /** Login that the server asks for; absent where it asks for none. */
  login?: {
    /** Username; absent where the server asks for a password only. */
    username?: string;
    /** Returns the container's command, where it holds the password. */
    command?: (password: pulumi.Input<string>) => pulumi.Input<string>[];
    /** Returns the container's environment, where it holds the password. */
    envs?: (password: pulumi.Input<string>) => pulumi.Input<string>[];
  };
  /**
   * Names that process 1 of the container may have once the server is set up; absent where it is ready at once.
   */
  processes?: readonly string[];
}
