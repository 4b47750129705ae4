import assert from "node:assert/strict";
import { changes, formatPath } from "../../../../lab/plugins/shared/diff.ts";
import { UNKNOWN } from "../../../../lab/plugins/shared/value.ts";

describe("changes", () => {
  it("are found where they are", () => {
    const found = changes(
      { same: 1, gone: 1, list: [1, 2], map: { "odd.key": 1 }, type: "1", known: 1 },
      { same: 1, list: [1, 3, 4], map: { "odd.key": 2 }, type: [1], known: UNKNOWN, added: 1 },
    );
    assert.deepEqual(Object.fromEntries(found.map(({ path, kind }) => [formatPath(path), kind])), {
      gone: "delete",
      "list[1]": "update",
      "list[2]": "add",
      'map["odd.key"]': "update",
      type: "update",
      known: "update",
      added: "add",
    });
  });
});
