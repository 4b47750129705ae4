import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { PreflightAnswer, PreflightRequest } from "../../model/requests.ts";
import { programCommand } from "../common/shell.ts";
import { userErrors } from "../common/userError.ts";

/**
 * Checks everything that the stack is about to use, before anything is built or awaited, in previews too. It changes
 * nothing.
 *
 * @returns an empty list for `dependsOn`, known once the checks found no problem; otherwise it fails with a
 *   pulumi.RunError that lists all problems.
 */
export function preflight(
  request: Omit<PreflightRequest, "owner">,
  owner: pulumi.Output<string>,
): pulumi.Output<pulumi.Resource[]> {
  // Not an invoke that takes the output: in the preview of a new stack the owner's value is known, but its resource has
  // no id yet, for which the invoke would wait.
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
