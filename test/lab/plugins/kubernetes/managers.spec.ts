import assert from "node:assert/strict";
import { handOver } from "../../../../lab/plugins/kubernetes/managers.ts";
import type { KubeObject } from "../../../../lab/plugins/kubernetes/object.ts";
import type { PlainMap } from "../../../../lab/plugins/shared/value.ts";

describe("field managers", () => {
  const entry = (manager: string, operation: string, fields: PlainMap, more = {}): PlainMap => ({
    manager,
    operation,
    fieldsV1: fields,
    ...more,
  });
  const object = (...managedFields: PlainMap[]): KubeObject => ({
    apiVersion: "v1",
    kind: "K",
    metadata: { name: "n", managedFields },
  });

  it("hand the fields of a create to the applier, with those it has", () => {
    const controller = entry("controller", "Update", { "f:c": {} });
    const status = entry("kubectl", "Update", { "f:status": {} }, { subresource: "status" });
    const found = handOver(
      object(
        entry("pulumi-kubernetes", "Update", { "f:a": { "f:x": {} } }),
        controller,
        status,
        entry("ours", "Apply", { "f:a": { "f:y": {} }, "f:b": {} }),
      ),
      "ours",
    );
    assert.deepEqual(found, [
      controller,
      status,
      entry("ours", "Apply", { "f:a": { "f:y": {}, "f:x": {} }, "f:b": {} }),
    ]);
  });

  it("hand over what was changed by kubectl, and leave what others apply", () => {
    const other = entry("somebody", "Apply", { "f:d": {} });
    const found = handOver(
      object(
        entry("ours", "Apply", { "f:a": {} }),
        entry("kubectl-patch", "Update", { "f:b": {} }),
        entry("kubectl", "Apply", { "f:c": {} }),
        other,
      ),
      "ours",
    );
    assert.deepEqual(found, [other, entry("ours", "Apply", { "f:a": {}, "f:b": {}, "f:c": {} })]);
  });

  it("hand over nothing twice", () => {
    assert.equal(handOver(object(entry("ours", "Apply", { "f:a": {} })), "ours"), undefined);
  });
});
