import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parseSettings } from "../../../components/settings/parseSettings.ts";

/** Lists the lines below the heading of the one error; none where the configuration can be used. */
export function problemsOf(config: Record<string, string>): string[] {
  try {
    parseSettings(config);
  } catch (error) {
    assert.ok(error instanceof pulumi.RunError);
    const [heading, ...lines] = error.message.split("\n");
    assert.equal(heading, "the stack's configuration can't be used:");
    return lines;
  }
  return [];
}
