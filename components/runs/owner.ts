import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import * as pulumi from "@pulumi/pulumi";

/**
 * Tells this stack's state from another one of the same project and stack name: two people with a
 * backend each who both have a stack `dev`, or a state that was lost. Names alone can't.
 *
 * It is chosen once and kept in the state, and so is known in a preview too. It carries user and machine
 * for people to read; what makes it one of a kind is random.
 */
export class Owner extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:Owner", name, {}, opts);

    const stash = new pulumi.Stash(
      `${name}-id`,
      { input: newId() },
      // Every run of the program offers another one; the first stays.
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
