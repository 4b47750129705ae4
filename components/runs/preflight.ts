import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { PreflightAnswer, PreflightRequest } from "../../model/requests.ts";
import { programCommand } from "../common/shell.ts";
import { userErrors } from "../common/userError.ts";

/**
 * Looks at everything that the stack is about to use, before anything is built or awaited, in previews
 * too. It changes nothing.
 *
 * @returns nothing to depend on, once nothing is in the way; it is for `dependsOn`, and fails with a
 *   pulumi.RunError that names everything that is.
 */
export function preflight(
  request: Omit<PreflightRequest, "owner">,
  owner: pulumi.Output<string>,
): pulumi.Output<pulumi.Resource[]> {
  // Within apply, as the owner's value is known in the preview of a new stack, but its resource has no id
  // yet: an invoke that takes an output would wait for that.
  return owner.apply(async (id) => {
    const asked: PreflightRequest = { ...request, owner: id };
    const { stdout } = await command.local.run({
      command: programCommand("preflight", asked),
      logging: "none",
    });
    const { problems } = JSON.parse(stdout) as PreflightAnswer;
    if (problems.length > 0) {
      throw userErrors("the stack can't be brought up", problems);
    }
    return [];
  });
}
