import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import * as pulumi from "@pulumi/pulumi";

/**
 * Tells this stack's state from another one of the same project and stack name, such as the stacks `dev` of two people
 * with separate backends, or a state that was lost. Names alone can't.
 *
 * The id is chosen once and kept in the state, so a preview knows it too. It names user and machine for people to read;
 * its random part makes it unique.
 */
export class Owner extends pulumi.ComponentResource {
  /** Owner id, such as `ann@laptop/0a1b2c3d`. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:Owner", name, {}, opts);

    const stash = new pulumi.Stash(
      `${name}-id`,
      { input: newId() },
      // Every run of the program offers another id; the first one stays.
      { parent: this, ignoreChanges: ["input"] },
    );

    this.id = stash.output as pulumi.Output<string>;
    this.registerOutputs({ id: this.id });
  }
}

function newId(): string {
  const user = process.env.USER ?? process.env.USERNAME ?? "someone";
  return `${user}@${hostname()}/${randomBytes(4).toString("hex")}`;
}
