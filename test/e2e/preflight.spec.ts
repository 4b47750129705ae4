import assert from "node:assert/strict";
import { ExecError } from "../../lab/base/exec.ts";
import type { LabStack } from "../../lab/use/stack.ts";
import { devStack, dockerContainers, kubectl, pulumiUp } from "./support.ts";

const NAMESPACE = "istio-idle-timeout-e2e-preflight";

/** The problems that a command was refused for, in the order in which they were told. */
async function problemsOf(refused: Promise<string>): Promise<string[]> {
  const error: unknown = await refused.then(
    () => assert.fail("it was not refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ExecError);
  // Shown while it runs and again in the end.
  const told = error.output.split("error: the stack can't be brought up:\n").at(-1) ?? "";
  const [lines = ""] = told.split("\n\n");
  return lines.split("\n").map((line) => line.trim());
}

describe("a stack with something in the way", () => {
  let stack: LabStack | undefined;

  after(async () => {
    await stack?.remove();
    await kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found");
  });

  it("is told all of it in a preview", async () => {
    stack = await devStack("e2e-preflight", {
      kubeContext: "nowhere",
      registry: "localhost:5999",
      baseImage: "localhost:5000/none:1",
    });
    const [context, registry, image, ...others] = await problemsOf(stack.run(["preview"]));
    assert.match(context ?? "", /^kubeContext: "nowhere" is not in the kubeconfig, which has lab-/);
    assert.match(registry ?? "", /^registry: .* localhost:5999.* connection refused; start it, /);
    assert.match(image ?? "", /^baseImage: "localhost:5000\/none:1" is not in Docker and not in /);
    assert.deepEqual(others, []);
  });

  it("leaves another owner's namespace alone, and builds nothing", async () => {
    stack = await devStack("e2e-preflight", {});
    await kubectl("create", "namespace", NAMESPACE);
    const problems = await problemsOf(pulumiUp(stack));
    assert.match(problems.join("\n"), /^namespace \S+: it exists and was not made by .*$/);
    const objects = await kubectl("get", "deployments,envoyfilters", `--namespace=${NAMESPACE}`);
    assert.equal(objects, "");
    const containers = (await dockerContainers()).join();
    assert.doesNotMatch(containers, /e2e-preflight/);
    const { deployment } = JSON.parse(await stack.export()) as {
      deployment: { resources: { type: string }[] };
    };
    assert.deepEqual(
      deployment.resources.map(({ type }) => type).filter((type) => /kubernetes|docker/.test(type)),
      [],
    );
  });
});
