import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { kubectlFor, KubectlError } from "../../../cli/cluster/kubectl.ts";

describe("kubectl", () => {
  let directory: string;
  let program: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "kubectl-"));
    program = join(directory, "kubectl");
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  async function script(body: string): Promise<void> {
    await writeFile(program, `#!/bin/sh\n${body}\n`);
    await chmod(program, 0o755);
  }

  async function failure(result: Promise<string>): Promise<KubectlError> {
    const error: unknown = await result.then(
      () => assert.fail("it succeeded"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof KubectlError, String(error));
    return error;
  }

  it("passes namespace, context and arguments on as they are", async () => {
    await script(`printf '%s\\n' "$@"`);
    const kubectl = kubectlFor({ namespace: "idle-10s", context: "kind", program });
    assert.equal(
      await kubectl(["exec", "a b", "--", "$(id)", '{"x":1}']),
      '--namespace\nidle-10s\n--context\nkind\nexec\na b\n--\n$(id)\n{"x":1}\n',
    );
  });

  it("leaves the context to the kubeconfig where none is named", async () => {
    await script(`printf '%s ' "$@"`);
    assert.equal(await kubectlFor({ namespace: "n", program })(["get"]), "--namespace n get ");
  });

  it("says in one line what kubectl said, without any logs", async () => {
    await script(
      `echo 'E1123 01:53:20.376240    2510 memcache.go:265] "Unhandled Error"' >&2
       echo '2026/11/23 02:16:19 INFO GOMEMLIMIT is already set, skipping' >&2
       echo 'probe: no answer' >&2
       echo 'command terminated with exit code 1' >&2
       exit 1`,
    );
    const error = await failure(
      kubectlFor({ namespace: "n", program })(["exec", "pod-0", "--", "x"]),
    );
    assert.equal(
      error.message,
      "kubectl exec pod-0: probe: no answer; command terminated with exit code 1",
    );
    assert.equal(error.notFound, false);
  });

  it("knows what is not there", async () => {
    await script(`echo 'Error from server (NotFound): pods "pod-0" not found' >&2; exit 1`);
    assert.equal((await failure(kubectlFor({ namespace: "n", program })(["get"]))).notFound, true);
  });

  it("gives up a command that takes too long", async () => {
    await script("exec sleep 60");
    const kubectl = kubectlFor({ namespace: "n", program });
    assert.equal(
      (await failure(kubectl(["get", "pods"], { timeoutMs: 50 }))).message,
      "kubectl get pods: no answer within 0.05 s",
    );
  });

  it("says that kubectl itself is missing", async () => {
    assert.equal(
      (await failure(kubectlFor({ namespace: "n", program })(["get", "pods"]))).message,
      `kubectl get pods: ${program} was not found on PATH; install it or put it there`,
    );
  });

  it("ends with another error when it is interrupted", async () => {
    await script("exec sleep 60");
    const interrupted = new AbortController();
    const result = kubectlFor({ namespace: "n", program, signal: interrupted.signal })(["get"]);
    interrupted.abort();
    await assert.rejects(result, { name: "Error", message: "interrupted" });
  });
});
