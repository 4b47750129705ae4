import assert from "node:assert/strict";
import type { Run, TestStack } from "./testStack.ts";

export const SECRET = "a-password-nobody-may-read";

/** Marks a secret in a stack's state, with the signature as its value. */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Asserts that a value of `pulumi stack export`, or all that is around it, is marked as a secret. */
export function assertSecret(values: Record<string, unknown>, ...path: (string | number)[]): void {
  let value: unknown = values;
  for (const key of path) {
    value = (value as Record<string | number, unknown>)[key];
    if ((value as Record<string, unknown> | undefined)?.[SIGNATURE_KEY] === SIGNATURE) {
      return;
    }
  }
  assert.fail(`${path.join(".")} is not marked as secret: ${JSON.stringify(value)}`);
}

/** Asserts that the secret is in the state, and there and in what was printed only encrypted. */
export async function assertHidden(stack: TestStack, run: Run): Promise<void> {
  assert.ok(!run.output.includes(SECRET), "it was printed");
  assert.ok(!(await stack.export()).includes(SECRET), "it stands in the state as it is");
  assert.ok(
    (await stack.export("--show-secrets")).includes(SECRET),
    "it isn't in the state at all",
  );
}
