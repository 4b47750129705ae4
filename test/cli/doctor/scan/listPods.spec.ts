import assert from "node:assert/strict";
import { KubectlError } from "../../../../cli/cluster/kubectl.ts";
import { Reader } from "../../../../cli/cluster/reader.ts";
import { listPods } from "../../../../cli/doctor/scan/listPods.ts";
import { FORBIDDEN } from "../asking.ts";

const reads = (answer: string) => new Reader(() => Promise.resolve(answer));
const refuses = (reason: string) =>
  new Reader((args) => Promise.reject(new KubectlError(args, reason)));

describe("listPods", () => {
  it("says where to look when there are none", async () => {
    await assert.rejects(
      listPods(reads('{"items": []}'), { namespace: "shop", selector: "app=web" }),
      {
        message:
          "namespace shop: no such pods; see kubectl get pods --namespace shop --selector app=web",
      },
    );
  });

  it("says what a user may do who may not list them", async () => {
    const role =
      "have an administrator apply docs/rbac.yaml and bind its role istio-idle-timeout-doctor to you";
    await assert.rejects(listPods(refuses(FORBIDDEN), { namespace: "shop", selector: undefined }), {
      message: `namespace shop: you may not list its pods; name a pod, or ${role}`,
    });
    await assert.rejects(
      listPods(refuses(FORBIDDEN), { namespace: undefined, selector: undefined }),
      {
        message: `all namespaces: you may not list their pods; name one with --namespace, or ${role} in all namespaces`,
      },
    );
  });

  it("passes on what kubectl says of a selector", async () => {
    await assert.rejects(
      listPods(refuses("unable to parse =x"), { namespace: "shop", selector: "=x" }),
      {
        message: "namespace shop: unable to parse =x",
      },
    );
  });
});
