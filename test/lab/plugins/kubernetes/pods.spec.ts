import assert from "node:assert/strict";
import type { KubeObject } from "../../../../lab/plugins/kubernetes/object.ts";
import { problemsOf } from "../../../../lab/plugins/kubernetes/pods.ts";
import type { PlainMap } from "../../../../lab/plugins/shared/value.ts";

describe("a pod's problems", () => {
  const pod = (status: PlainMap, metadata: PlainMap = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", ...metadata },
    status,
  });
  const unready = { type: "Ready", status: "False", message: "not ready" };

  it("are none for one that is ready, done, or going away", () => {
    assert.deepEqual(problemsOf(pod({ conditions: [{ type: "Ready", status: "True" }] })), []);
    assert.deepEqual(problemsOf(pod({ phase: "Succeeded", conditions: [unready] })), []);
    const going = pod({ conditions: [unready] }, { deletionTimestamp: "now" });
    assert.deepEqual(problemsOf(going), []);
  });

  it("are why it isn't scheduled", () => {
    const scheduled = { type: "PodScheduled", status: "False", message: "Insufficient cpu" };
    assert.deepEqual(problemsOf(pod({ conditions: [scheduled] })), ["Insufficient cpu"]);
  });

  it("are what its containers wait for and how they ended", () => {
    const finished = { name: "init", ready: false, state: { terminated: { exitCode: 0 } } };
    const crashing = {
      name: "app",
      ready: false,
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
      lastState: {
        terminated: { reason: "Error", exitCode: 1, message: "boom\n", finishedAt: "T" },
      },
    };
    const creating = {
      name: "new",
      ready: false,
      state: { waiting: { reason: "ContainerCreating" } },
    };
    assert.deepEqual(
      problemsOf(
        pod({
          conditions: [unready],
          initContainerStatuses: [finished],
          containerStatuses: [crashing, creating],
        }),
      ),
      [
        "not ready",
        'container "app" is waiting: [CrashLoopBackOff] back-off',
        'container "app" terminated at T (Error: exit code 1): boom',
      ],
    );
  });
});
