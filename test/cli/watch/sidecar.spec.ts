import assert from "node:assert/strict";
import { findSidecar, findSidecars, NoSidecar } from "../../../cli/watch/sidecar.ts";
import { UserError } from "../../../model/userError.ts";
import { FakeSidecar } from "./fakeSidecar.ts";

const FORBIDDEN = (what: string) =>
  `Error from server (Forbidden): pods "web" is forbidden: User "eve" cannot ${what} in the namespace "shop"`;

describe("a pod's sidecar", () => {
  let sidecar: FakeSidecar;

  beforeEach(() => {
    sidecar = new FakeSidecar();
  });

  it("is found, with the run of its container and the end of its log", async () => {
    sidecar.log = ["2026-11-25T10:00:00.000000001Z ready"];
    assert.deepEqual(await findSidecars(sidecar.kubectl, ["web"]), [
      {
        ...{ pod: "web", containerId: "containerd://1", podAddress: "10.0.0.9" },
        lastLine: "2026-11-25T10:00:00.000000001Z ready",
      },
    ]);
  });

  const proxy = { name: "istio-proxy", containerID: "x" };
  const app = { name: "app", state: { running: {} } };
  for (const [status, problem, forGood] of [
    [{ phase: "Succeeded" }, "it has ended", true],
    [{ phase: "Failed" }, "it has ended", true],
    [{ containerStatuses: [app] }, "it has no sidecar, the container istio-proxy", true],
    [{ phase: "Pending" }, "its sidecar does not run", false],
    [
      { containerStatuses: [app, { ...proxy, state: { waiting: {} } }] },
      "its sidecar does not run",
      false,
    ],
  ] as const) {
    it(`is not found: ${problem}, ${JSON.stringify(status)}`, async () => {
      sidecar.status = status;
      await assert.rejects(findSidecar(sidecar.kubectl, "web"), (error: NoSidecar) => {
        assert.ok(error instanceof NoSidecar);
        assert.deepEqual([error.message, error.forGood], [`pod web: ${problem}`, forGood]);
        return true;
      });
    });
  }

  it("is not watched where a right is missing, and every right is named", async () => {
    const rights: Record<string, string> = {
      logs: 'get resource "pods/log" in API group ""',
      exec: 'create resource "pods/exec" in API group ""',
    };
    sidecar.failure = (command) => {
      const right = rights[command.split(" ", 1)[0] ?? ""];
      return right && FORBIDDEN(right);
    };
    const role = "; the role istio-idle-timeout-watch of docs/rbac.yaml has this right";
    await assert.rejects(findSidecars(sidecar.kubectl, ["web"]), (error: UserError) => {
      assert.ok(error instanceof UserError);
      assert.equal(
        error.message,
        `kubectl logs web: ${FORBIDDEN(rights.logs ?? "")}${role}; ` +
          `kubectl exec web: ${FORBIDDEN(rights.exec ?? "")}${role}`,
      );
      return true;
    });
  });

  it("hides no defect", async () => {
    sidecar.failure = () => {
      throw new TypeError("x is not a function");
    };
    await assert.rejects(findSidecars(sidecar.kubectl, ["web"]), TypeError);
  });
});
